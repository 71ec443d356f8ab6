"""Addresses under /peserta/. A participant's own pages have the participant number in them, never a NIK."""

from django.urls import path, register_converter

from participants.converters import ParticipantNumber
from participants.views import people

register_converter(ParticipantNumber, "number")

app_name = "participants"

urlpatterns = [
    path("", people.people, name="list"),
    path("cari/", people.search, name="search"),
    path("ditemukan/<str:token>/", people.found, name="found"),
]
