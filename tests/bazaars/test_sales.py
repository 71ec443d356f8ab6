"""Sales of a stall day: what is kept, what is asked again, what is refused, who is reminded."""

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bazaars import errors, links, sales_messages
from bazaars.enums import AllocationState, CameBy, SalesBand, SiteState
from bazaars.models import Allocation, Bazaar, SalesReport, Site
from bazaars.sales import COUNTS, Doubt, StallDay, day_to_report, doubt_about
from bazaars.services import sales
from bazaars.services.sales import Sold
from okoce.audit.models import AuditEvent
from okoce.notifications import compose
from okoce.notifications.models import Message
from participants.copying import sections_of
from participants.models import BusinessFigures, SizeRules
from tests.factories.bazaars import held_site, in_days, sold, stall_of

pytestmark = pytest.mark.django_db


def report(allocation, what=None, *, day=None, by=None, came_by=CameBy.LINK, **more):
    return sales.report_sales(
        allocation_id=allocation.pk,
        day=day or in_days(-10),
        sold=what or Sold(amount=500_000),
        by=by,
        came_by=came_by,
        now=timezone.now(),
        **more,
    )


# --- from plain values ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "known", "doubt"),
    [
        (900_000, {}, None),
        (0, {}, None),
        (500, {}, Doubt.LITTLE),
        (25_000_000, {}, Doubt.MUCH),
        (24_000_000, {"year": 24_000_000}, Doubt.A_YEAR),
        (5_000_001, {"best_day": 500_000}, Doubt.TEN_BEST_DAYS),
        (5_000_000, {"best_day": 500_000}, None),
    ],
)
def test_a_turnover_of_a_year_in_a_day_is_asked_again(amount, known, doubt):
    assert doubt_about(amount, **({"best_day": None, "year": None} | known)) == doubt


def test_every_band_counts_something_inside_itself():
    lower = [int(code) * 1_000 for code in SalesBand.values]
    upper = [*lower[1:], 10**12]

    assert [low <= COUNTS[band] < high for band, low, high in zip(SalesBand, lower, upper, strict=True)] == [
        True
    ] * 6


def test_the_day_after_a_week_without_a_report_is_late_and_the_first_open_day_is_asked_for():
    today = date(2026, 8, 20)
    days = [StallDay.of(date(2026, 8, n), is_reported=n == 11, today=today) for n in (11, 12, 13, 20, 21)]

    assert [one.state for one in days] == ["reported", "late", "due", "due", "coming"]
    assert day_to_report(days) == date(2026, 8, 12)


# --- reporting ------------------------------------------------------------------------------------


def test_rule_51_a_report_per_stall_day_in_whole_rupiah():
    mine = stall_of(held_site())
    made = report(mine, Sold(amount=750_000, transactions=40, best_product="Asinan"))

    assert (made.stall, made.amount, made.transactions, made.best_product, made.came_by) == (
        mine.stall,
        750_000,
        40,
        "Asinan",
        "link",
    )


def test_sending_twice_is_one_report_without_a_second_line_in_the_trail():
    mine = stall_of(held_site())
    first, second = report(mine), report(mine)

    assert first.pk == second.pk
    assert AuditEvent.objects.filter(action__startswith="bazaars.sales").count() == 1


def test_a_correction_keeps_what_was_said_before(sudin):
    mine = stall_of(held_site())
    report(mine)
    made = report(mine, Sold(amount=650_000), by=sudin, came_by=CameBy.OFFICE)

    assert (made.amount, made.reported_by) == (650_000, sudin)
    assert list(made.events.order_by("pgh_id").values_list("amount", "came_by")) == [
        (500_000, "link"),
        (650_000, "office"),
    ]


def test_rule_51_nothing_is_sold_before_the_day_starts():
    mine = stall_of(held_site(begins_in=0))
    report(mine, day=in_days(0))

    with pytest.raises(errors.DayNotBegun):
        report(mine, day=in_days(1))


def test_a_day_that_is_not_of_the_bazaar_is_refused():
    mine = stall_of(held_site())

    for day in (in_days(-11), in_days(-8)):
        with pytest.raises(errors.NotYourDay):
            report(mine, day=day)


