from datetime import datetime, timedelta

import pytest

from okoce.accounts.roles import Role
from okoce.notifications import compose, kinds, timing
from okoce.notifications.models import Message
from tests.factories import BookingFactory, ParticipantFactory, SessionFactory, WaitingFactory, member
from tests.factories.trainings import day_at
from trainings import reminders, services, tasks
from trainings.enums import BookingState
from trainings.messages import decent, void, withdraw
from trainings.scheduling import JAKARTA

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tuesday_morning(time_machine):
    time_machine.move_to(datetime(2026, 8, 11, 10, 0, tzinfo=JAKARTA), tick=False)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 8, day, hour, minute, tzinfo=JAKARTA)


def remind(now: datetime | None = None) -> int:
    return reminders.queue_session_reminders(now=now)


def test_everybody_with_a_seat_tomorrow_is_reminded_once_however_often_the_clock_fires():
    session = SessionFactory()
    invited, confirmed = (
        BookingFactory(session=session, state=state)
        for state in (BookingState.INVITED, BookingState.CONFIRMED)
    )
    WaitingFactory(activity_id=session.activity_id)
    BookingFactory(session=session, state=BookingState.DECLINED)

    fired = [tasks.remind_of_sessions() for _ in range(5)]

    assert fired == [2, 0, 0, 0, 0]
    assert set(Message.objects.values_list("key", flat=True)) == {
        f"session:{session.pk}:participant:{b.participant_id}:reminder-1d" for b in (invited, confirmed)
    }


@pytest.mark.parametrize(
    "fields",
    [{"state": "draft"}, {"state": "cancelled"}, {"starts_at": at(13, 9)}, {"starts_at": at(11, 14)}],
)
def test_nobody_is_reminded_of_a_session_that_is_off_or_on_another_day(fields):
    BookingFactory(session=SessionFactory(**fields))

    assert remind() == 0


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (at(11, 0, 5), at(11, 8)),
        (at(11, 8), at(11, 8)),
        (at(11, 10), at(11, 10)),
        (at(11, 19, 59), at(11, 19, 59)),
        (at(11, 20), at(12, 8)),
    ],
)
def test_a_reminder_disturbs_nobody_at_night(now, due):
    assert decent(now) == due


def test_a_reminder_is_void_from_the_start_of_the_session_on():
    session = SessionFactory()
    BookingFactory(session=session)

    remind(now=at(11, 0, 5))

    assert list(Message.objects.values_list("due_at", "expires_at", "kecamatan")) == [
        (at(11, 8), session.starts_at, "31.73.07")
    ]


def test_two_hundred_reminders_take_as_many_statements_as_one(django_assert_max_num_queries):
    for n in range(2):
        session = SessionFactory(starts_at=at(12, 9 + 3 * n))
        for _ in range(100):
            BookingFactory(session=session)

    with django_assert_max_num_queries(13):
        assert remind() == 200


def test_a_reminder_whose_seat_or_session_is_gone_is_not_sent():
    session, other = SessionFactory(), SessionFactory(starts_at=at(12, 13))
    stays, gave_back = BookingFactory(session=session), BookingFactory(session=session)
    BookingFactory(session=other)
    remind()
    gave_back.state = BookingState.RELEASED
    gave_back.save()
    type(other).objects.filter(pk=other.pk).update(state="cancelled", cancelled_at=at(11, 10))

    words = {m.participant_id: void([m]).get(m.key) for m in Message.objects.all()}

    assert words == {
        stays.participant_id: None,
        gave_back.participant_id: "seat_gone",
        other.bookings.get().participant_id: "session_cancelled",
    }


def test_a_moved_session_is_reminded_of_anew():
    office = member(Role.KECAMATAN, "31.73.07")
    session = SessionFactory()
    BookingFactory(session=session)
    remind()
    plan = services.SessionPlan(
        activity=session.activity,
        kecamatan_id=session.kecamatan_id,
        venue=session.venue,
        trainer=session.trainer,
        starts_at=at(12, 13),
        ends_at=at(12, 15),
        capacity=100,
    )
    services.change_session(session_id=session.pk, plan=plan, by=office)

    assert remind() == 1


def occasions() -> list[str]:
    return sorted(key.rpartition(":")[2] for key in Message.objects.values_list("key", flat=True))


def test_a_person_is_reminded_a_week_a_day_and_two_hours_before():
    BookingFactory(session=SessionFactory(starts_at=at(18, 13), published_at=at(1, 9)))

    moments = [at(11, 9), at(12, 9), at(17, 9), at(18, 10), at(18, 11, 5), at(18, 11, 10), at(18, 13)]
    assert [remind(now=moment) for moment in moments] == [1, 0, 1, 0, 1, 0, 0]
    assert occasions() == ["reminder-1d", "reminder-2h", "reminder-7d"]


def test_a_session_published_late_gets_only_the_reminders_still_ahead():
    BookingFactory(session=SessionFactory(starts_at=at(14, 13), published_at=at(11, 9)))
    BookingFactory(session=SessionFactory(starts_at=at(11, 11, 30), published_at=at(11, 10)))

    assert [remind(now=moment) for moment in (at(11, 10), at(13, 9), at(14, 11, 5))] == [0, 1, 1]
    assert occasions() == ["reminder-1d", "reminder-2h"]


def test_the_province_says_when(province):
    timing.set_times(
        kind="session_reminder", times=[timedelta(days=3)], reason="satu cukup", based_on=0, by=province
    )
    BookingFactory(session=SessionFactory(starts_at=at(14, 13), published_at=at(1, 9)))

    assert [remind(now=moment) for moment in (at(11, 9), at(13, 9), at(14, 11, 5))] == [1, 0, 0]
    assert occasions() == ["reminder-3d"]


@pytest.fixture
def province():
    return member(Role.PROVINCE)


def test_times_are_checked_and_kept_with_who_and_why(province):
    with pytest.raises(ValueError, match="faults"):
        timing.set_times(
            kind="session_reminder", times=[timedelta(minutes=5)], reason="x", based_on=0, by=province
        )
    given = {"kind": "session_reminder", "times": [timedelta(hours=3)], "reason": "x", "by": province}
    timing.set_times(based_on=0, **given)

    with pytest.raises(timing.TimesChangedMeanwhile):
        timing.set_times(based_on=0, **{**given, "times": [timedelta(hours=4)]})
    assert timing.set_times(based_on=0, **given).version == 1
    assert timing.of(kinds.get("session_reminder")) == (timedelta(hours=3),)


def test_what_is_queued_for_somebody_who_gives_the_seat_back_is_withdrawn_at_every_time():
    seat = BookingFactory(session=SessionFactory(starts_at=at(18, 13), published_at=at(1, 9)))
    remind(now=at(11, 9))

    withdraw(seat)

    assert list(Message.objects.values_list("state", flat=True)) == ["cancelled"]


def test_every_kind_of_message_says_what_when_and_where_in_both_languages():
    from trainings.messages import CANCELLED, CHANGED, INVITATION, REMINDER, SEAT_OFFERED

    session = SessionFactory(starts_at=day_at(1, 9))
    person = ParticipantFactory(full_name="Siti Rahmawati")
    BookingFactory(session=session, participant=person)
    for kind in (INVITATION, REMINDER, CHANGED, CANCELLED, SEAT_OFFERED):
        assert kinds.find(kind) is not None
    remind()

    (prepared,), refused = compose.prepare(list(Message.objects.all()))

    assert refused == []
    assert prepared.details["venue"] == session.venue.name
