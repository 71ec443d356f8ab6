"""Holidays and Ramadan: the seed, the hand of staff, and what they do to a session."""

from __future__ import annotations

import threading
from datetime import date, datetime, time, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from tests.factories import member
from tests.factories.trainings import HolidayFactory, RamadanFactory, SessionFactory
from trainings.enums import HolidayKind, HolidayOrigin, SessionState
from trainings.models import Holiday, RamadanPeriod
from trainings.scheduling import JAKARTA, Concern, Facts, RamadanHours, concerns
from trainings.services import calendar

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 5)


def entry(**changes):
    values = {
        "day": date(2026, 6, 30),
        "name": "Libur tambahan",
        "kind": HolidayKind.JOINT,
        "source": "SKB 2026",
    }
    return calendar.HolidayEntry(**(values | changes))


# ---------------------------------------------------------------- the seed


def test_rule_68_seed_has_idul_fitri_2026_and_its_joint_leave():
    calendar.seed_holidays([2026], today=TODAY)

    march = Holiday.objects.between(date(2026, 3, 20), date(2026, 3, 24))
    assert list(march.values_list("day__day", "kind")) == [
        (20, "joint"),
        (21, "national"),
        (22, "national"),
        (23, "joint"),
        (24, "joint"),
    ]


def test_rule_68_what_staff_wrote_wins_over_the_seed():
    calendar.seed_holidays([2026], today=TODAY)
    officer = member(Role.PROVINCE, "31")
    calendar.keep_holiday(entry=entry(day=date(2026, 3, 20), name="Cuti digeser"), by=officer)
    new_year = Holiday.objects.get(day=date(2026, 1, 1))
    calendar.strike_holiday(holiday_id=new_year.pk, source="SKB perubahan", by=officer)

    calendar.seed_holidays([2026], today=TODAY)

    assert Holiday.objects.get(day=date(2026, 3, 20)).name == "Cuti digeser"
    assert Holiday.objects.get(day=date(2026, 1, 1)).is_held is False


def test_seeding_again_changes_nothing():
    call_command("load_holidays", until=2027, verbosity=0)
    before = list(Holiday.objects.values_list("pk", "day", "name", "updated_at"))

    call_command("load_holidays", until=2027, verbosity=0)

    assert list(Holiday.objects.values_list("pk", "day", "name", "updated_at")) == before


def test_estimate_that_the_list_moved_goes_and_past_days_stay():
    coming = HolidayFactory(day=date(2026, 4, 7))
    past = HolidayFactory(day=date(2026, 1, 2))

    calendar.seed_holidays([2026], today=TODAY)

    assert not Holiday.objects.filter(pk=coming.pk).exists()
    assert Holiday.objects.filter(pk=past.pk).exists()


def test_regional_election_of_2018_is_a_holiday():
    calendar.seed_holidays([2018], today=TODAY)

    assert Holiday.objects.filter(day=date(2018, 6, 27)).exists()


# ---------------------------------------------------------------- the hand of staff


def test_same_entry_twice_is_one_row_and_one_record():
    officer = member(Role.PROVINCE, "31")

    first = calendar.keep_holiday(entry=entry(), by=officer)
    second = calendar.keep_holiday(entry=entry(), by=officer)

    assert first == second
    assert AuditEvent.objects.filter(action="trainings.holiday.entered").count() == 1


def test_struck_day_comes_back_by_entering_it_anew():
    officer = member(Role.PROVINCE, "31")
    row = calendar.keep_holiday(entry=entry(), by=officer)
    calendar.strike_holiday(holiday_id=row.pk, source="salah", by=officer)

    calendar.keep_holiday(entry=entry(), by=officer)

    assert list(Holiday.objects.held()) == [row]


