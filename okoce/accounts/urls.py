"""Addresses of sign-in. allauth's own names are kept, because its code looks for them."""

from django.urls import include, path, re_path

from okoce.accounts import views

own = [
    path("masuk/", views.choose, name="choose"),
    path("masuk/unit/", views.choose_unit, name="choose_unit"),
    path("masuk/sesi/", views.my_sessions, name="sessions"),
    path("masuk/sesi/akhiri/", views.end_other_sessions, name="end_other_sessions"),
    path("masuk/lanjutkan/", views.resume, name="resume"),
    path("masuk/lanjutkan/buang/", views.discard, name="discard"),
]

urlpatterns = [
    path("", include((own, "accounts"))),
    path("masuk/petugas/", views.staff_sign_in, name="account_login"),
    path("masuk/ditutup/", views.account_closed, name="account_inactive"),
    path("keluar/", views.sign_out, name="account_logout"),
    path("sandi/lupa/", views.forgot_password, name="account_reset_password"),
    path("sandi/lupa/terkirim/", views.letter_is_on_its_way, name="account_reset_password_done"),
    path("sandi/baru/selesai/", views.new_password_is_set, name="account_reset_password_from_key_done"),
    re_path(
        r"^sandi/baru/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",  # the key has hyphens, the id has none
        views.set_new_password,
        name="account_reset_password_from_key",
    ),
    path("sandi/ganti/", views.change_password, name="account_change_password"),
]
