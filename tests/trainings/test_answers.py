"""Answering without signing in: the address in the message is the right to answer, and to nothing else."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from okoce.accounts.roles import Role
from okoce.notifications import compose
from okoce.notifications.models import Message
from tests.factories import (
    BookingFactory,
    ParticipantFactory,
    ScanFactory,
    SessionFactory,
    WaitingFactory,
    member,
)
from tests.factories.trainings import day_at
from trainings import links, services
from trainings.models import Availability, Booking, Waiting
from trainings.scheduling import JAKARTA
from trainings.services import need

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 8, 10, 9, 0, tzinfo=JAKARTA)


@pytest.fixture(autouse=True)
def _monday_morning(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def invited():
    return BookingFactory(session=SessionFactory(starts_at=day_at(5, 9), capacity=1), queue_number=1)


def address(booking) -> str:
    return links.path_of(booking.pk, booking.queue_number)


def state(booking) -> tuple[str, str]:
    booking.refresh_from_db()
    return booking.state, booking.decline_reason


# ---------------------------------------------------------------- the address


def test_opening_the_address_shows_the_session_and_changes_nothing(client, invited):
    page = client.get(address(invited))

    assert (page.status_code, state(invited)) == (200, ("invited", ""))
    assert invited.participant.full_name not in page.content.decode()
    assert invited.participant.number not in page.content.decode()
    assert page["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "patch", "delete"])
def test_a_scanner_of_links_answers_and_moves_nothing(client, invited, method):
    SessionFactory(activity=invited.session.activity, starts_at=day_at(9, 9))
    here, again = address(invited), links.again_path_of(invited.pk, invited.queue_number)
    for path in (here, f"{here}pindah/", again):
        for query in ("", "?jawaban=hadir", "?jawaban=tidak", "?ke=1"):
            getattr(client, method)(path + query)

    assert state(invited) == ("invited", "")
    assert Booking.objects.count() == 1


def test_the_address_of_one_right_is_no_other(client, invited):
    """Who may take a seat after a missed session may not answer, and the other way round."""
    answering = links.token_of(invited.pk, invited.queue_number)
    again = links.token_of(invited.pk, invited.queue_number, column=links.AGAIN)
    feedback = links.token_of(invited.pk, invited.queue_number, column=links.FEEDBACK)
    wrong = [
        ("answer_link", again),
        ("answer_link", feedback),
        ("move_link", again),
        ("again_link", answering),
    ]

    assert {client.post(reverse(f"trainings:{name}", args=[t])).status_code for name, t in wrong} == {404}


def test_the_address_leads_to_other_sessions_without_signing_in(client, invited):
    page = client.get(address(invited)).content.decode()

    assert f'href="{address(invited)}pindah/"' in page


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"jawaban": "hadir"}, ("confirmed", "")),
        ({"jawaban": "berhalangan", "alasan": "far"}, ("declined", "far")),
        ({"jawaban": "tidak"}, ("declined", "")),
        ({"jawaban": "berhalangan"}, ("invited", "")),  # without a reason nothing happens yet
        ({"jawaban": "berhalangan", "alasan": "0812"}, ("invited", "")),
        ({}, ("invited", "")),
    ],
)
def test_each_answer_is_kept_and_pressing_twice_changes_nothing_more(client, invited, given, found):
    for _ in range(2):
        client.post(address(invited), given)

    assert state(invited) == found


def test_a_no_by_the_address_offers_the_seat_to_the_next_who_takes_it_by_theirs(client, invited):
    waiting = WaitingFactory()
    client.post(address(invited), {"jawaban": "berhalangan", "alasan": "trade"})
    offer = invited.session.bookings.get(participant=waiting.participant)

    client.post(address(offer), {"jawaban": "hadir"})

    assert state(offer) == ("confirmed", "")


def test_an_address_that_was_never_made_opens_nothing(client, invited):
    good = links.token_of(invited.pk, invited.queue_number)
    other = links.token_of(invited.pk + 1, invited.queue_number)
    wrong = [good[:-1], good + "a", other, "x", "-", "a-" + "b" * 24, "z" * 40 + "-a", good.upper()]

    assert [client.get(reverse("trainings:answer_link", args=[t])).status_code for t in wrong] == [404] * 8


def test_the_address_of_a_seat_that_was_given_anew_is_another(client, invited):
    old = address(invited)
    client.post(old, {"jawaban": "tidak"})
    office = member(Role.KECAMATAN, "31.73.07")
    services.book_seat(session_id=invited.session_id, participant=invited.participant, by=office)
    invited.refresh_from_db()

    assert (client.get(old).status_code, client.get(address(invited)).status_code) == (404, 200)


def test_an_address_holds_no_digit_so_that_no_message_looks_as_if_it_held_a_number():
    tokens = [links.token_of(pk, pk % 7) for pk in range(1, 3000, 7)]

    assert not any(letter.isdigit() for token in tokens for letter in token)
    assert len(set(tokens)) == len(tokens)


def test_a_late_answer_is_told_that_the_seat_is_gone_and_the_next_has_it(client, time_machine, invited):
    first, second = WaitingFactory(since=day_at(-9, 9)), WaitingFactory()
    client.post(address(invited), {"jawaban": "tidak"})
    offer = invited.session.bookings.get(participant=first.participant)
    time_machine.move_to(offer.answer_by + timedelta(minutes=1), tick=False)

    client.post(address(offer), {"jawaban": "hadir"})

    assert state(offer) == ("lapsed", "")
    assert invited.session.bookings.get(participant=second.participant).state == "invited"


def test_the_message_of_an_offer_tells_the_deadline_and_the_persons_own_address(invited):
    waiting = WaitingFactory()
    services.decline(booking_id=invited.pk, by=None)
    offer = invited.session.bookings.get(participant=waiting.participant)

    (prepared,), refused = compose.prepare(list(Message.objects.filter(kind="seat_offered")))

    assert refused == []
    assert (prepared.details["answer_path"], prepared.details["answer_by"]) == (
        address(offer),
        NOW + timedelta(hours=24),
    )


# ---------------------------------------------------------------- invited by need


@pytest.fixture
def camat(client_as):
    return client_as(member(Role.KECAMATAN, "31.73.07"))


def need_page(camat, **query):
    return camat.get(reverse("trainings:need"), {"kegiatan": "dasar", "kecamatan": "31.73.07"} | query)


def test_the_page_counts_who_lacks_the_activity_and_can_come_then(camat):
    people = [ParticipantFactory() for _ in range(4)]
    ScanFactory(participant=people[0], session=SessionFactory(state="held", starts_at=day_at(-9, 9)))
    Availability.objects.create(participant=people[1], weekdays=False, changed_at=NOW)
    ParticipantFactory(kelurahan_id="31.73.08.1001")
    wednesday = SessionFactory(starts_at=day_at(2, 9))
    SessionFactory(starts_at=day_at(5, 9))  # Saturday

    everybody, by_day = need_page(camat), need_page(camat, waktu="weekdays")

    assert (everybody.context["count"], by_day.context["count"]) == (3, 2)
    assert [s.pk for s in by_day.context["sessions"]] == [wednesday.pk]


def test_as_many_are_invited_as_there_are_seats_by_need_and_a_second_press_is_the_same_deed(camat):
    people = [ParticipantFactory() for _ in range(4)]
    waiting = WaitingFactory(participant=people[3])
    session = SessionFactory(starts_at=day_at(3, 9), capacity=2)
    url = reverse("trainings:need_invite", args=[session.pk])
    page = camat.get(url, {"waktu": "weekdays"})
    given = {"uid": page.context["uid"], "waktu": "weekdays"}

    first, second = (camat.post(url, given) for _ in range(2))

    assert page.context["count"] == 2
    assert first["Location"] == second["Location"]
    seats = session.bookings.order_by("queue_number").values_list("participant_id", "state")
    assert list(seats) == [(waiting.participant_id, "invited"), (people[0].pk, "invited")]


def test_extra_seats_are_filled_by_need_too(camat):
    for _ in range(4):
        ParticipantFactory()
    session = SessionFactory(starts_at=day_at(3, 9), capacity=2, extra_seats=1, venue__capacity=3)

    assert len(need.plan(session, slot="", now=NOW)) == 3


def test_beyond_the_seats_nothing_is_allowed_without_a_history_and_it_is_off_at_first(camat):
    session = SessionFactory(starts_at=day_at(3, 9), capacity=50)
    url = reverse("trainings:extra_seats", args=[session.pk])

    page = camat.get(url)
    camat.post(url, {"extra": "1"})

    session.refresh_from_db()
    assert (page.context["may_overbook"], session.extra_seats) == (False, 0)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("need", 17), ("need_invite", 11), ("extra_seats", 6)])
def test_a_page_of_invitations_costs_the_same_with_one_and_three(
    camat, rows, name, queries, django_assert_num_queries
):
    for _ in range(rows):
        WaitingFactory()
    session = SessionFactory(starts_at=day_at(3, 9))
    for n in range(rows):
        SessionFactory(starts_at=day_at(7 + n, 9))
    args = [] if name == "need" else [session.pk]
    query = {"kegiatan": "dasar", "kecamatan": "31.73.07"} if name == "need" else {}
    url = reverse(f"trainings:{name}", args=args)
    camat.get(url, query)

    with django_assert_num_queries(queries):
        camat.get(url, query)


def test_who_is_named_nowhere_is_invited_nowhere(camat):
    ParticipantFactory()
    session = SessionFactory(starts_at=day_at(3, 9))

    camat.post(reverse("trainings:need_invite", args=[session.pk]), {"uid": "not-a-uid"})

    assert (Booking.objects.count(), Waiting.objects.count()) == (0, 0)
