"""The portal's own settings, with the stock admin and two small pages beside it for comparison only."""

from okoce.settings.test import *  # noqa: F403
from okoce.settings.test import INSTALLED_APPS

TESTING = False
DEBUG = False
INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.admin"]
ROOT_URLCONF = "tests.benchmarks.urls"
ALLOWED_HOSTS = ["127.0.0.1"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": True,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "ERROR"},
}
