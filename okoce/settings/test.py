"""Settings of the test suite: fast hashing, no manifest, the gallery on."""

from okoce.settings import env

env.defaults_for_tests()

from okoce.settings.base import *  # noqa: E402,F403

env.refuse_if_incomplete()

TESTING = True
MESSAGES_AT_ANY_HOUR = (
    True  # the suite runs at night too; the tests of decency switch it off and give a clock
)
MEDIA_ROOT = str(BASE_DIR / ".local" / "test" / "media")  # noqa: F405  apart from the uploads of a running portal
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
_CACHE = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
CACHES = {"default": _CACHE, "counts": _CACHE}
