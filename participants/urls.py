"""Addresses under /peserta/. A participant's own pages have the participant number in them, never a NIK."""

from django.urls import path

from participants.duplicate_urls import duplicate_patterns
from participants.import_urls import import_patterns
from participants.list_urls import list_patterns
from participants.person_urls import person_patterns
from participants.views import (
    card,
    identity_photo,
    messages_of,
    people,
    person,
    register,
    self_registration,
    sign_in,
)
from participants.views import verification as check

app_name = "participants"

urlpatterns = [
    path("", people.people, name="list"),
    path("cari/", people.search, name="search"),
    *list_patterns,
    *import_patterns,
    *duplicate_patterns,
    path("ditemukan/<str:token>/", people.found, name="found"),
    path("daftar/", register.nik, name="register"),
    path("daftar/selesai/<number:number>/", register.registered, name="registered"),
    path("daftar/<str:token>/", register.form, name="register_form"),
    path("daftar/<str:token>/simpan/", register.keep, name="register_keep"),
    path("daftar/<str:token>/buang/", register.discard, name="register_discard"),
    path("verifikasi/", check.queue, name="verifications"),
    path("verifikasi/cari/", check.search, name="verification_search"),
    path("verifikasi/<uuid:uid>/", check.verification, name="verification"),
    path("verifikasi/<uuid:uid>/terima/", check.accept, name="verification_accept"),
    path("verifikasi/<uuid:uid>/tanya/", check.ask, name="verification_ask"),
    path("verifikasi/<uuid:uid>/tolak/", check.refuse, name="verification_refuse"),
    path("<number:number>/foto-ktp/", identity_photo.add, name="identity_photo"),
    path("<number:number>/foto-ktp/buka/", identity_photo.open_photo, name="identity_photo_open"),
    path("<number:number>/foto-ktp/cocok/", identity_photo.compared, name="identity_photo_compared"),
    path("masuk/", sign_in.sign_in, name="sign_in"),
    path("masuk/kode/", sign_in.sign_in_code, name="sign_in_code"),
    path("masuk/siapa/", sign_in.sign_in_who, name="sign_in_who"),
    path("<number:number>/", person.detail, name="detail"),
    path("<number:number>/pesan/", messages_of.messages_of, name="messages"),
    path("<number:number>/pesan/jeda/", messages_of.pause, name="pause"),
    path("<number:number>/pesan/jeda/akhiri/", messages_of.end_pause, name="pause_end"),
    path("<number:number>/kartu/", card.card, name="card"),
    path("<number:number>/kartu/tarik/", card.withdraw, name="card_withdraw"),
    path("<number:number>/buka/", person.unmask, name="unmask"),
    path("<number:number>/ubah/", person.edit, name="edit"),
    *person_patterns(),
]

# A resident's own registration, under /daftar/ : an address holds a random id, never a NIK.
self_patterns = [
    path("", self_registration.start, name="self_start"),
    path("mulai/", self_registration.begin, name="self_begin"),
    path("lanjut/", self_registration.open_with_code, name="self_open"),
    path("tutup/", self_registration.close, name="self_close"),
    path("<uuid:uid>/", self_registration.status, name="self_status"),
    path("<uuid:uid>/periksa/", self_registration.check, name="self_check"),
    path("<uuid:uid>/batal/", self_registration.withdraw, name="self_withdraw"),
    path("<uuid:uid>/<slug:step>/", self_registration.step, name="self_step"),
]