@pytest.mark.django_db(transaction=True)
def test_two_officers_enter_one_day_at_once():
    """One of them may be told to try again; there is one row."""
    officer = member(Role.PROVINCE, "31")
    begin = threading.Barrier(2)

    def enter():
        try:
            begin.wait()
            with transaction.atomic():
                calendar.keep_holiday(entry=entry(), by=officer)
        finally:
            connection.close()

    threads = [threading.Thread(target=enter) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Holiday.objects.filter(day=date(2026, 6, 30)).count() == 1


def test_one_day_has_one_row_for_an_area_in_the_database():
    HolidayFactory(day=date(2026, 4, 7))

    with pytest.raises(IntegrityError, match="trainings_holiday_once"), transaction.atomic():
        HolidayFactory(day=date(2026, 4, 7))


def test_ramadan_that_shares_a_day_is_refused_by_the_database():
    RamadanFactory(first_day=date(2026, 2, 19), last_day=date(2026, 3, 20))

    with pytest.raises(IntegrityError, match="trainings_ramadan_once"), transaction.atomic():
        RamadanFactory(first_day=date(2026, 3, 20), last_day=date(2026, 4, 1))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"last_day": date(2020, 1, 1)}, "trainings_ramadan_in_order"),
        ({"closes": time(7)}, "trainings_ramadan_hours_in_order"),
        ({"friday_closes": time(7)}, "trainings_ramadan_hours_in_order"),
    ],
)
def test_ramadan_out_of_order_is_refused_by_the_database(change, name):
    row = RamadanFactory(first_day=date(2026, 2, 19), last_day=date(2026, 3, 20))

    with pytest.raises((IntegrityError, Exception), match=name), transaction.atomic():
        RamadanPeriod.objects.filter(pk=row.pk).update(**change)


def test_seeded_row_names_nobody_and_one_of_staff_somebody():
    row = HolidayFactory()

    with pytest.raises(IntegrityError, match="trainings_holiday_staff_named"), transaction.atomic():
        Holiday.objects.filter(pk=row.pk).update(origin=HolidayOrigin.STAFF)


def test_ramadan_corrected_by_a_day_is_the_same_ramadan():
    officer = member(Role.PROVINCE, "31")
    hours = {"opens": time(8), "closes": time(15), "friday_closes": time(15, 30), "source": "SE"}
    first = calendar.keep_ramadan(
        entry=calendar.RamadanEntry(date(2026, 2, 18), date(2026, 3, 19), **hours), by=officer
    )

    second = calendar.keep_ramadan(
        entry=calendar.RamadanEntry(date(2026, 2, 19), date(2026, 3, 20), **hours), by=officer
    )

    assert first.pk == second.pk
    assert RamadanPeriod.objects.count() == 1


# ---------------------------------------------------------------- what they do to a session

FACTS = Facts(
    {date(2026, 3, 19): "Nyepi"},
    (RamadanHours(date(2026, 2, 19), date(2026, 3, 20), time(8), time(15), time(15, 30)),),
)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=JAKARTA)


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (at(3, 19, 9), at(3, 19, 12), (Concern.HOLIDAY,)),
        (at(3, 18, 9), at(3, 18, 12), ()),
        (at(3, 18, 7, 30), at(3, 18, 9), (Concern.RAMADAN_HOURS,)),
        (at(3, 18, 13), at(3, 18, 15, 30), (Concern.RAMADAN_HOURS,)),
        (at(3, 13, 13), at(3, 13, 15, 30), ()),  # Friday closes half an hour later
        (at(4, 1, 13), at(4, 1, 16), ()),  # after Ramadan
    ],
)
def test_rule_26_holidays_and_hours_of_ramadan_are_named(start, end, found):
    assert concerns(start, end, today=TODAY, facts=FACTS) == found


def test_regional_day_counts_in_its_city_only():
    HolidayFactory(day=date(2026, 6, 22), area_id="31.73", kind=HolidayKind.REGIONAL)

    first = date(2026, 6, 22)
    assert set(calendar.facts_between(first, first, area="31.73.07").holidays) == {first}
    assert set(calendar.facts_between(first, first, area="31.71.06").holidays) == set()


def test_rule_26_session_on_a_holiday_is_published_with_a_reason_that_is_kept(client_as):
    officer = member(Role.SUDIN, "31.73")
    session = SessionFactory(state=SessionState.DRAFT, starts_at=_coming(30))
    HolidayFactory(day=session.starts_at.astimezone(JAKARTA).date(), name="Hari Raya Nyepi")
    client = client_as(officer)
    url = reverse("trainings:publish", args=[session.pk])

    asked = client.get(url)
    refused = client.post(url, {"note": ""})
    client.post(url, {"note": "Diminta camat"})

    assert "Hari Raya Nyepi" in asked.content.decode()
    assert refused.status_code == 200
    session.refresh_from_db()
    assert (session.state, session.publish_note) == (SessionState.PUBLISHED, "Diminta camat")


