"""What the office arranges by hand: two people exchange seats, and somebody goes on with another group."""

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from okoce.notifications.models import Message
from tests.factories import BookingFactory, ParticipantFactory, SessionFactory, WaitingFactory, member
from tests.factories.trainings import PhaseFactory, class_of, day_at
from tests.trainings.test_offers import in_parallel
from trainings import services
from trainings.models import GroupMember
from trainings.refusals import BookingRefused, Refusal
from trainings.scheduling import JAKARTA
from trainings.services import groups, moving

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday_morning(time_machine):
    time_machine.move_to(datetime(2026, 8, 10, 9, 0, tzinfo=JAKARTA), tick=False)


@pytest.fixture
def camat():
    return member(Role.KECAMATAN, "31.73.07")


@pytest.fixture
def two():
    """Two seats in two full sessions of one activity, on two days."""
    return tuple(
        BookingFactory(session=SessionFactory(starts_at=day_at(days, 9), capacity=1), queue_number=1)
        for days in (4, 5)
    )


def exchange(one, other, by=None):
    return services.exchange(booking_id=one.pk, with_booking_id=other.pk, by=by)


def seated(session):
    return list(session.bookings.seated().values_list("participant", flat=True))


# ---------------------------------------------------------------- two people exchange


def test_two_people_take_each_others_seat_in_full_sessions(two):
    one, other = two

    exchange(one, other)

    assert (seated(one.session), seated(other.session)) == ([other.participant_id], [one.participant_id])


def test_nobody_in_line_gets_a_seat_by_an_exchange(two):
    waiting = WaitingFactory()

    exchange(*two)

    assert waiting.participant.bookings.count() == 0


def test_each_keeps_the_answer_given_and_gets_one_message(two):
    one, other = two
    services.confirm(booking_id=one.pk, by=None)

    mine, theirs = exchange(one, other)

    assert (mine.state, theirs.state) == ("confirmed", "invited")
    told = Message.objects.filter(kind="session_changed").values_list("participant_id", "cause_id")
    assert sorted(told) == sorted(
        [(one.participant_id, other.session_id), (other.participant_id, one.session_id)]
    )


def test_the_audit_trail_says_who_exchanged_whom(two, camat):
    exchange(*two, by=camat)

    rows = AuditEvent.objects.filter(action="trainings.seat.exchanged")
    assert {(row.actor_id, row.details["session"]) for row in rows} == {
        (camat.pk, seat.session_id) for seat in two
    }


def test_exchanging_twice_is_exchanging_once(two):
    first = exchange(*two)

    assert exchange(*two) == first
    assert Message.objects.filter(kind="session_changed").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_one_moment_exchange_once(two):
    in_parallel([lambda: exchange(*two), lambda: exchange(*two)])

    one, other = two
    assert (seated(one.session), seated(other.session)) == ([other.participant_id], [one.participant_id])


def test_rule_24_who_sits_elsewhere_at_that_time_is_not_exchanged(two):
    one, other = two
    BookingFactory(
        participant=one.participant,
        session=SessionFactory(
            activity_code="izin-keuangan", starts_at=other.session.starts_at, kecamatan_id="31.73.08"
        ),
    )

    with pytest.raises(BookingRefused) as refused:
        exchange(one, other)

    assert refused.value.code == Refusal.ELSEWHERE
    assert seated(one.session) == [one.participant_id]
    assert list(moving.partners(one, other.session)) == []
    assert list(moving.partners(other, one.session)) == []


def test_the_seats_that_are_exchanged_are_no_hindrance_when_both_sessions_meet_at_once():
    one, other = (
        BookingFactory(session=SessionFactory(starts_at=day_at(4, 9), kecamatan_id=code), queue_number=1)
        for code in ("31.73.07", "31.73.08")
    )

    assert list(moving.partners(one, other.session)) == [other]
    exchange(one, other)

    assert seated(other.session) == [one.participant_id]


def test_a_seat_in_a_class_is_exchanged_with_all_its_days():
    first, second = (class_of(2, starts_at=day_at(days, 9)) for days in (4, 10))
    one, other = (BookingFactory(session=days[0], queue_number=1) for days in (first, second))

    exchange(one, other)

    assert seated(second[1]) == [one.participant_id]
    assert seated(first[1]) == [other.participant_id]


