"""Attendance is taken on the list, without JavaScript unless it says htmx."""

from datetime import datetime, timedelta

import pytest

from tests.factories import (
    BookingFactory,
    ParticipantFactory,
    ScanFactory,
    SessionFactory,
)
from tests.factories.trainings import day_at
from tests.trainings.session_pages.desk import HTMX, errors, url
from trainings.models import AttendanceScan
from trainings.scheduling import JAKARTA

pytestmark = pytest.mark.django_db


def test_a_press_marks_the_person_and_the_notice_offers_to_undo(camat, today):
    person = BookingFactory(session=today).participant

    page = camat.post(url("mark", today), {"participant": person.pk}, follow=True)

    assert page.context["news"].undo_participant == person.pk
    assert (page.context["present_count"], page.context["absent_count"]) == (1, 0)
    assert list(page.context["rows"]) == []


def test_a_press_by_htmx_swaps_the_row_and_the_figures(camat, today):
    person = BookingFactory(session=today).participant

    page = camat.post(url("mark", today), {"participant": person.pk}, headers=HTMX)

    text = page.content.decode()
    assert "<html" not in text
    assert [f'id="{name}"' in text for name in (f"p{person.pk}", "jumlah", "kabar", "saring", "bilah")] == [
        True
    ] * 5
    assert text.count('hx-swap-oob="true"') == 4


def test_undo_takes_the_person_back(camat, today):
    person = BookingFactory(session=today).participant
    camat.post(url("mark", today), {"participant": person.pk})

    page = camat.post(url("take_back", today), {"participant": person.pk}, follow=True)

    assert page.context["present_count"] == 0


@pytest.mark.parametrize("typed", ["417", "00417", "JB-PM-00417", "fitri"])
def test_a_person_is_found_by_the_last_digits_or_the_name(camat, today, typed):
    person = ParticipantFactory(number="JB-PM-00417", full_name="Fitri Handayani")
    BookingFactory(session=today, participant=person)
    BookingFactory(session=today, participant__number="JB-PM-01417")

    page = camat.get(url("attendance", today), {"q": typed})

    assert [b.participant for b in page.context["rows"]] == [person]


def test_somebody_without_invitation_is_found_by_number_and_admitted(camat, today):
    person = ParticipantFactory(number="JB-PM-00417")

    page = camat.get(url("attendance", today), {"q": "417"})
    camat.post(url("admit", today), {"number": "JB-PM-00417"})

    assert page.context["stranger"] == person
    assert list(today.scans.standing().values_list("participant", flat=True)) == [person.pk]


@pytest.mark.parametrize("name", ["add", "admit", "mark"])
@pytest.mark.parametrize("typed", ["JB-PM-00417\x00 ", "²", "9" * 30])
def test_a_number_that_nobody_can_type_finds_nobody(camat, today, name, typed):
    session = SessionFactory() if name == "add" else today

    assert camat.post(url(name, session), {"number": typed, "participant": typed}).status_code == 404


def test_before_the_day_a_number_tells_nobody_a_name(camat):
    coming = SessionFactory(starts_at=datetime(2026, 8, 12, 9, 0, tzinfo=JAKARTA))
    ParticipantFactory(number="JB-PM-00417", full_name="Fitri Handayani")

    page = camat.get(url("attendance", coming), {"q": "417"})

    assert "Fitri Handayani" not in page.content.decode()


def test_a_hundred_are_marked_in_one_press_but_those_ticked_or_written(camat, today):
    people = [BookingFactory(session=today).participant for _ in range(100)]
    ticked, written = people[0], people[1]

    camat.post(
        url("all_but", today),
        {"tidak": [ticked.pk], "numbers": written.number.rsplit("-", 1)[-1].lstrip("0") or "0"},
    )

    absent = set(range(100)) - {people.index(p) for p in people if today.scans.filter(participant=p).exists()}
    assert absent == {0, 1}


def test_numbers_from_paper_that_fit_nobody_are_named_and_nobody_is_marked(camat, today):
    BookingFactory(session=today, participant__number="JB-PM-00417")

    response = camat.post(url("all_but", today), {"numbers": "417, 9999"})

    assert "9999" in errors(response)["numbers"][0]
    assert AttendanceScan.objects.count() == 0


def test_the_sheet_has_twenty_five_rows_a_page(camat, today):
    for _ in range(51):
        BookingFactory(session=today)

    page = camat.get(url("attendance_sheet", today))

    assert [len(rows) for rows in page.context["pages"]] == [25, 25, 1]


def test_the_list_is_closed_after_asking_with_the_numbers(office, client_as, time_machine, today):
    here = BookingFactory(session=today).participant
    BookingFactory(session=today)
    ScanFactory(session=today, participant=here)
    time_machine.move_to(today.ends_at)
    camat = client_as(office)
    camat.cookies["bahasa"] = "en"

    asked = camat.get(url("close", today))
    camat.post(url("close", today))

    assert asked.context["consequences"][:2] == [
        "1 person was present.",
        "1 person was absent and can be invited again.",
    ]
    today.refresh_from_db()
    assert today.state == "held"


def test_before_the_day_the_list_is_shown_without_buttons(camat):
    session = SessionFactory()
    BookingFactory(session=session)

    page = camat.get(url("attendance", session))

    assert (page.context["may_take"], page.context["is_early"]) == (False, True)


def test_a_late_press_after_midnight_still_belongs_to_the_session(office, client_as, time_machine, today):
    person = BookingFactory(session=today).participant
    time_machine.move_to(day_at(1, 0) + timedelta(minutes=10))

    client_as(office).post(url("mark", today), {"participant": person.pk})

    assert today.scans.standing().count() == 1