def test_a_stall_given_back_and_a_place_called_off_sell_nothing():
    site = held_site()
    mine = stall_of(site)
    Allocation.objects.filter(pk=mine.pk).update(
        state=AllocationState.RELEASED, release_kind="given_back", released_at=timezone.now()
    )
    with pytest.raises(errors.StallGivenBack):
        report(mine)

    Allocation.objects.filter(pk=mine.pk).update(
        state=AllocationState.ALLOCATED, release_kind="", released_at=None
    )
    Site.objects.filter(pk=site.pk).update(
        state=SiteState.CANCELLED, cancelled_at=timezone.now(), cancel_reason="Hujan"
    )
    with pytest.raises(errors.StallGivenBack):
        report(mine)


def test_an_unusual_amount_is_taken_when_it_is_said_again():
    mine = stall_of(held_site())
    with pytest.raises(errors.ReallyThatMuch, match=r"Rp365\.000\.000"):
        report(mine, Sold(amount=365_000_000))
    with pytest.raises(errors.ReallyThatMuch):
        report(mine, Sold(amount=365_000_000), sure_of=36_500_000)

    assert report(mine, Sold(amount=365_000_000), sure_of=365_000_000).amount == 365_000_000


def test_the_turnover_of_a_year_on_record_is_compared_and_never_told():
    mine = stall_of(held_site())
    BusinessFigures.objects.create(
        business=mine.participant.businesses.get(),
        as_of=in_days(-100),
        annual_sales=12_000_000,
        size="micro",
        rules=SizeRules.objects.first(),
        measured_by="sales",
    )

    with pytest.raises(errors.ReallyThatMuch) as question:
        report(mine, Sold(amount=13_000_000))

    assert "12" not in str(question.value)


def test_a_report_made_since_the_page_was_opened_is_not_overwritten_unseen(sudin):
    mine = stall_of(held_site())
    theirs = report(mine, Sold(amount=400_000), by=sudin, came_by=CameBy.OFFICE)

    with pytest.raises(errors.ReportedMeanwhile):
        report(mine, seen="")

    assert report(mine, seen=sales.version_of(theirs)).amount == 500_000


@pytest.mark.django_db(transaction=True)
def test_two_reports_at_once_leave_one_row():
    mine = stall_of(held_site())
    faults = []

    def send(amount):
        try:
            report(mine, Sold(amount=amount))
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[amount]) for amount in (500_000, 600_000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert SalesReport.objects.count() == 1


# --- what the database refuses --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"amount": -1}, "amount_not_negative"),
        ({"amount": None}, "amount_or_band"),
        ({"band": "500"}, "amount_or_band"),
        ({"amount": None, "band": "7"}, "band_known"),
        ({"came_by": "office", "reported_by": None}, "office_is_named"),
    ],
)
def test_the_database_refuses(values, name):
    made = report(stall_of(held_site()))

    with pytest.raises(IntegrityError, match=f"bazaars_salesreport_{name}"), transaction.atomic():
        SalesReport.objects.filter(pk=made.pk).update(**values)


def test_the_database_keeps_one_report_a_day():
    mine = stall_of(held_site())
    first, second = report(mine), report(mine, day=in_days(-9))

    with pytest.raises(IntegrityError, match="vendor_once_a_day"), transaction.atomic():
        SalesReport.objects.filter(pk=second.pk).update(day=first.day)


# --- partners -------------------------------------------------------------------------------------


def test_rule_52_partner_stalls_are_in_no_total_of_participants(sudin):
    site = held_site()
    partner = site.stalls.create(number="P01", row=9, column=1, kind="partner", label="Bulog")
    sold(stall_of(site), in_days(-10))
    sales.report_partner_sales(
        stall_id=partner.pk, day=in_days(-10), sold=Sold(amount=9_000_000), by=sudin, now=timezone.now()
    )

    assert [one.sold for one in SalesReport.objects.of_vendors().counted()] == [500_000]
    assert [one.sold for one in SalesReport.objects.of_partners().counted()] == [9_000_000]


