"""Addresses. Paths are Indonesian, names English; every view declares its access (okoce.accounts.access)."""

from django.conf import settings
from django.urls import include, path

import okoce.celery  # noqa: F401  the app must exist before a view queues a task
from okoce.accounts.access import public
from okoce.dashboard import card_status
from okoce.dashboard import views as dashboard
from okoce.db import health
from okoce.notifications.health import statusz
from participants import urls as participants

# One namespace in two places: the address on the card is short, because it is printed as a code.
participant_pages = [
    path("peserta/", include(participants.urlpatterns)),
    path("daftar/", include(participants.self_patterns)),
    path("k/<str:token>/", card_status.card_status, name="card_status"),
]

urlpatterns = [
    path("", dashboard.home, name="home"),
    path("", include("okoce.ui.urls")),
    path("", include("okoce.accounts.urls")),
    path("", include("okoce.dashboard.urls")),
    path("", include((participant_pages, "participants"))),
    path("hak-data/", include("participants.rights_urls")),
    path("data-saya/", include("participants.own_data_urls")),
    path("pelatihan/", include("trainings.urls")),
    path("bazar/", include("bazaars.urls")),
    path("pesan/", include("okoce.notifications.urls")),
    path("audit/", include("okoce.audit.urls")),
    path("healthz", public(health.healthz), name="healthz"),
    path("readyz", public(health.readyz), name="readyz"),
    path("statusz", public(statusz), name="statusz"),
]

if settings.DEMO or settings.TESTING:
    urlpatterns.append(path("demo/", include("okoce.notifications.demo_urls")))

handler400 = "okoce.ui.errors.bad_request"
handler403 = "okoce.ui.errors.permission_denied"
handler404 = "okoce.ui.errors.page_not_found"
handler500 = "okoce.ui.errors.server_error"
