"""Addresses under /peserta/. A participant's own pages have the participant number in them, never a NIK."""

from django.urls import path, register_converter

from participants.converters import ParticipantNumber
from participants.views import people, person, register

register_converter(ParticipantNumber, "number")

app_name = "participants"

urlpatterns = [
    path("", people.people, name="list"),
    path("cari/", people.search, name="search"),
    path("ditemukan/<str:token>/", people.found, name="found"),
    path("daftar/", register.nik, name="register"),
    path("daftar/selesai/<number:number>/", register.registered, name="registered"),
    path("daftar/<str:token>/", register.form, name="register_form"),
    path("<number:number>/", person.detail, name="detail"),
    path("<number:number>/buka/", person.unmask, name="unmask"),
    path("<number:number>/ubah/", person.edit, name="edit"),
]
