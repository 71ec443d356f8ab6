"""Settings of the portal's processes in a drill: the real ones, with a short lease and a fast clock."""

from okoce.settings import base
from okoce.settings.test import *  # noqa: F403
from okoce.settings.test import BASE_DIR, CELERY_BEAT_SCHEDULE, INSTALLED_APPS, TEMPLATES

INSTALLED_APPS = [*INSTALLED_APPS, "tests.drills"]
TEMPLATES = [{**TEMPLATES[0], "DIRS": [*TEMPLATES[0]["DIRS"], BASE_DIR / "tests" / "drills" / "templates"]}]
CACHES = base.CACHES  # the portal's own, in Valkey
OUTBOX_LEASE_SECONDS = 5.0
OUTBOX_FIRST_PAUSE = 0.5  # instead of 30: eight tries in a minute instead of an hour
OUTBOX_FIRST_REST = 0.5  # instead of 5
OUTBOX_LINES = 2
WHATSAPP_NEW_PEOPLE_A_DAY = 1_000_000
MESSAGES_AT_ANY_HOUR = True
CELERY_BEAT_SCHEDULE = {
    "drain-outbox": {**CELERY_BEAT_SCHEDULE["drain-outbox"], "schedule": 1.0, "options": {"expires": 5}}
}
