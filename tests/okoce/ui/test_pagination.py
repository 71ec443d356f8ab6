"""Keyset pages over the regions, which hold equal names, empty parents and both directions."""

import base64
import json

import pytest
from django.db import connection
from django.db.models import Count
from django.db.models.functions import Length
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okoce.regions.models import Region
from okoce.ui.pagination import PARAMETER, keyset_page

pytestmark = pytest.mark.django_db
ORDERS = [
    ("code",),
    ("name",),
    ("-name",),
    ("level", "name"),
    ("-level", "name"),
    ("level", "-name", "postcode"),
    ("parent__name", "-code"),
    ("-parent__name", "name"),
    ("-parent", "code"),
    ("name_length", "-name"),
    ("-child_count", "name"),
]


def jakarta():
    return Region.objects.filter(code__startswith="31").annotate(
        name_length=Length("name"), child_count=Count("children")
    )


def page_at(url, queryset, order, **options):
    return keyset_page(queryset, RequestFactory().get(url), order=order, **options)


def walk(queryset, order, size):
    """All pages forward from the first, and then backward from the last."""
    forward, backward = [page_at("/x/?kota=1", queryset, order, size=size)], []
    while forward[-1].next_url and len(forward) < 1000:
        forward.append(page_at(forward[-1].next_url, queryset, order, size=size))
    page = forward[-1]
    while page.previous_url and len(backward) < 1000:
        page = page_at(page.previous_url, queryset, order, size=size)
        backward.append(page)
    return forward, backward


def names(order):
    return (
        order if order[-1].lstrip("-") in ("pk", "code") else (*order, "-pk" if order[-1][0] == "-" else "pk")
    )


@pytest.mark.parametrize("order", ORDERS, ids="+".join)
def test_pages_forward_hold_every_row_once_in_order(order):
    forward, _backward = walk(jakarta(), order, 37)

    assert [row.pk for page in forward for row in page] == list(
        jakarta().order_by(*names(order)).values_list("pk", flat=True)
    )


@pytest.mark.parametrize("order", ORDERS, ids="+".join)
def test_pages_backward_are_the_same_pages(order):
    forward, backward = walk(jakarta(), order, 37)

    assert [[r.pk for r in page] for page in reversed(backward)] == [[r.pk for r in p] for p in forward[:-1]]
    assert [(page.start, page.end) for page in reversed(backward)] == [(p.start, p.end) for p in forward[:-1]]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.lists(
        st.sampled_from(["name", "level", "parent__name", "postcode", "kind"]), unique=True, min_size=1
    ),
    signs=st.lists(st.sampled_from(["", "-"]), min_size=5, max_size=5),
    size=st.integers(4, 20),
)
def test_any_mix_of_directions_holds_every_row_once(order, signs, size):
    order = tuple(sign + name for name, sign in zip(order, signs, strict=False))
    rows = Region.objects.filter(code__startswith="31.7", level__lte=3)
    forward, backward = walk(rows, order, size)

    expected = list(rows.order_by(*names(order)).values_list("pk", flat=True))
    assert [row.pk for page in forward for row in page] == expected
    assert [row.pk for page in reversed(backward) for row in page] == expected[
        : len(expected) - len(forward[-1])
    ]


def test_rows_may_be_dictionaries():
    rows = Region.objects.filter(level=3).values("pk", "name")
    first = page_at("/x/", rows, ("name",), size=10)
    second = page_at(first.next_url, rows, ("name",), size=10)

    assert [row["name"] for row in (*first, *second)] == list(
        Region.objects.filter(level=3).order_by("name", "pk").values_list("name", flat=True)[:20]
    )


def test_other_parameters_stay_in_the_links():
    page = page_at("/peserta/?kota=31.73&q=a+b", Region.objects.all(), ("name",), size=5)

    assert page.next_url.startswith("/peserta/?kota=31.73&q=a+b&halaman=")


def test_counting_stops_at_the_cap_and_says_so():
    page = page_at("/x/", Region.objects.all(), ("name",), size=5, count_cap=300)

    with translation.override("id"):
        assert (page.count, page.count_label) == (300, "300+")


def test_count_label_follows_the_language():
    page = page_at("/x/", Region.objects.all(), ("name",), size=5, count_cap=1000)
    exact = page_at("/x/", jakarta(), ("name",), size=5)
    labels = []
    for language in ("id", "en"):
        with translation.override(language):
            labels.append((page.count_label, exact.count_label))

    assert labels == [("1.000+" if page.count_is_capped else str(page.count), "318"), labels[1]]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_short_list_takes_one_query(rows, django_assert_num_queries):
    codes = ["31.71", "31.72", "31.73"][:rows]

    with django_assert_num_queries(1):
        page = page_at("/x/", Region.objects.filter(code__in=codes), ("name",))

    assert (len(page), page.count, page.next_url, page.previous_url) == (rows, rows, None, None)


def test_an_empty_list_has_no_position():
    page = page_at("/x/", Region.objects.none(), ("name",))

    assert (page.rows, page.count, page.start, page.end) == ([], 0, 0, 0)


def packed(*value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "%00",
        "A" * 5000,
        packed(0, 1),
        packed(0, 1, ["a"]),
        packed(0, 1, ["a", "b", "c"]),
        packed(0, 1, [None, None]),
        packed(0, 1, ["a\x00", "b"]),
        packed(0, "x", ["a", "b"]),
        packed(0, True, ["a", "b"]),
        "null",
        base64.urlsafe_b64encode(b"[" * 1500).decode(),
    ],
)
def test_a_damaged_cursor_leads_to_the_first_page(cursor):
    page = page_at(f"/x/?{PARAMETER}={cursor}", jakarta(), ("name",), size=10)

    assert page.start == 1
    assert page.previous_url is None
    assert len(page) == 10


def test_a_page_that_has_become_empty_leads_to_the_first():
    last = walk(jakarta(), ("name",), 100)[0][-2]
    few = Region.objects.filter(code__in=["31.71", "31.72"])
    page = page_at(last.next_url, few.filter(name__lt="Kota Z"), ("name",))

    assert page.start == 1
    assert len(page) == 2


def test_one_direction_is_one_row_comparison():
    first = page_at("/x/", jakarta(), ("level", "name"), size=10)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page_at(first.next_url, Region.objects.all(), ("level", "name"), size=10)

    assert (
        '("regions_region"."level", "regions_region"."name", "regions_region"."code") > ('
        in queries[0]["sql"]
    )


def test_an_unknown_field_is_the_programmers_mistake():
    with pytest.raises(ValueError, match="no field 'colour'"):
        page_at("/x/", Region.objects.all(), ("colour",))
