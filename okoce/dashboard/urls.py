"""Pages over several apps: the staff dashboard and a participant's own status."""

from django.urls import path

from okoce.dashboard.views import phone, staff, status

app_name = "dashboard"

urlpatterns = [
    path("dasbor/", staff.dashboard, name="home"),
    path("status/", status.status, name="status"),
    path("status/hp.js", phone.phone_worker, name="phone_worker"),
    path("status/aplikasi.webmanifest", phone.manifest, name="manifest"),
    path("status/kartu/", status.make_card, name="make_card"),
    path("status/kartu.svg", status.card_image, name="card_image"),
]
