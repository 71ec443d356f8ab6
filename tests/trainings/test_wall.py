"""The code on the wall, and people who check themselves in with it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.accounts.sessions import PARTICIPANT
from participants.services import cards
from participants.services.sign_in import account_of
from tests.factories import BookingFactory, ParticipantFactory, SessionFactory, member
from tests.factories.trainings import day_at
from trainings.enums import BookingState
from trainings.scheduling import JAKARTA
from trainings.services import wall

pytestmark = pytest.mark.django_db
CHECK_IN = reverse("trainings:check_in")


@pytest.fixture(autouse=True)
def _monday_morning(time_machine):
    time_machine.move_to(datetime(2026, 8, 10, 9, 0, 10, tzinfo=JAKARTA), tick=False)


@pytest.fixture
def session():
    """Its codes come from its number and the clock: always the same ones, so that none is right by chance."""
    found = SessionFactory(pk=1_000_001, starts_at=day_at(0, 9))
    wall.show(found.pk)
    return found


@pytest.fixture
def person():
    return ParticipantFactory()


@pytest.fixture
def me(client_as, person):
    return client_as(account_of(participant_id=person.pk), kind=PARTICIPANT)


def say(client, code: str):
    return client.post(CHECK_IN, {"kode": code}).context["told"]


def now_code(session, back: int = 0) -> str:
    return wall.code_at(session.pk, timezone.now(), back=back)


# ---------------------------------------------------------------- the code


def test_the_code_changes_with_the_time_and_the_session(session):
    other = SessionFactory(pk=1_000_002, starts_at=day_at(0, 13))
    moments = [timezone.now() + timedelta(seconds=45 * n) for n in range(20)]

    codes = [wall.code_at(one.pk, at) for one in (session, other) for at in moments]

    assert len(set(codes)) == 40
    assert {len(code) for code in codes} == {6}


@pytest.mark.parametrize(("seconds", "right"), [(0, True), (40, True), (79, True), (80, False), (600, False)])
def test_a_code_is_right_while_it_stands_there_and_for_one_change_more(session, time_machine, seconds, right):
    code = now_code(session)  # ten seconds into its 45
    time_machine.shift(timedelta(seconds=seconds))
    wall.show(session.pk)

    assert wall.is_right(session.pk, code, now=timezone.now()) is right


def test_without_the_page_on_the_wall_no_code_is_right():
    session = SessionFactory(starts_at=day_at(0, 9))

    assert wall.is_right(session.pk, now_code(session), now=timezone.now()) is False


def test_the_page_on_the_wall_shows_the_code_and_makes_it_count(client_as, person):
    session = SessionFactory(starts_at=day_at(0, 9))
    office = client_as(member(Role.KECAMATAN, "31.73.07"))

    page = office.get(reverse("trainings:wall", args=[session.pk]))

    assert page.context["code"].replace(" ", "") == now_code(session)
    assert wall.is_shown(session.pk)
    assert person.full_name not in page.content.decode()


@pytest.mark.parametrize(("days", "state"), [(1, "published"), (0, "cancelled"), (0, "held")])
def test_no_code_is_shown_before_the_day_or_when_the_list_is_closed(client_as, days, state):
    session = SessionFactory(starts_at=day_at(days, 8), state=state)
    office = client_as(member(Role.KECAMATAN, "31.73.07"))

    page = office.get(reverse("trainings:wall", args=[session.pk]))

    assert (page.context["qr"], wall.is_shown(session.pk)) == (None, False)


# ---------------------------------------------------------------- the participant


def test_who_writes_the_code_is_present(me, person, session):
    BookingFactory(session=session, participant=person)

    told = say(me, f"{now_code(session)[:3]} {now_code(session)[3:]}")

    assert told == {"tone": "ok", "text": f"Anda hadir: {session.activity.title}, 09.00."}
    assert list(session.scans.values_list("participant", "method", "result")) == [
        (person.pk, "wall", "accepted")
    ]


def test_twice_is_once(me, person, session):
    BookingFactory(session=session, participant=person)
    say(me, now_code(session))

    assert say(me, now_code(session))["tone"] == "ok"
    assert session.scans.count() == 1


def test_an_old_code_is_refused_in_words_and_kept(me, person, session):
    BookingFactory(session=session, participant=person)

    told = say(me, now_code(session, back=2))

    assert told["text"] == "Kodenya sudah lama atau salah. Baca kode yang sekarang tampil di dinding."
    assert session.scans.get().result == "old_code"


def test_the_code_of_another_session_is_refused(me, person, session):
    BookingFactory(session=session, participant=person)
    other = SessionFactory(starts_at=day_at(0, 13))
    wall.show(other.pk)

    assert say(me, now_code(other))["tone"] == "bad"
    assert session.scans.standing().count() == other.scans.count() == 0


def test_rule_29_who_has_no_seat_is_not_present(me, session):
    assert say(me, now_code(session))["text"] == (
        "Anda tidak terdaftar di sesi hari ini. Tanyakan kepada petugas di pintu."
    )
    assert session.scans.count() == 0


@pytest.mark.parametrize("state", [BookingState.DECLINED, BookingState.RELEASED])
def test_rule_29_who_declined_or_was_released_is_not_present(me, person, session, state):
    BookingFactory(session=session, participant=person, state=state)

    say(me, now_code(session))

    assert session.scans.standing().count() == 0


def test_codes_cannot_be_guessed(me, person, session):
    BookingFactory(session=session, participant=person)
    wrong = f"{(int(now_code(session)) + 1) % 1_000_000:06d}"

    told = [say(me, wrong)["text"][:20] for _ in range(wall.MOST_TRIES + 1)]

    assert told[-1] == "Terlalu banyak kode "
    assert say(me, now_code(session))["tone"] == "bad"
    assert session.scans.standing().count() == 0


def test_opened_addresses_with_wrong_codes_are_counted(client, session):
    wrong = f"{(int(now_code(session)) + 1) % 1_000_000:06d}"
    for _ in range(wall.MOST_WRONG):
        wall.was_seen(session.pk, wrong, now=timezone.now())

    assert wall.was_seen(session.pk, now_code(session), now=timezone.now()) is False


def test_the_scanned_code_is_remembered_while_the_person_signs_in(me, person, session, time_machine):
    BookingFactory(session=session, participant=person)
    answer = me.get(reverse("trainings:wall_seen"), {"sesi": session.pk, "kode": now_code(session)})
    time_machine.shift(timedelta(minutes=5))

    page = me.get(answer["Location"])
    told = me.post(CHECK_IN).context["told"]

    assert (page.context["needs_code"], told["tone"]) == (False, "ok")


@pytest.mark.parametrize("query", [{}, {"sesi": "x"}, {"sesi": "999999"}, {"sesi": "1", "kode": "000000"}])
def test_a_wrong_address_asks_for_the_code(me, query):
    answer = me.get(reverse("trainings:wall_seen"), query)

    assert answer["Location"].startswith(CHECK_IN)
    assert me.get(answer["Location"]).context["needs_code"] is True


def test_who_is_not_signed_in_checks_in_from_the_page_of_the_own_card(client, person, session):
    BookingFactory(session=session, participant=person)
    token = cards.address_of(
        cards.issue(participant_id=person.pk, by=member(Role.KECAMATAN, "31.73.07"))
    ).split("/")[-2]
    address = reverse("trainings:check_in_by_card", args=[token])

    page = client.post(address, {"kode": now_code(session)})

    assert page.context["told"]["tone"] == "ok"
    assert person.full_name not in page.content.decode()
    assert session.scans.standing().get().participant == person


def test_a_withdrawn_card_opens_no_check_in(client, person):
    by = member(Role.KECAMATAN, "31.73.07")
    token = cards.address_of(cards.issue(participant_id=person.pk, by=by)).split("/")[-2]
    cards.withdraw(participant_id=person.pk, by=by)

    assert client.get(reverse("trainings:check_in_by_card", args=[token])).status_code == 404


def test_rule_30_ten_past_midnight_nobody_checks_into_the_session_of_yesterday(person):
    session = SessionFactory(starts_at=day_at(0, 20))
    BookingFactory(session=session, participant=person)

    assert wall.sessions_of(person, now=day_at(0, 23)) == [session]
    assert wall.sessions_of(person, now=day_at(1, 0) + timedelta(minutes=10)) == []