def _coming(days: int) -> datetime:
    day = datetime.now(JAKARTA).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=days)
    return day if day.weekday() < 4 else day + timedelta(days=7 - day.weekday())


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize("count", [1, 3])
def test_page_of_a_year_asks_the_same_queries_for_one_and_three_days(
    client_as, count, django_assert_num_queries
):
    for number in range(count):
        HolidayFactory(day=date(2026, 5, 1 + number))
    client = client_as(member(Role.PROVINCE, "31"))
    url = reverse("trainings:holidays") + "?tahun=2026"
    client.get(url)

    with django_assert_num_queries(QUERIES):
        page = client.get(url)

    assert page.content.decode().count('scope="row"') == count


QUERIES = 7


def test_year_without_days_says_what_to_do(client_as):
    client = client_as(member(Role.PROVINCE, "31"))

    page = client.get(reverse("trainings:holidays") + "?tahun=2099")

    assert "oo-empty" in page.content.decode()


def test_province_enters_a_day_and_repeating_it_changes_nothing(client_as):
    client = client_as(member(Role.PROVINCE, "31"))
    typed = {"day": "2026-06-30", "name": "Cuti bersama", "kind": "joint", "area": "", "source": "SKB"}

    for _twice in range(2):
        client.post(reverse("trainings:holiday_create"), typed)

    assert list(Holiday.objects.values_list("day", "name", "origin")) == [
        (date(2026, 6, 30), "Cuti bersama", "staff")
    ]


def test_sudin_enters_days_of_its_own_city_only(client_as):
    client = client_as(member(Role.SUDIN, "31.73"))
    typed = {"day": "2026-06-30", "name": "Libur", "kind": "regional", "source": "SE Wali Kota"}

    other = client.post(reverse("trainings:holiday_create"), typed | {"area": "31.71"})
    national = client.post(reverse("trainings:holiday_create"), typed | {"area": "31.73", "kind": "national"})
    client.post(reverse("trainings:holiday_create"), typed | {"area": "31.73"})

    assert (other.status_code, national.status_code) == (200, 200)
    assert list(Holiday.objects.values_list("area_id", "kind")) == [("31.73", "regional")]


def test_sudin_does_not_change_a_day_of_all_jakarta(client_as):
    row = HolidayFactory()
    client = client_as(member(Role.SUDIN, "31.73"))

    assert client.post(reverse("trainings:holiday_strike", args=[row.pk]), {"source": "x"}).status_code == 404


def test_camat_sees_the_calendar_and_has_no_button_to_change_it(client_as):
    HolidayFactory(day=date(2026, 5, 1))
    client = client_as(member(Role.KECAMATAN, "31.73.07"))

    page = client.get(reverse("trainings:holidays") + "?tahun=2026").content.decode()

    assert reverse("trainings:holiday_create") not in page
    assert client.get(reverse("trainings:holiday_create")).status_code == 403


def test_ramadan_of_forty_days_is_refused_in_words_and_keeps_what_was_typed(client_as):
    client = client_as(member(Role.PROVINCE, "31"))
    typed = {
        "first_day": "2026-02-19",
        "last_day": "2026-03-31",
        "opens": "08:00",
        "closes": "15:00",
        "friday_closes": "15:30",
        "source": "SE Gubernur",
    }

    page = client.post(reverse("trainings:ramadan_create"), typed)

    assert "29" in page.content.decode()
    assert "2026-03-31" in page.content.decode()
    assert RamadanPeriod.objects.count() == 0


def test_province_enters_ramadan(client_as):
    client = client_as(member(Role.PROVINCE, "31"))
    typed = {
        "first_day": "2026-02-19",
        "last_day": "2026-03-20",
        "opens": "08:00",
        "closes": "15:00",
        "friday_closes": "15:30",
        "source": "SE Gubernur",
    }

    client.post(reverse("trainings:ramadan_create"), typed)

    period = RamadanPeriod.objects.get()
    assert (period.first_day, period.friday_closes) == (date(2026, 2, 19), time(15, 30))
