"""Light on data: what a first visit and every later page weigh on the line."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory

from okoce.ui.gallery import NAVIGATION

pytestmark = pytest.mark.django_db
FIRST_VISIT, LATER_PAGE = 100_000, 30_000


def weight(data: bytes) -> int:
    return len(gzip.compress(data, 9))


def files_of(html: str) -> set[str]:
    """Static files that a browser fetches for a page: linked ones, and the fonts of linked stylesheets."""
    linked = set(re.findall(r'(?:href|src)="/static/([^"#?]+)', html))
    for path in [p for p in linked if p.endswith(".css")]:
        css = Path(finders.find(path)).read_text(encoding="utf-8")
        linked |= {f"fonts/{name}" for name in re.findall(r'url\("\.\./fonts/([^"]+)"\)', css)}
    return linked


def on_the_line(path: str) -> int:
    data = Path(finders.find(path)).read_bytes()
    return len(data) if path.endswith(".woff2") else weight(data)


def first_visit(html: str) -> int:
    return weight(html.encode()) + sum(on_the_line(path) for path in files_of(html))


@pytest.mark.parametrize("address", ["/", "/bantuan/", "/privasi/"])
def test_first_public_visit_stays_under_100_kilobytes(client, address):
    html = client.get(address).content.decode()

    assert "fonts/plus-jakarta-sans-subset.woff2" in files_of(html) or address == "/"
    assert first_visit(html) < FIRST_VISIT


@pytest.mark.parametrize("address", ["/", "/bantuan/", "/privasi/", "/aksesibilitas/"])
def test_later_public_pages_stay_under_30_kilobytes(client, address):
    assert weight(client.get(address).content) < LATER_PAGE


def test_first_staff_visit_stays_under_100_kilobytes():
    request = RequestFactory().get("/dasbor/")
    request.navigation, request.unit_name = NAVIGATION, "Sudin KUKMP Jakarta Barat"

    html = render_to_string("layouts/staff.html", request=request)
    assert "vendor/htmx.min.js" in files_of(html)
    assert first_visit(html) < FIRST_VISIT


def test_participant_pages_load_no_htmx_and_no_data_styles():
    html = render_to_string("layouts/participant.html", request=RequestFactory().get("/"))

    assert {"vendor/htmx.min.js", "css/okoce-data.css"} & files_of(html) == set()
