"""The fairness report: shares, the Gini coefficient, and whom the quotas passed over."""

import io

import openpyxl
import pytest
from django.urls import reverse

from bazaars import fairness
from bazaars.fairness import Applicant, Held
from bazaars.models import Bazaar
from okoce.audit.models import AuditEvent
from tests.bazaars.test_pages import text_of
from tests.factories.accounts import JAKARTA_BARAT, JAKARTA_PUSAT, member
from tests.factories.bazaars import drawn_site, stall_of


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([], None),
        ([0, 0], None),
        ([2, 2, 2], 0.0),
        ([0, 0, 0, 4], 0.75),
        ([0, 1], 0.5),
        ([1, 2, 3, 4], 0.25),
    ],
)
def test_the_gini_coefficient_of_turns(turns, expected):
    found = fairness.gini(turns)

    assert found == (None if expected is None else pytest.approx(expected))


def test_the_gini_is_the_mean_difference_over_twice_the_mean():
    turns = [0, 3, 1, 1, 5, 0, 2]
    mean = sum(turns) / len(turns)
    by_definition = sum(abs(a - b) for a in turns for b in turns) / (2 * len(turns) ** 2 * mean)

    assert fairness.gini(turns) == pytest.approx(by_definition)


def test_rule_49_share_of_stall_days_of_the_top_tenth_and_of_first_timers():
    held = [Held(vendor, 2, is_first=True) for vendor in range(11)] + [Held(0, 2, is_first=False)] * 4

    # eleven holders: the tenth is two of them; 30 stall days in all
    assert fairness.share_of_top_tenth(held) == (2, 40)
    assert fairness.share_of_first_timers(held) == (11, 73)


def test_nobody_with_a_stall_is_no_division_by_zero():
    assert (fairness.share_of_top_tenth([]), fairness.share_of_first_timers([])) == ((0, 0), (0, 0))


def test_applicants_without_a_stall_are_counted_with_no_turn():
    people = [Applicant(n, {}) for n in range(3)]

    assert dict(fairness.turns_of(people, [Held(1, 2, True), Held(1, 2, False)])) == {0: 2, 2: 1}


def test_a_group_is_shown_with_its_share_of_applicants_and_of_stall_days():
    people = [Applicant(n, {"sex": "P" if n < 3 else "L"}) for n in range(4)]
    held = [Held(0, 2, True), Held(3, 2, True), Held(99, 2, True)]

    assert [
        (s.code, s.applicants, s.vendors, s.percent_of_applicants, s.percent_of_days)
        for s in fairness.shares(people, held, "sex")
    ] == [("P", 3, 1, 75, 50), ("L", 1, 1, 25, 50)]


def test_whoever_had_fewer_turns_than_a_chosen_one_is_named_with_the_reason():
    entry = {"pengampu": "kpkp", "category": "kuliner"}
    record = {
        "frozen": {"applications": [{"id": "a", "turns": 2} | entry, {"id": "b", "turns": 0} | entry,
                                    {"id": "c", "turns": 2} | entry]},
        "chosen": ["a"],
        "reserve": [{"id": "b", "reason": "CATEGORY_FULL", "detail": ["kuliner"]},
                    {"id": "c", "reason": "PLACES_FULL", "detail": []}],
    }  # fmt: skip

    assert [(p.public_id, p.turns, p.most, p.reason) for p in fairness.passed_over(record)] == [
        ("b", 0, 2, "CATEGORY_FULL")
    ]


# --- the page -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_and_the_file_say_the_same_and_the_file_is_recorded(client_as):
    site = drawn_site(5)  # three stalls for five people
    year = Bazaar.objects.get(pk=site.bazaar_id).starts_on.year
    client = client_as(member("sudin", JAKARTA_BARAT))
    page = client.get(reverse("bazaars:fairness"), {"tahun": year})

    assert page.context["gini"] == pytest.approx(0.4)
    assert (page.context["first"], page.context["stall_days"]) == ((3, 100), 6)
    assert [(row["turns"], row["count"]) for row in page.context["turns"]] == [(0, 2), (1, 3)]
    assert [count for _words, count in page.context["reasons"]] == [2]
    assert "Koefisien Gini membandingkan" in text_of(page)

    answer = client.post(f"{reverse('bazaars:fairness_file', args=['xlsx'])}?tahun={year}")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[1][7] == "0.400"
    assert stall_of(site).participant.full_name not in str(rows)
    assert AuditEvent.objects.get(action="bazaars.fairness.exported").details["year"] == year


@pytest.mark.django_db
def test_another_city_sees_nothing_of_it_and_a_kecamatan_may_not_open_it(client_as):
    site = drawn_site(2)
    year = Bazaar.objects.get(pk=site.bazaar_id).starts_on.year
    address = reverse("bazaars:fairness")

    page = client_as(member("sudin", JAKARTA_PUSAT)).get(address, {"tahun": year})
    assert page.context["report"].applicants == []
    assert client_as(member("kecamatan", "31.73.08")).get(address).status_code == 403
    assert client_as(member("province")).get(address, {"tahun": "zwei"}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_the_report_asks_the_database_as_often_for_three_vendors_as_for_one(
    client_as, count, django_assert_num_queries
):
    site = drawn_site(count)
    year = {"tahun": Bazaar.objects.get(pk=site.bazaar_id).starts_on.year}
    client = client_as(member("sudin", JAKARTA_BARAT))
    client.get(reverse("bazaars:fairness"), year)

    with django_assert_num_queries(11):
        client.get(reverse("bazaars:fairness"), year)
