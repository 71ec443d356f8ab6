"""Settings of the portal's processes in a drill: the real ones, with a short lease and a fast clock."""

from okoce.settings.test import *  # noqa: F403
from okoce.settings.test import BASE_DIR, CELERY_BEAT_SCHEDULE, INSTALLED_APPS, REDIS_URL, TEMPLATES

INSTALLED_APPS = [*INSTALLED_APPS, "tests.drills"]
TEMPLATES = [{**TEMPLATES[0], "DIRS": [*TEMPLATES[0]["DIRS"], BASE_DIR / "tests" / "drills" / "templates"]}]
_CACHE = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
CACHES = {"default": _CACHE, "counts": _CACHE}
OUTBOX_LEASE_SECONDS = 5.0
CELERY_BEAT_SCHEDULE = {
    "drain-outbox": {**CELERY_BEAT_SCHEDULE["drain-outbox"], "schedule": 1.0, "options": {"expires": 5}}
}
