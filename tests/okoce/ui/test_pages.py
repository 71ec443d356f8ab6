"""The pages of the look itself: help, privacy, accessibility, the gallery, the switches, the error pages."""

import html
import re
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings
from django.utils import translation

from okoce.ui import errors
from okoce.ui.gallery import NAVIGATION
from okoce.ui.responses import render_page

PUBLIC = ["/bantuan/", "/privasi/", "/aksesibilitas/"]


def h1(response):
    return html.unescape(re.search(r"<h1>(.*?)</h1>", response.content.decode(), re.DOTALL)[1])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "indonesian", "english"),
    [
        ("/bantuan/", "Bantuan", "Help"),
        ("/privasi/", "Privasi data peserta", "Privacy of participants"),
        ("/aksesibilitas/", "Pernyataan aksesibilitas", "Accessibility statement"),
    ],
)
def test_public_texts_stand_in_both_languages(client, address, indonesian, english):
    first = client.get(address)
    client.cookies["bahasa"] = "en"
    second = client.get(address)

    assert [h1(first), h1(second)] == [indonesian, english]
    assert [r.content.decode().split('lang="')[1][:2] for r in (first, second)] == ["id", "en"]


@pytest.mark.django_db
@override_settings(DPO_CONTACT="dpo@jakarta.example")
def test_privacy_names_whom_to_ask(client):
    assert "dpo@jakarta.example" in client.get("/privasi/").content.decode()


@pytest.mark.django_db
def test_the_language_of_the_device_decides_nothing(client):
    assert h1(client.get("/bantuan/", headers={"accept-language": "en-GB,en"})) == "Bantuan"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "field", "value", "cookie"),
    [("/bahasa/", "language", "en", "bahasa"), ("/tampilan/", "theme", "dark", "tampilan")],
)
def test_a_switch_keeps_the_page_and_is_remembered(client, address, field, value, cookie):
    response = client.post(address, {field: value, "next": "/privasi/?a=1"})

    assert (response.status_code, response.url) == (302, "/privasi/?a=1")
    assert client.cookies[cookie].value == value


@pytest.mark.django_db
@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "", "privasi"]
)
def test_a_switch_leads_to_no_other_site(client, target):
    assert client.post("/tampilan/", {"theme": "dark", "next": target}).url == "/"


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "field"), [("/bahasa/", "language"), ("/tampilan/", "theme")])
def test_an_unknown_choice_changes_nothing(client, address, field):
    client.post(address, {field: "xx"})

    assert [name for name in ("bahasa", "tampilan") if name in client.cookies] == []


@pytest.mark.django_db
def test_the_chosen_theme_is_on_the_page(client):
    client.cookies["tampilan"] = "dark"

    assert 'data-bs-theme="dark"' in client.get("/bantuan/").content.decode()


@pytest.mark.django_db
def test_gallery_is_absent_in_production(client):
    with override_settings(DEBUG=False, TESTING=False):
        assert client.get("/galeri/").status_code == 404
    assert client.get("/galeri/").status_code == 200


@pytest.mark.django_db
def test_every_answer_forbids_inline_code(client):
    policies = {client.get(address).headers["Content-Security-Policy"] for address in PUBLIC}

    assert len(policies) == 1
    assert "unsafe" not in policies.pop()


# ---------------------------------------------------------------- error pages

ERRORS = {
    400: lambda request: errors.bad_request(request),
    403: lambda request: errors.permission_denied(request),
    404: lambda request: errors.page_not_found(request),
    413: lambda request: errors.too_large(request),
    429: lambda request: errors.too_many(request, minutes=3),
    500: lambda request: errors.server_error(request),
}


@pytest.mark.parametrize("status", ERRORS)
@pytest.mark.parametrize("language", ["id", "en"])
def test_error_pages_say_what_to_do_without_the_database(status, language):
    with translation.override(language):
        response = ERRORS[status](RequestFactory().get("/x/"))
    text = response.content.decode()

    assert response.status_code == status
    assert len(re.findall(r"<p>[^<]{20,}", text)) >= 1
    assert 'href="/"' in text
    assert str(status) not in h1(response)


def test_error_page_500_holds_both_languages():
    text = errors.server_error(RequestFactory().get("/")).content.decode()

    assert "Halaman ini sedang bermasalah" in text
    assert '<div lang="en"><h2>This page has a problem</h2>' in text


