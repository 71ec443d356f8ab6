"""Totals that agree whichever way they are parted, the file without names, and what a place is worth."""

import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from bazaars import scorecard
from bazaars.models import SalesReport
from bazaars.scorecard import PlaceDay, quantile, scores
from bazaars.services import sales
from bazaars.takings import WAYS, Takings
from okoce.audit.models import AuditEvent
from okoce.organisations.models import Organisation
from tests.bazaars.test_pages import text_of
from tests.factories.accounts import JAKARTA_PUSAT, member
from tests.factories.bazaars import (
    KPKP,
    PPKUKM,
    SiteFactory,
    held_site,
    in_days,
    sold,
    stall_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    """Three vendors: two of KPKP who reported, the third moved to the Sudin's quota."""
    made = held_site(3)
    third = stall_of(made, 2).application
    third.pengampu = Organisation.objects.get(pk=PPKUKM)
    third.save()
    sold(stall_of(made, 0), in_days(-10), 500_000)
    sold(stall_of(made, 0), in_days(-9), 700_000)
    sold(stall_of(made, 1), in_days(-10), 300_000)
    sold(stall_of(made, 2), in_days(-9), 900_000)
    return made


def takings(site, user):
    return Takings(site.bazaar, user, timezone.localdate())


def page_of(site, **query):
    return reverse("bazaars:takings", args=[site.bazaar.slug]), query


@pytest.mark.parametrize("by", [code for code, _label in WAYS])
def test_rule_51_totals_of_every_way_are_the_total_of_the_bazaar(site, sudin, by):
    found = takings(site, sudin)

    assert found.total.sold == 2_400_000
    assert sum(part.sold for part in found.parts(by)) == 2_400_000
    assert sum(part.stall_days for part in found.parts(by)) == found.total.stall_days == 6


def test_rule_51_totals_per_pengampu_are_the_total_of_the_bazaar(site, sudin):
    assert [
        (part.sold, part.reported, part.stall_days) for part in takings(site, sudin).parts("pengampu")
    ] == [
        (1_500_000, 3, 4),
        (900_000, 1, 2),
    ]


def test_rule_52_partners_are_in_no_total(site, sudin):
    partner = site.stalls.create(number="P01", row=9, column=1, kind="partner", label="Bulog")
    sales.report_partner_sales(
        stall_id=partner.pk, day=in_days(-10), sold=sales.Sold(amount=8_000_000), by=sudin, now=timezone.now()
    )
    found = takings(site, sudin)

    assert found.total.sold == 2_400_000
    assert found.partners == [("P01", in_days(-10), 8_000_000)]


def test_a_band_counts_as_its_middle_and_the_page_says_so(client_as, site, sudin):
    SalesReport.objects.filter(amount=300_000).update(amount=None, band="250")
    page = client_as(sudin).get(page_of(site)[0])

    assert takings(site, sudin).total.sold == 2_475_000
    assert "1 laporan hanya menyebut kisaran" in text_of(page)


def test_a_pengampu_sees_the_sales_of_its_own_vendors_only(client_as, site):
    kpkp = member("pengampu", organisation=KPKP)
    page = client_as(kpkp).get(page_of(site)[0])

    assert page.context["total"].sold == 1_500_000


def test_another_city_finds_neither_page_nor_file(client_as, site):
    client = client_as(member("sudin", JAKARTA_PUSAT))

    assert client.get(page_of(site)[0]).status_code == 404
    assert client.post(reverse("bazaars:takings_file", args=[site.bazaar.slug, "csv"])).status_code == 404


@pytest.mark.parametrize("wanted", ["abc", "9" * 30])
def test_a_place_that_cannot_be_read_shows_all(client_as, site, sudin, wanted):
    assert client_as(sudin).get(page_of(site)[0], {"lokasi": wanted}).context["total"].sold == 2_400_000


def test_a_place_of_another_bazaar_is_not_there(client_as, site, sudin):
    assert client_as(sudin).get(page_of(site)[0], {"lokasi": SiteFactory().pk}).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_totals_ask_the_database_as_often_for_three_vendors_as_for_one(
    client_as, sudin, count, django_assert_num_queries
):
    made = held_site(count)
    for n in range(count):
        sold(stall_of(made, n), in_days(-10))
    client = client_as(sudin)
    client.get(page_of(made)[0])

    with django_assert_num_queries(11):
        client.get(page_of(made)[0])


def test_the_file_holds_every_stall_day_without_a_name_and_is_recorded(client_as, site, sudin):
    SalesReport.objects.filter(amount=300_000).update(best_product="=HYPERLINK(1)")
    answer = client_as(sudin).post(reverse("bazaars:takings_file", args=[site.bazaar.slug, "xlsx"]))
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)

    assert len(rows) == 7
    assert sum(row[5] or 0 for row in rows[1:]) == 2_400_000
    assert "'=HYPERLINK(1)" in [row[8] for row in rows]
    names = [stall_of(site, n).participant.full_name for n in range(3)]
    assert [name for name in names if any(name in str(cell) for row in rows for cell in row)] == []
    assert AuditEvent.objects.get(action="bazaars.sales.exported").details["form"] == "xlsx"