def test_seats_of_two_activities_are_not_exchanged(two):
    third = BookingFactory(
        session=SessionFactory(activity_code="izin-keuangan", starts_at=day_at(6, 9)), queue_number=1
    )

    with pytest.raises(BookingRefused) as refused:
        exchange(two[0], third)

    assert refused.value.code == Refusal.OTHER_ACTIVITY


def test_the_page_leads_from_the_list_to_the_session_to_the_person(client_as, camat, two):
    one, other = two
    client, url = client_as(camat), reverse("trainings:exchange", args=[one.session_id, one.pk])

    assert url in client.get(one.session.get_absolute_url()).content.decode()
    assert f"?sesi={other.session_id}" in client.get(url).content.decode()
    page = client.get(url, {"sesi": other.session_id}).content.decode()
    assert f'value="{other.pk}"' in page
    done = client.post(url, {"sesi": other.session_id, "dengan": other.pk}, follow=True).content.decode()

    assert "telah bertukar kursi" in done
    assert seated(other.session) == [one.participant_id]


def test_a_press_without_a_person_changes_nothing_and_keeps_the_session(client_as, camat, two):
    one, other = two
    url = reverse("trainings:exchange", args=[one.session_id, one.pk])

    page = client_as(camat).post(url, {"sesi": other.session_id}).content.decode()

    assert "Belum ada yang berubah" in page
    assert f'value="{other.pk}"' in page


def test_people_of_another_area_are_not_offered(client_as, camat, two):
    one = two[0]
    foreign = BookingFactory(session=SessionFactory(starts_at=day_at(6, 9), kecamatan_id="31.73.08"))
    url = reverse("trainings:exchange", args=[one.session_id, one.pk])

    client_as(camat).post(url, {"sesi": foreign.session_id, "dengan": foreign.pk})

    assert seated(foreign.session) == [foreign.participant_id]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_number_of_queries_for_one_and_three_people(client_as, camat, two, count):
    one, other = two
    for n in range(count - 1):
        BookingFactory(session=other.session, queue_number=n + 2)
    client, url = client_as(camat), reverse("trainings:exchange", args=[one.session_id, one.pk])

    with CaptureQueriesContext(connection) as queries:
        client.get(url, {"sesi": other.session_id})

    assert len(queries) == 9


# ---------------------------------------------------------------- another group of a phase


@pytest.fixture
def phase():
    return PhaseFactory(year=2026, starts_on=date(2026, 8, 12), ends_on=date(2026, 9, 30))


@pytest.fixture
def somebody(phase):
    return placed(phase, 1)


def placed(phase, number):
    return GroupMember.objects.create(
        phase=phase, kecamatan_id="31.73.07", number=number, participant=ParticipantFactory()
    )


def session_of(phase, number, days, code="dasar", **fields):
    return SessionFactory(
        phase=phase, group_number=number, activity_code=code, starts_at=day_at(days, 9), **fields
    )


def test_who_changes_the_group_sits_in_its_sessions_and_hears_of_it_once(phase, somebody):
    first = [session_of(phase, 1, 4), session_of(phase, 1, 14, "izin-keuangan")]
    second = [session_of(phase, 2, 5), session_of(phase, 2, 15, "izin-keuangan")]
    for session in first:
        BookingFactory(session=session, participant=somebody.participant, queue_number=1)

    groups.move_member(member_id=somebody.pk, number=2, by=None)

    somebody.refresh_from_db()
    assert somebody.number == 2
    assert [seated(s) for s in (*first, *second)] == [[], [], *[[somebody.participant_id]] * 2]
    [message] = Message.objects.filter(kind="session_changed")
    assert (message.cause_id, message.context["also"]) == (second[0].pk, [second[1].pk])


def test_an_activity_the_other_group_has_had_already_stays_where_it_is(phase, somebody):
    session_of(phase, 2, -3, state="held")
    mine = session_of(phase, 1, 4)
    BookingFactory(session=mine, participant=somebody.participant, queue_number=1)

    groups.move_member(member_id=somebody.pk, number=2, by=None)

    assert seated(mine) == [somebody.participant_id]


