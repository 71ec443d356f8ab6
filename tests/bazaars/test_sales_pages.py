"""Reporting sales on the phone, signed in and by the office; the list of those that are missing."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from bazaars import links
from bazaars.models import SalesReport
from participants.models import MentorAssignment
from tests.bazaars.test_pages import as_participant, text_of
from tests.factories.accounts import JAKARTA_PUSAT, member
from tests.factories.bazaars import held_site, in_days, sold, stall_of

pytestmark = pytest.mark.django_db


def path_of(allocation) -> str:
    return links.sales_paths_of([allocation.pk])[allocation.pk]


def filled(page, **typed):
    """What a browser sends back."""
    form = page.context["form"]
    return {name: form[name].value() or "" for name in form.fields} | typed


# --- by the address -------------------------------------------------------------------------------


def test_a_vendor_reports_both_days_from_the_phone_with_an_amount_and_one_tap_each(client):
    mine = stall_of(held_site())
    page = client.get(path_of(mine))
    page = client.post(path_of(mine), filled(page, amount="500rb"), follow=True)
    assert page.context["day"] == in_days(-9)
    page = client.post(path_of(mine), filled(page, amount="1,5 juta", transactions="40"), follow=True)

    assert list(SalesReport.objects.order_by("day").values_list("amount", "transactions", "came_by")) == [
        (500_000, None, "link"),
        (1_500_000, 40, "link"),
    ]
    assert "Semua hari sejauh ini sudah dilaporkan" in text_of(page)


def test_the_page_of_the_address_shows_neither_the_person_nor_what_was_reported(client):
    mine = stall_of(held_site())
    sold(mine, in_days(-10), 654_321)
    page = client.get(path_of(mine), {"hari": in_days(-10).isoformat()})

    assert page.status_code == 200
    assert (mine.participant.full_name in text_of(page), "654.321" in text_of(page)) == (False, False)
    assert (page["Referrer-Policy"], "no-store" in page["Cache-Control"]) == ("same-origin", True)


def test_opening_the_address_as_a_preview_does_changes_nothing(client):
    mine = stall_of(held_site())
    client.get(path_of(mine))

    assert SalesReport.objects.count() == 0


def test_a_band_does_instead_of_an_amount(client):
    mine = stall_of(held_site())
    client.post(path_of(mine), {"amount": "", "band": "500"})

    assert SalesReport.objects.values_list("amount", "band").get() == (None, "500")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"amount": "-500.000"}, "di bawah nol"),
        ({"amount": "1.5"}, "Tulis jumlah dalam rupiah bulat"),
        ({"amount": ""}, "Tulis berapa penjualannya"),
        ({"amount": "500rb", "transactions": "banyak"}, "Tulis jumlah pembeli"),
        ({"amount": "500rb", "transactions": "-3"}, "Tulis jumlah pembeli"),
    ],
)
def test_what_cannot_be_read_is_said_at_the_field_and_kept(client, typed, words):
    mine = stall_of(held_site())
    page = client.post(path_of(mine), {"best_product": "Asinan"} | typed)

    assert words in text_of(page)
    assert [page.context["form"][name].value() for name in typed] == list(typed.values())
    assert SalesReport.objects.count() == 0


def test_a_years_turnover_in_a_day_asks_really_and_keeps_what_was_typed(client):
    mine = stall_of(held_site())
    page = client.post(path_of(mine), {"amount": "365 juta", "best_product": "Asinan"})
    assert "Benar Rp365.000.000 dalam satu hari?" in text_of(page)
    assert "Ya, sudah benar" in text_of(page)

    client.post(path_of(mine), filled(page))

    assert SalesReport.objects.values_list("amount", "best_product").get() == (365_000_000, "Asinan")


def test_sending_the_form_twice_is_one_report(client):
    mine = stall_of(held_site())
    page = client.get(path_of(mine))
    day = {"hari": in_days(-10).isoformat()}
    for _ in range(2):
        client.post(f"{path_of(mine)}?hari={day['hari']}", filled(page, amount="500rb"))

    assert SalesReport.objects.count() == 1


def test_two_tabs_the_older_one_is_told_before_it_replaces(client):
    mine = stall_of(held_site())
    address = f"{path_of(mine)}?hari={in_days(-10).isoformat()}"
    first, second = client.get(address), client.get(address)
    client.post(address, filled(first, amount="500rb"))
    page = client.post(address, filled(second, amount="700rb"))
    assert "sejak Anda membuka halaman ini" in text_of(page)
    assert page.context["form"]["amount"].value() == "700rb"
    client.post(address, filled(page))

    assert SalesReport.objects.values_list("amount", flat=True).get() == 700_000


def test_before_the_first_day_there_is_nothing_to_send(client):
    mine = stall_of(held_site(begins_in=3))
    page = client.post(path_of(mine), {"amount": "500rb"})

    assert "Bazar belum dimulai" in text_of(page)
    assert SalesReport.objects.count() == 0


def test_the_page_speaks_english(client):
    mine = stall_of(held_site())
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(path_of(mine))

    assert "How much did you sell?" in text_of(page)


# --- signed in ------------------------------------------------------------------------------------


def test_a_vendor_signed_in_reports_and_sees_what_was_reported(client_as):
    site = held_site()
    mine = stall_of(site)
    client = as_participant(client_as, mine.participant)
    address = reverse("bazaars:own_sales", args=[site.pk])
    page = client.get(address)
    assert page.context["form"]["best_product"].value() == "Asinan Betawi"
    client.post(address, filled(page, amount="500.000"))
    page = client.get(address, {"hari": in_days(-10).isoformat()})

    assert SalesReport.objects.values_list("amount", "came_by").get() == (500_000, "own")
    assert page.context["form"]["amount"].value() == "500.000"


def test_another_vendors_place_is_not_there(client_as):
    mine = stall_of(held_site())
    other = held_site()

    assert (
        as_participant(client_as, mine.participant)
        .get(reverse("bazaars:own_sales", args=[other.pk]))
        .status_code
        == 404
    )


# --- the office and the mentor --------------------------------------------------------------------


def test_the_mentor_writes_down_for_the_own_caseload_and_is_recorded(client_as):
    site = held_site()
    mine, other = stall_of(site), stall_of(site, 1)
    mentor = member("mentor", "31.73.08")
    MentorAssignment.objects.create(participant=mine.participant, mentor=mentor)
    client = client_as(mentor)
    address = reverse("bazaars:enter_sales", args=[mine.pk])
    client.post(address, {"amount": "800rb"})

    assert SalesReport.objects.values_list("amount", "reported_by", "came_by").get() == (
        800_000,
        mentor.pk,
        "office",
    )
    assert client.get(reverse("bazaars:enter_sales", args=[other.pk])).status_code == 404
    assert [row.pk for row in client.get(reverse("bazaars:late_sales")).context["page"].rows] == [mine.pk]


def test_a_sudin_of_another_city_finds_neither_the_stall_nor_the_late_vendor(client_as):
    mine = stall_of(held_site())
    client = client_as(member("sudin", JAKARTA_PUSAT))

    assert client.get(reverse("bazaars:enter_sales", args=[mine.pk])).status_code == 404
    assert client.get(reverse("bazaars:late_sales")).context["page"].rows == []


def test_the_officer_sees_corrections_and_makes_the_address_anew(officer):
    mine = stall_of(held_site())
    old = path_of(mine)
    address = reverse("bazaars:enter_sales", args=[mine.pk])
    sold(mine, in_days(-10), 400_000)
    sold(mine, in_days(-10), 450_000)
    page = officer.get(address, {"hari": in_days(-10).isoformat()})
    assert [past.amount for past in page.context["history"]] == [400_000]

    officer.post(reverse("bazaars:renew_sales_address", args=[mine.pk]))

    assert Client().get(old).status_code == 404
    assert path_of(mine) in officer.get(address).context["address"]


def test_the_officer_writes_down_a_partners_sales_apart(officer):
    site = held_site()
    site.stalls.create(number="P01", row=9, column=1, kind="partner", label="Bulog")
    address = reverse("bazaars:partner_sales", args=[site.pk, "P01"])
    officer.post(address, {"amount": "9 juta"})

    assert (SalesReport.objects.of_vendors().count(), SalesReport.objects.of_partners().count()) == (0, 1)
    assert officer.get(reverse("bazaars:partner_sales", args=[site.pk, "A01"])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_missing_reports_asks_the_database_as_often_for_three_as_for_one(
    officer, count, django_assert_num_queries
):
    held_site(count)
    officer.get(reverse("bazaars:late_sales"))

    with django_assert_num_queries(6):
        page = officer.get(reverse("bazaars:late_sales"))
    assert len(page.context["page"].rows) == count
