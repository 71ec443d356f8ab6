"""Addresses under /peserta/. A participant's own pages have the participant number in them, never a NIK."""

from django.urls import path, register_converter

from participants.converters import ParticipantNumber
from participants.import_urls import import_patterns
from participants.views import card, identity_photo, people, person, register, sign_in

register_converter(ParticipantNumber, "number")

app_name = "participants"

urlpatterns = [
    path("", people.people, name="list"),
    path("cari/", people.search, name="search"),
    *import_patterns,
    path("ditemukan/<str:token>/", people.found, name="found"),
    path("daftar/", register.nik, name="register"),
    path("daftar/selesai/<number:number>/", register.registered, name="registered"),
    path("daftar/<str:token>/", register.form, name="register_form"),
    path("daftar/<str:token>/simpan/", register.keep, name="register_keep"),
    path("daftar/<str:token>/buang/", register.discard, name="register_discard"),
    path("<number:number>/foto-ktp/", identity_photo.add, name="identity_photo"),
    path("<number:number>/foto-ktp/buka/", identity_photo.open_photo, name="identity_photo_open"),
    path("<number:number>/foto-ktp/cocok/", identity_photo.compared, name="identity_photo_compared"),
    path("masuk/", sign_in.sign_in, name="sign_in"),
    path("masuk/kode/", sign_in.sign_in_code, name="sign_in_code"),
    path("masuk/siapa/", sign_in.sign_in_who, name="sign_in_who"),
    path("<number:number>/", person.detail, name="detail"),
    path("<number:number>/kartu/", card.card, name="card"),
    path("<number:number>/kartu/tarik/", card.withdraw, name="card_withdraw"),
    path("<number:number>/buka/", person.unmask, name="unmask"),
    path("<number:number>/ubah/", person.edit, name="edit"),
]
