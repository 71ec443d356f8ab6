"""Activities that count hours: coming, leaving, and what was forgotten."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.urls import reverse

from okoce.accounts.roles import Role
from tests.factories import BookingFactory, ScanFactory, SessionFactory, UserFactory, member
from tests.factories.trainings import completed, day_at
from trainings import certifying
from trainings.enums import ScanResult
from trainings.forms.curriculum import ActivityForm
from trainings.models import Activity
from trainings.refusals import BookingRefused, Refusal
from trainings.scheduling import JAKARTA
from trainings.services import certificates, hours
from trainings.services.curriculum import ActivityEntry, keep_activity
from trainings.stays import stays_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday_afternoon(time_machine):
    time_machine.move_to(datetime(2026, 8, 10, 15, 0, tzinfo=JAKARTA), tick=False)


@pytest.fixture(autouse=True)
def _counts_hours():
    Activity.objects.filter(code="dasar").update(counts_hours=True)


@pytest.fixture
def office():
    return member(Role.KECAMATAN, "31.73.07")


@pytest.fixture
def session():
    """Today, 9 to 12."""
    return SessionFactory(starts_at=day_at(0, 9))


def came(session, *moves: tuple[ScanResult, int]):
    person = BookingFactory(session=session).participant
    for result, hour in moves:
        ScanFactory(session=session, participant=person, result=result, device_at=day_at(0, hour))
    return person


def mend(session, person, by, *, hour=11, reason="Pelatih melihatnya pulang"):
    return hours.mend(
        session_id=session.pk, participant_id=person.pk, left_at=day_at(0, hour), reason=reason, by=by
    )


IN, OUT, BACK = ScanResult.ACCEPTED, ScanResult.LEFT, ScanResult.BACK


def test_hours_are_counted_from_the_pairs(session):
    person = came(session, (IN, 9), (OUT, 10), (BACK, 11), (OUT, 12))

    assert (stays_of(session)[person.pk].minutes, stays_of(session)[person.pk].is_open) == (120, False)


def test_who_was_taken_back_and_came_anew_counts_from_then(session):
    person = came(session, (IN, 9), (ScanResult.UNDONE, 10), (IN, 11), (OUT, 12))

    assert stays_of(session)[person.pk].minutes == 60


def test_who_was_taken_back_has_no_hours(session):
    person = came(session, (IN, 9), (ScanResult.UNDONE, 10))

    assert person.pk not in stays_of(session)


def test_a_forgotten_check_out_is_mended_with_a_reason_in_a_row_of_its_own(session, office):
    person = came(session, (IN, 9))

    row = mend(session, person, office)

    assert stays_of(session)[person.pk].minutes == 120
    assert (row.result, row.reason, row.recorded_by) == ("left", "Pelatih melihatnya pulang", office)
    assert session.scans.count() == 2


def test_mending_twice_changes_nothing_more(session, office):
    person = came(session, (IN, 9))
    mend(session, person, office)

    assert mend(session, person, office, hour=12) is None
    assert stays_of(session)[person.pk].minutes == 120


@pytest.mark.parametrize("hour", [8, 9, 16])
def test_nobody_leaves_before_coming_or_after_now(session, office, hour):
    person = came(session, (IN, 9))

    with pytest.raises(BookingRefused) as refused:
        mend(session, person, office, hour=hour)

    assert refused.value.code == Refusal.LEFT_WHEN


def test_the_page_shows_who_is_still_in_first_and_mends(session, office, client_as):
    came(session, (IN, 9), (OUT, 12))
    open_one = came(session, (IN, 9))
    camat = client_as(office)

    page = camat.get(reverse("trainings:hours", args=[session.pk]))
    booking = session.bookings.get(participant=open_one)
    camat.post(
        reverse("trainings:hours_mend", args=[session.pk, booking.pk]),
        {"left": "11:30", "reason": "Dijemput anaknya"},
    )

    assert [(b.is_open, b.minutes) for b in page.context["rows"]] == [(True, 0), (False, 180)]
    assert stays_of(session)[open_one.pk].minutes == 150


def test_a_reason_is_needed_and_what_was_typed_stays(session, office, client_as):
    person = came(session, (IN, 9))
    booking = session.bookings.get(participant=person)

    page = client_as(office).post(
        reverse("trainings:hours_mend", args=[session.pk, booking.pk]), {"left": "11:30", "reason": ""}
    )

    assert list(page.context["form"].errors) == ["reason"]
    assert page.context["form"]["left"].value() == "11:30"
    assert stays_of(session)[person.pk].is_open


def test_rule_32_the_certificate_says_the_hours_between_coming_and_leaving(office):
    person = BookingFactory().participant
    basic, *_others = completed(person, year=2018)
    ScanFactory(
        session=basic,
        participant=person,
        result=OUT,
        device_at=basic.starts_at.replace(hour=basic.starts_at.hour + 2),
    )
    certificates.confirm_name(participant_id=person.pk, name=person.full_name, by=UserFactory())

    facts = certificates.issue(participant_id=person.pk, year=2018, by=office).current.facts

    assert [row["minutes"] for row in facts["activities"]] == [120, 180, 180]
    assert (facts["minutes"], certifying.hours(facts["minutes"])) == (480, "8")


def test_the_curriculum_says_whether_hours_are_counted():
    activity = Activity.objects.get(code="dasar")
    entry = ActivityEntry(
        code="dasar", name_id=activity.name_id, name_en=activity.name_en, is_required=True, counts_hours=False
    )

    keep_activity(entry=entry, by=member(Role.PROVINCE))

    assert Activity.objects.get(code="dasar").counts_hours is False
    assert ActivityForm.values_of(activity)["counts_hours"] is True


@pytest.mark.parametrize("people", [1, 3])
def test_the_page_costs_the_same_with_one_person_and_with_three(
    session, office, client_as, django_assert_num_queries, people
):
    for _ in range(people):
        came(session, (IN, 9))
    camat = client_as(office)
    camat.get(reverse("trainings:hours", args=[session.pk]))

    with django_assert_num_queries(8):
        camat.get(reverse("trainings:hours", args=[session.pk]))
