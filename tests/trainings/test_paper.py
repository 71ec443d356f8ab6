"""A printed sheet is entered afterwards by its row numbers."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from tests.factories import BookingFactory, ScanFactory, SessionFactory, member
from tests.factories.trainings import day_at
from trainings import services as trainings
from trainings.enums import BookingState
from trainings.models import PrintedSheet
from trainings.scheduling import JAKARTA
from trainings.services import sheets

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday_evening(time_machine):
    time_machine.move_to(datetime(2026, 8, 10, 17, 0, tzinfo=JAKARTA), tick=False)


@pytest.fixture
def office():
    return member(Role.KECAMATAN, "31.73.07")


@pytest.fixture
def camat(office, client_as):
    return client_as(office)


@pytest.fixture
def session():
    found = SessionFactory(starts_at=day_at(0, 9))
    for letter in "ABCDEF":
        BookingFactory(session=found, participant__full_name=f"Orang {letter}")
    return found


def address(name, session):
    return reverse(f"trainings:{name}", args=[session.pk])


def printed(camat, session) -> PrintedSheet:
    return camat.get(address("attendance_sheet", session)).context["sheet"]


def present(session) -> list[str]:
    return sorted(session.scans.standing().values_list("participant__full_name", flat=True))


def fill(sheet, rows="", who="absent", **more):
    return {"sheet": str(sheet.pk), "rows": rows, "who": who, "nonce": str(uuid.uuid4()), **more}


def test_printing_the_same_list_again_is_the_same_sheet(camat, session):
    first = printed(camat, session)

    assert printed(camat, session) == first
    assert (first.number, len(first.places)) == (1, 6)


def test_a_list_that_changed_is_a_new_sheet_and_the_old_one_keeps_its_rows(camat, session):
    first = printed(camat, session)
    BookingFactory(session=session, participant__full_name="Orang Aa")

    second = printed(camat, session)

    assert (second.number, len(second.places), len(first.places)) == (2, 7, 6)


def test_the_names_are_shown_before_anything_is_saved(camat, session):
    page = camat.post(address("sheet_entry", session), fill(printed(camat, session), "2, 4-5"))

    reading = page.context["reading"]
    assert reading.absent == [(2, "Orang B"), (4, "Orang D"), (5, "Orang E")]
    assert [name for _row, name in reading.present] == ["Orang A", "Orang C", "Orang F"]
    assert present(session) == []


def test_everybody_but_these_rows_is_present_and_the_way_is_kept(camat, session):
    camat.post(address("sheet_entry", session), fill(printed(camat, session), "2, 4-5", simpan="1"))

    assert present(session) == ["Orang A", "Orang C", "Orang F"]
    assert set(session.scans.values_list("method", flat=True)) == {"paper"}


def test_the_rows_of_those_who_came_may_be_written_instead(camat, session):
    camat.post(
        address("sheet_entry", session), fill(printed(camat, session), "1 6", who="present", simpan="1")
    )

    assert present(session) == ["Orang A", "Orang F"]


def test_the_same_press_twice_adds_nobody(camat, session, office):
    form = fill(printed(camat, session), "2", simpan="1")
    camat.post(address("sheet_entry", session), form)
    person = session.bookings.get(participant__full_name="Orang A").participant_id
    trainings.take_back(session_id=session.pk, participant_id=person, by=office)

    camat.post(address("sheet_entry", session), form)

    assert "Orang A" not in present(session)


def test_rows_of_an_old_sheet_mean_the_people_it_was_printed_with(camat, session):
    old = printed(camat, session)
    BookingFactory(session=session, participant__full_name="Orang Aa")
    printed(camat, session)

    camat.post(address("sheet_entry", session), fill(old, "2", simpan="1"))

    assert present(session) == ["Orang A", "Orang C", "Orang D", "Orang E", "Orang F"]


def test_who_lost_the_seat_or_was_marked_before_is_named(camat, session):
    sheet = printed(camat, session)
    session.bookings.filter(participant__full_name="Orang C").update(state=BookingState.RELEASED)
    ScanFactory(
        session=session, participant=session.bookings.get(participant__full_name="Orang B").participant
    )

    reading = sheets.read(sheet, [2], rows_are_absent=True)

    assert (reading.without_seat, reading.marked_before) == ([(3, "Orang C")], [(2, "Orang B")])


@pytest.mark.parametrize("rows", ["7", "0", "2, x"])
def test_rows_that_are_not_on_the_sheet_are_named_and_what_was_typed_stays(camat, session, rows):
    page = camat.post(address("sheet_entry", session), fill(printed(camat, session), rows, simpan="1"))

    assert "rows" in page.context["form"].errors
    assert page.context["form"]["rows"].value() == rows
    assert present(session) == []


def test_a_sheet_of_another_session_is_not_offered(camat, session):
    other = SessionFactory(starts_at=day_at(0, 13))
    BookingFactory(session=other)
    theirs = printed(camat, other)
    printed(camat, session)

    page = camat.post(address("sheet_entry", session), fill(theirs, "", simpan="1"))

    assert "sheet" in page.context["form"].errors
    assert present(session) == present(other) == []


def test_without_a_printed_sheet_the_page_leads_to_the_names(camat, session):
    page = camat.get(address("sheet_entry", session))

    assert address("all_but", session) in page.content.decode()


def test_before_the_day_nothing_is_entered(camat):
    coming = SessionFactory(starts_at=day_at(1, 9))

    assert camat.get(address("sheet_entry", coming)).status_code == 302


@pytest.mark.parametrize("rows", [1, 3])
def test_the_names_cost_the_same_for_one_row_and_three(camat, django_assert_num_queries, rows):
    session = SessionFactory(starts_at=day_at(0, 9))
    for _ in range(rows):
        BookingFactory(session=session)
    form = fill(printed(camat, session))
    camat.post(address("sheet_entry", session), form)

    with django_assert_num_queries(8):
        camat.post(address("sheet_entry", session), form)


def test_a_hundred_rows_are_a_few_statements(office, django_assert_max_num_queries):
    session = SessionFactory(starts_at=day_at(0, 9))
    places = [BookingFactory(session=session).pk for _ in range(60)]
    sheet = sheets.keep(session_id=session.pk, places=places, now=timezone.now())

    with django_assert_max_num_queries(20):
        added = sheets.enter(sheet=sheet, rows=[3], rows_are_absent=True, by=office, batch=uuid.uuid4())

    assert added == 59
