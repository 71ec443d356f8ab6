"""Parts of the shell that are rendered once a process: nothing of one request may reach another."""

import pytest
from django.template import engines
from django.utils import translation

from okoce.ui.templatetags import okoce_kept


@pytest.fixture(autouse=True)
def _nothing_kept():
    okoce_kept._kept.clear()


class Shell:
    def __init__(self, here, unit="Sudin"):
        self.here, self.unit = here, unit


TEMPLATE = (
    "{% load okoce_kept i18n %}{% kept 'x' shell.unit %}{{ shell.unit }}|{{ shell.here }}|{{ csrf_token }}|"
    "{% translate 'Sign out' %}{% endkept %}"
)


def rendered(shell, token="t1"):
    return engines["django"].from_string(TEMPLATE).render({"shell": shell, "csrf_token": token})


def test_address_and_token_are_those_of_the_request():
    assert rendered(Shell("/a/"), "t1") == "Sudin|/a/|t1|Keluar"
    assert rendered(Shell("/b/"), "t2") == "Sudin|/b/|t2|Keluar"


def test_an_address_is_escaped():
    assert rendered(Shell('/a/?q="><script>')).split("|")[1] == "/a/?q=&quot;&gt;&lt;script&gt;"


def test_another_value_is_another_part():
    assert rendered(Shell("/a/", "Sudin")).startswith("Sudin|")
    assert rendered(Shell("/a/", "Kecamatan")).startswith("Kecamatan|")


def test_each_language_has_its_own():
    rendered(Shell("/a/"))
    with translation.override("en"):
        assert rendered(Shell("/a/")).endswith("|Sign out")


def test_while_debugging_nothing_is_kept(settings):
    settings.DEBUG = True
    rendered(Shell("/a/"))

    assert len(okoce_kept._kept) == 0


def test_a_page_without_a_shell_is_rendered_as_without_one():
    assert rendered(None) == "||t1|Keluar"
