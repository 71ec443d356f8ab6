"""Production starts only with everything it needs, and says at once what it lacks."""

import os
import subprocess
import sys

import pytest

COMPLETE = {
    "OKOCE_ENV": "production",
    "SECRET_KEY": "stand-in-" + "0123456789" * 6,
    "ENCRYPTION_KEYS": "1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "LOOKUP_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDI=",
    "DATABASE_URL": "postgresql://okoce_app:x@db.example/okoce",
    "REDIS_URL": "redis://cache.example/0",
    "ALLOWED_HOSTS": "portal.example",
    "CSRF_TRUSTED_ORIGINS": "https://portal.example",
    "PORTAL_URL": "https://portal.example",
    "EMAIL_URL": "smtps://u:p@mail.example",
    "DEFAULT_FROM_EMAIL": "portal@portal.example",
    "MEDIA_ROOT": "/var/lib/okoce/media",
    "TRUSTED_PROXY_COUNT": "1",
    "DPO_CONTACT": "dpo@portal.example",
}


def load_settings(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import okoce.settings.production"],
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_complete_environment_starts():
    assert load_settings(COMPLETE).stderr == ""


def test_an_empty_environment_is_refused_with_every_name():
    said = load_settings({"OKOCE_ENV": "production"}).stderr.strip().splitlines()[-1]

    assert said == (
        "django.core.exceptions.ImproperlyConfigured: These environment variables are missing: SECRET_KEY, "
        "ENCRYPTION_KEYS, LOOKUP_KEY, DATABASE_URL, REDIS_URL, ALLOWED_HOSTS, CSRF_TRUSTED_ORIGINS, "
        "PORTAL_URL, MEDIA_ROOT, EMAIL_URL, DEFAULT_FROM_EMAIL, DPO_CONTACT, TRUSTED_PROXY_COUNT. "
        'What each one means is written in docs/operations.md, "Environment variables".'
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DEMO", "1", "DEMO must not be 1 in production: it shows sign-in codes to every visitor."),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS must name the portal's own host, not *."),
        ("PORTAL_URL", "http://portal.example", "PORTAL_URL must begin with https://."),
        ("LOOKUP_KEY", "c2hvcnQ=", "LOOKUP_KEY must be base64 of 32 bytes."),
    ],
)
def test_a_dangerous_value_is_refused(name, value, words):
    said = load_settings({**COMPLETE, name: value}).stderr.strip().splitlines()[-1]

    assert said == (
        f"django.core.exceptions.ImproperlyConfigured: {words} "
        'What each one means is written in docs/operations.md, "Environment variables".'
    )