def test_the_csv_says_the_same(client_as, site, sudin):
    answer = client_as(sudin).post(reverse("bazaars:takings_file", args=[site.bazaar.slug, "csv"]))

    assert answer.content.decode("utf-8-sig").count("\r\n") == 7


# --- places ---------------------------------------------------------------------------------------


def days(place, *amounts, site=1, vendor=None, category="kuliner", best=""):
    return [
        PlaceDay((place, place), site, date(2026, 8, 1), 8.0, vendor or n, category, amount, best)
        for n, amount in enumerate(amounts)
    ]


def test_places_are_ordered_by_what_a_stall_sells_in_an_hour_and_compared_from_ten_reports_on():
    rows = days("a", *[800_000] * 10) + days("b", *[1_600_000] * 10, None) + days("c", *[9_000_000] * 9)

    assert [(s.place[0], s.an_hour, s.is_compared) for s in scores(rows, {})] == [
        ("b", 200_000, True),
        ("a", 100_000, True),
        ("c", 1_125_000, False),
    ]


def test_the_middle_half_of_the_stall_days():
    assert [quantile([100, 200, 300, 400, 500], q) for q in (0.25, 0.5, 0.75)] == [200, 300, 400]
    assert quantile([], 0.5) is None


def test_vendors_come_back_only_where_there_was_a_second_bazaar():
    first = days("a", 1, 1, site=1)
    again = days("a", 1, site=2)

    assert scores(first, {})[0].returning is None
    assert scores(first + again, {})[0].returning == 50


def test_what_sells_there_needs_three_reports_of_a_kind():
    rows = days("a", 900, 900, 900, best="Asinan") + days(
        "a", 100, 100, 100, category="fashion", best="asinan "
    )
    rows += days("a", 9_000, 9_000, category="jasa", best="Jahit")

    assert scores(rows, {})[0].goods == (("kuliner", 900), ("fashion", 100))
    assert scores(rows, {})[0].products[0] == "Asinan"


def test_a_place_of_two_bazaars_is_one_place_however_it_is_spelt(client_as, sudin):
    assert scorecard.place_key("31.73.08", "  Halaman  Kantor ") == ("31.73.08", "halaman kantor")


def test_the_scorecard_names_the_place_worth_most(client_as, sudin, monkeypatch):
    monkeypatch.setattr(scorecard, "ENOUGH_DAYS", 1)
    good, poor = held_site(1), held_site(1)
    sold(stall_of(good), in_days(-10), 1_800_000)
    sold(stall_of(poor), in_days(-10), 90_000)
    page = client_as(sudin).get(reverse("bazaars:places"))

    assert [card["name"] for card in page.context["cards"]] == [good.name, poor.name]
    assert f"Bazar berikutnya paling menguntungkan di {good.name}" in text_of(page)
    assert client_as(member("sudin", JAKARTA_PUSAT)).get(reverse("bazaars:places")).context["cards"] == []