def test_a_vendors_stall_is_not_reported_as_a_partners(sudin):
    mine = stall_of(held_site())

    with pytest.raises(errors.NoPartnerStall):
        sales.report_partner_sales(
            stall_id=mine.stall_id, day=in_days(-10), sold=Sold(amount=1), by=sudin, now=timezone.now()
        )


# --- the address ----------------------------------------------------------------------------------


def token_of(allocation) -> str:
    return links.sales_paths_of([allocation.pk])[allocation.pk].split("/")[-2]


def test_the_address_opens_one_stall_until_it_is_made_anew(sudin):
    site = held_site()
    mine, token = stall_of(site), token_of(stall_of(site))
    assert list(links.allocations_of(token)) == [mine]

    sales.renew_address(allocation_id=mine.pk, by=sudin, now=timezone.now())

    assert list(links.allocations_of(token)) == []
    assert list(links.allocations_of(token_of(mine))) == [mine]
    assert not any(sign.isdigit() for sign in token)


@pytest.mark.parametrize("token", ["", "a", "a-", "zzzzzzzzzzzzzz-a", "1-a", "b-ééé"])
def test_an_invented_address_opens_nothing(token):
    assert list(links.allocations_of(token)) == []


def test_the_address_of_a_stall_given_back_opens_nothing():
    mine = stall_of(held_site())
    token = token_of(mine)
    Allocation.objects.filter(pk=mine.pk).update(
        state=AllocationState.RELEASED, release_kind="given_back", released_at=timezone.now()
    )

    assert list(links.allocations_of(token)) == []


# --- late, asked, reminded ------------------------------------------------------------------------


def late(today=None):
    return list(Allocation.objects.late_with_sales(today=today or in_days(0)).order_by("pk"))


def test_rule_51_late_after_seven_days_until_every_day_is_reported():
    site = held_site(1, begins_in=-8)
    mine = stall_of(site)

    assert late(in_days(-1)) == []
    assert late() == [mine]
    sold(mine, in_days(-8))
    assert late() == []
    assert late(in_days(1)) == [mine]  # the second day
    sold(mine, in_days(-7))
    assert late(in_days(1)) == []


def messages_of(kind):
    return list(Message.objects.filter(kind=kind))


def test_vendors_are_asked_once_after_the_first_day_has_closed():
    site = held_site(2, begins_in=0)
    closes = timezone.make_aware(
        timezone.datetime.combine(in_days(0), Bazaar.objects.get(pk=site.bazaar_id).closes_at)
    )

    assert sales_messages.ask_for_sales(now=closes - timedelta(minutes=1)) == 0
    assert sales_messages.ask_for_sales(now=closes + timedelta(minutes=1)) == 2
    assert sales_messages.ask_for_sales(now=closes + timedelta(hours=20)) == 0


def test_rule_51_one_reminder_and_no_more():
    mine = stall_of(held_site(1))

    assert [sales_messages.remind_of_late_sales(now=timezone.now()) for _ in range(2)] == [1, 0]
    (message,) = messages_of(sales_messages.SALES_LATE)
    assert message.participant_id == mine.participant_id


def test_the_message_holds_the_address_and_no_amount():
    mine = stall_of(held_site(1))
    sales_messages.remind_of_late_sales(now=timezone.now())
    (prepared,), _verdicts = compose.prepare(messages_of(sales_messages.SALES_LATE))

    assert prepared.details["report_path"] == links.sales_paths_of([mine.pk])[mine.pk]
    assert prepared.details["stall"] == mine.stall.number


def test_a_reminder_is_void_once_all_days_are_reported():
    mine = stall_of(held_site(1))
    sales_messages.remind_of_late_sales(now=timezone.now())
    for day in (in_days(-10), in_days(-9)):
        sold(mine, day)

    _prepared, (verdict,) = compose.prepare(messages_of(sales_messages.SALES_LATE))
    assert verdict.reason == "sales_reported"


def test_the_copy_of_the_own_data_holds_the_sales():
    vendor = stall_of(held_site(1))
    sold(vendor, in_days(-10), 750_000)
    sections = {one["code"]: one["rows"] for one in sections_of(vendor.participant)}

    assert [(row["Stan"], row["Penjualan (rupiah)"]) for row in sections["sales"]] == [("A01", 750_000)]
