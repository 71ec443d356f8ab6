"""A day more or less of a class that is planned already: conflicts in words, people told by the release."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from okoce.accounts.roles import Role
from okoce.notifications.models import Message
from tests.factories import BookingFactory, SessionFactory, member
from tests.factories.trainings import class_of, day_at
from tests.trainings.test_offers import in_parallel
from trainings import services
from trainings.models import TrainingSession
from trainings.refusals import Clash, SessionRefused
from trainings.scheduling import JAKARTA
from trainings.services import days, releases

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday_morning(time_machine):
    time_machine.move_to(datetime(2026, 8, 10, 9, 0, tzinfo=JAKARTA), tick=False)


@pytest.fixture
def camat():
    return member(Role.KECAMATAN, "31.73.07")


@pytest.fixture
def klass():
    """Wednesday, Thursday and Friday; all of them required."""
    return class_of(3, starts_at=day_at(9, 9))


def add(klass, in_days, hour=9):
    start = day_at(in_days, hour)
    return days.add_day(head_id=klass[0].pk, starts_at=start, ends_at=start + timedelta(hours=3), by=None)


def remove(day, by=None):
    return days.remove_day(day_id=day.pk, reason="Aula banjir", by=by)


def shape(klass):
    rows = TrainingSession.objects.filter(pk=klass[0].pk) | TrainingSession.objects.filter(head=klass[0])
    return [
        (s.day_number, s.day_count, s.required_days, (s.starts_at.astimezone(JAKARTA)).day)
        for s in rows.order_by("starts_at")
    ]


def refused(deed):
    with pytest.raises(SessionRefused) as error:
        deed()
    return error.value


def test_a_day_between_two_others_takes_its_place_and_everybody_sits_there(klass):
    remove(klass[1])
    seat = BookingFactory(session=klass[0], queue_number=1)

    fresh = add(klass, 10)

    assert shape(klass) == [(1, 3, 3, 19), (2, 3, 3, 20), (3, 3, 3, 21)]
    assert fresh.bookings.get().participant_id == seat.participant_id
    services.decline(booking_id=seat.pk, by=None)
    assert fresh.bookings.get().state == "declined"


def test_a_day_that_is_off_frees_room_trainer_and_people(klass):
    seat = BookingFactory(session=klass[0], queue_number=1)

    remove(klass[2])

    assert shape(klass) == [(1, 2, 2, 19), (2, 2, 2, 20)]
    off = TrainingSession.objects.get(pk=klass[2].pk)
    assert (off.state, off.cancel_reason, off.bookings.get().state) == (
        "cancelled", "Aula banjir", "released",
    )  # fmt: skip
    other = SessionFactory(
        starts_at=klass[2].starts_at, venue=off.venue, trainer=off.trainer, activity_code="izin-keuangan"
    )
    assert services.book_seat(session_id=other.pk, participant=seat.participant, by=None).state == "invited"


def test_people_are_told_once_by_the_release_and_not_before(klass, camat):
    BookingFactory(session=klass[0], queue_number=1)
    remove(klass[2])
    add(klass, 14)
    assert not Message.objects.exists()

    changed = [c.session.pk for c in releases.untold(TrainingSession.objects.all(), now=day_at(0, 9))]
    made = releases.release(sessions=changed, by=camat)

    assert (changed, made.told_count) == ([klass[0].pk], 1)
    assert Message.objects.filter(kind="session_changed").count() == 1
    [entry] = made.entries.all()
    lines = releases.releasing.words(entry.before, entry.after)
    assert lines == ["Hari tambahan: Senin 24 Agustus 2026", "Hari dilepas: Jumat 21 Agustus 2026"]


def test_what_is_put_back_leaves_nothing_to_tell(klass):
    remove(klass[2])
    add(klass, 11)

    assert TrainingSession.objects.get(pk=klass[0].pk).changed_at is None


def test_the_same_press_twice_is_one_day_more_and_one_day_less(klass):
    assert add(klass, 14) == add(klass, 14)
    for _press in range(2):
        remove(klass[1])

    assert [row[0] for row in shape(klass)] == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_two_people_who_add_the_same_day_at_once_add_one(klass):
    in_parallel([lambda: add(klass, 14), lambda: add(klass, 14)])

    assert [row[0] for row in shape(klass)] == [1, 2, 3, 4]


def test_rule_24_a_day_on_which_somebody_sits_elsewhere_is_refused_with_the_number(klass):
    seat = BookingFactory(session=klass[0], queue_number=1)
    BookingFactory(
        participant=seat.participant,
        session=SessionFactory(activity_code="izin-keuangan", starts_at=day_at(14, 9)),
    )

    problem = refused(lambda: add(klass, 14))

    assert (problem.code, problem.params["numbers"]) == (Clash.PEOPLE, seat.participant.number)
    assert len(shape(klass)) == 3


def test_rule_25_a_day_on_which_the_room_is_taken_is_refused(klass):
    SessionFactory(venue=klass[0].venue, activity_code="izin-keuangan", starts_at=day_at(14, 9))

    assert refused(lambda: add(klass, 14)).code == Clash.VENUE
    assert len(shape(klass)) == 3


@pytest.mark.parametrize(
    ("in_days", "code"),
    [(10, Clash.DAYS_APART), (8, Clash.BEFORE_FIRST_DAY), (-1, Clash.PAST), (150, Clash.OTHER_YEAR)],
)
def test_a_day_that_cannot_be_is_refused_in_words(klass, in_days, code):
    assert refused(lambda: add(klass, in_days, hour=13)).code == code


def test_the_first_day_stays(klass):
    assert refused(lambda: remove(klass[0])).code == Clash.FIRST_DAY


def test_the_last_day_to_come_is_moved_and_not_taken_off(klass, time_machine):
    time_machine.move_to(day_at(10, 13), tick=False)

    assert refused(lambda: remove(klass[2])).code == Clash.LAST_TO_COME


def test_the_office_adds_and_takes_off_on_the_page(client_as, camat, klass):
    client, head = client_as(camat), klass[0]
    url = reverse("trainings:day_add", args=[head.pk])
    off = reverse("trainings:day_remove", args=[klass[2].pk])
    page = client.get(head.get_absolute_url()).content.decode()
    assert (url in page, off in page) == (True, True)

    wrong = client.post(url, {"date": "2026-08-20", "start": "13:00", "end": "16:00"}).content.decode()
    assert "Dua hari kelas" in wrong
    assert 'value="2026-08-20"' in wrong
    client.post(url, {"date": "2026-08-24", "start": "09:00", "end": "12:00"})
    client.post(off, {"reason": "Aula banjir"})

    assert shape(klass) == [(1, 3, 3, 19), (2, 3, 3, 20), (3, 3, 3, 24)]


def test_a_class_of_another_kecamatan_is_not_found(client_as, klass):
    client = client_as(member(Role.KECAMATAN, "31.73.08"))

    for name, day in (("day_add", klass[0]), ("day_remove", klass[2])):
        assert client.post(reverse(f"trainings:{name}", args=[day.pk]), {}).status_code == 404