def test_a_full_session_of_the_other_group_keeps_the_person_where_they_are(phase, somebody):
    mine, theirs = session_of(phase, 1, 4), session_of(phase, 2, 5, capacity=1)
    BookingFactory(session=mine, participant=somebody.participant, queue_number=1)
    BookingFactory(session=theirs, queue_number=1)

    with pytest.raises(BookingRefused) as refused:
        groups.move_member(member_id=somebody.pk, number=2, by=None)

    somebody.refresh_from_db()
    assert (refused.value.code, somebody.number, seated(mine)) == (
        Refusal.NO_SEAT, 1, [somebody.participant_id],
    )  # fmt: skip


def test_a_full_group_takes_nobody_more(phase, somebody):
    phase.kecamatan.filter(kecamatan="31.73.07").update(quota=2)
    placed(phase, 2)

    with pytest.raises(BookingRefused) as refused:
        groups.move_member(member_id=somebody.pk, number=2, by=None)

    assert "Kelompok 2 sudah berisi 1 orang" in refused.value.sentence


def test_moving_to_the_same_group_twice_moves_once(phase, somebody, camat):
    for _press in range(2):
        groups.move_member(member_id=somebody.pk, number=2, by=camat)

    assert AuditEvent.objects.filter(action="trainings.groups.moved").count() == 1


def test_the_office_moves_somebody_from_the_page_of_the_group(client_as, camat, phase, somebody):
    client = client_as(camat)
    group = reverse("trainings:group", args=[phase.pk, "31.73.07", 1])
    url = reverse("trainings:group_move", args=[phase.pk, "31.73.07", 1, somebody.pk])

    assert url in client.get(group).content.decode()
    assert "Kelompok 2" in client.get(url).content.decode()
    done = client.post(url, {"kelompok": "2"}, follow=True).content.decode()

    assert "sekarang di kelompok 2" in done
    assert GroupMember.objects.get(pk=somebody.pk).number == 2


@pytest.mark.parametrize("wanted", ["", "9", "x", "1" * 30])
def test_a_group_that_does_not_exist_is_answered_in_words(client_as, camat, phase, somebody, wanted):
    url = reverse("trainings:group_move", args=[phase.pk, "31.73.07", 1, somebody.pk])

    page = client_as(camat).post(url, {"kelompok": wanted})

    assert (page.status_code, GroupMember.objects.get(pk=somebody.pk).number) == (200, 1)


def test_two_people_of_full_groups_exchange_them_with_their_seats_in_full_sessions(client_as, camat, phase):
    phase.kecamatan.filter(kecamatan="31.73.07").update(quota=2)
    one, other = placed(phase, 1), placed(phase, 2)
    sessions = [session_of(phase, number, 3 + number, capacity=1) for number in (1, 2)]
    for session, person in zip(sessions, (one, other), strict=True):
        BookingFactory(session=session, participant=person.participant, queue_number=1)
    client = client_as(camat)
    url = reverse("trainings:group_move", args=[phase.pk, "31.73.07", 1, one.pk])

    assert 'href="?tukar=2"' in client.get(url).content.decode()
    assert f'value="{other.pk}"' in client.get(f"{url}?tukar=2").content.decode()
    for _press in range(2):
        client.post(f"{url}?tukar=2", {"kelompok": "2", "dengan": other.pk})

    assert list(phase.members.order_by("pk").values_list("number", flat=True)) == [2, 1]
    assert [seated(s) for s in sessions] == [[other.participant_id], [one.participant_id]]
    assert Message.objects.filter(kind="session_changed").count() == 2


@pytest.mark.parametrize("partner", ["", "x", "999999"])
def test_an_exchange_of_groups_with_nobody_changes_nothing(client_as, camat, phase, somebody, partner):
    url = reverse("trainings:group_move", args=[phase.pk, "31.73.07", 1, somebody.pk])

    client_as(camat).post(f"{url}?tukar=2", {"kelompok": "2", "dengan": partner})

    assert GroupMember.objects.get(pk=somebody.pk).number == 1


def test_somebody_of_another_kecamatan_is_not_moved(client_as, phase, somebody):
    url = reverse("trainings:group_move", args=[phase.pk, "31.73.07", 1, somebody.pk])

    assert client_as(member(Role.KECAMATAN, "31.73.08")).post(url, {"kelompok": "2"}).status_code == 404