def test_when_the_error_page_fails_too_there_are_still_words(monkeypatch):
    monkeypatch.setattr(errors, "render_to_string", lambda *a, **k: 1 / 0)
    responses = [
        errors.server_error(RequestFactory().get("/")),
        errors.page_not_found(RequestFactory().get("/")),
    ]

    assert [(r.status_code, h1(r)) for r in responses] == [
        (500, "Halaman ini sedang bermasalah"),
        (404, "Halaman ini sedang bermasalah"),
    ]


def test_a_body_that_is_too_large_gets_its_own_page():
    response = errors.bad_request(RequestFactory().post("/"), RequestDataTooBig())

    assert response.status_code == 413


@pytest.mark.django_db
@pytest.mark.parametrize(("length", "status"), [(str(11 * 1024 * 1024), 413), ("9" * 30, 413), ("", 403)])
def test_a_huge_request_is_refused_before_its_body_is_read(length, status):
    class Unread:
        def read(self, *_args):
            raise AssertionError("read")

        readline = read

    client = Client(enforce_csrf_checks=True)
    response = client.generic("POST", "/bahasa/", CONTENT_LENGTH=length, **{"wsgi.input": Unread()})

    assert response.status_code == status
    assert "Content-Security-Policy" in response


def test_a_refusal_says_whose_page_it_is():
    refusal = PermissionDenied()
    refusal.sentence = "Halaman ini untuk petugas Sudin."
    response = errors.permission_denied(RequestFactory().get("/"), refusal)

    assert "Halaman ini untuk petugas Sudin." in response.content.decode()


def test_a_refused_form_says_that_nothing_is_saved():
    with translation.override("id"):
        response = errors.csrf_failure(RequestFactory().post("/"), "token missing")

    assert response.status_code == 403
    assert "Isian Anda belum tersimpan." in response.content.decode()
    assert "token missing" not in response.content.decode()


def test_too_many_tries_says_how_long_to_wait():
    response = errors.too_many(RequestFactory().get("/"), minutes=3)

    assert response["Retry-After"] == "180"


# ---------------------------------------------------------------- shells


def staff_page():
    request = RequestFactory().get("/dasbor/")
    request.navigation, request.unit_name = NAVIGATION, "Sudin KUKMP Jakarta Barat"
    return render_to_string("layouts/staff.html", request=request)


def test_staff_shell_shows_unit_menu_and_what_waits():
    page = staff_page()

    assert "<small>Sudin KUKMP Jakarta Barat</small>" in page
    assert page.count('aria-current="page"') == 2  # the left menu and the details menu
    assert '<b>41<span class="visually-hidden"> menunggu</span></b>' in page


def test_staff_shell_tells_htmx_to_run_no_code():
    config = re.search(r"name=\"htmx-config\" content='(.*?)'", staff_page())[1]

    for setting in (
        '"allowEval":false',
        '"includeIndicatorStyles":false',
        '"allowScriptTags":false',
        '"selfRequestsOnly":true',
        '"historyCacheSize":0',
    ):
        assert setting in config


# ---------------------------------------------------------------- answers


def answer(*, htmx: bool, boosted: bool = False, restore: bool = False) -> HttpResponse:
    request = RequestFactory().get("/galeri/")
    request.htmx = SimpleNamespace(boosted=boosted, history_restore_request=restore) if htmx else False
    return render_page(request, "tests/partial.html", {"word": "kata"}, fragment="part")


@pytest.fixture
def partial_template(settings, tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "partial.html").write_text(
        "before {% partialdef part inline %}part {{ word }}{% endpartialdef %} after"
    )
    engine = {**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}
    settings.TEMPLATES = [engine]


@pytest.mark.usefixtures("partial_template")
@pytest.mark.parametrize(
    ("asked", "body"),
    [
        ({"htmx": False}, "before part kata after"),
        ({"htmx": True}, "part kata"),
        ({"htmx": True, "boosted": True}, "before part kata after"),
        ({"htmx": True, "restore": True}, "before part kata after"),
    ],
)
def test_htmx_gets_the_fragment_and_everybody_else_the_page(asked, body):
    response = answer(**asked)

    assert response.content.decode().strip() == body
    assert "HX-Request" in response["Vary"]
