"""Static files as production serves them: hashed names, and every reference inside them resolved."""

import re

import pytest
from django.core.management import call_command
from django.test import override_settings


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    root = tmp_path_factory.mktemp("static")
    storages = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    with override_settings(STATIC_ROOT=root, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
    return root


def test_every_file_can_be_collected_under_a_hashed_name(collected):
    assert list(collected.glob("css/okoce.*.css")) != []


def test_the_theme_asks_for_the_hashed_font(collected):
    theme = next(collected.glob("css/okoce.????????????.css")).read_text()

    assert re.findall(r'url\("\.\./fonts/plus-jakarta-sans-subset\.[0-9a-f]{12}\.woff2"\)', theme) != []
