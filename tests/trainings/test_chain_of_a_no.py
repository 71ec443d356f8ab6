"""A no at 10.00: the seat is free, the next is offered it, takes it, and both know, each step within two
minutes of the given clock. On an ordinary day, on a holiday, and in Ramadan.
"""

import json
from datetime import datetime, timedelta

import pytest

from okoce.embedded.cloud_api import CloudApiServer, envelope, written
from okoce.notifications import inbound, outbox, receipts
from okoce.notifications.models import Message
from tests.factories import BookingFactory, ParticipantFactory, SessionFactory, WaitingFactory
from tests.factories.trainings import HolidayFactory, RamadanFactory
from tests.okoce.notifications.conftest import connect
from tests.participants.test_rights import as_participant
from trainings import messages
from trainings.models import Booking
from trainings.scheduling import JAKARTA

pytestmark = pytest.mark.django_db

SITI, BUDI = "+6281234567890", "+6281298765432"
SOON = timedelta(minutes=2)


def at(month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=JAKARTA)


ORDINARY, HOLIDAY, RAMADAN = at(8, 11, 10), at(8, 17, 10), at(3, 3, 10)


class Chain:
    """Siti has a seat, Budi waits for one; what they write comes by a signed call and the worker's tasks."""

    def __init__(self, whatsapp, time_machine, *, now, begins_at):
        self.whatsapp, self.time_machine, self.now = whatsapp, time_machine, now
        self.move_to(now.replace(hour=10, minute=0) - timedelta(days=1))
        self.session = SessionFactory(starts_at=begins_at, capacity=1)
        self.siti = ParticipantFactory(full_name="Siti", phone=SITI)
        self.budi = ParticipantFactory(full_name="Budi", phone=BUDI)
        seat = BookingFactory(session=self.session, participant=self.siti, state="invited", answered_at=None)
        WaitingFactory(participant=self.budi, since=now - timedelta(days=5))
        messages.queue_invitations(self.session, [seat], now=self.time)
        self.drain()
        (self.invitation,) = whatsapp.accepted
        self.move_to(now)

    def move_to(self, moment: datetime) -> None:
        self.time = moment
        self.time_machine.move_to(moment, tick=False)

    def later(self, seconds: int) -> None:
        self.move_to(self.time + timedelta(seconds=seconds))

    def drain(self) -> list:
        """The letters of this one drain, by whom they went to."""
        before = len(self.whatsapp.accepted)
        outbox.drain(now=self.time)
        return sorted((one.to, one.template) for one in self.whatsapp.accepted[before:])

    def writes(self, phone: str, text: str, *, answering: str) -> None:
        self.whatsapp.wrote[phone] = self.time.timestamp()
        said = envelope(messages=[written(phone, text, answering=answering, at=self.time.timestamp())])
        receipts.keep(json.dumps(said).encode())
        receipts.work_through()
        inbound.work_through()

    def state_of(self, person) -> str:
        return Booking.objects.get(session=self.session, participant=person).state

    def gone_at(self, kind: str, person) -> datetime:
        return Message.objects.get(kind=kind, participant_id=person.pk, state="sent").finished_at


@pytest.fixture
def chain(settings, time_machine):
    settings.MESSAGES_AT_ANY_HOUR = False
    server = CloudApiServer().start()
    connect(settings, server)
    yield lambda **times: Chain(server.api, time_machine, **times)
    server.stop()


@pytest.fixture
def _calendar():
    HolidayFactory(day=HOLIDAY.date(), name="Hari Kemerdekaan")
    RamadanFactory(
        first_day=RAMADAN.date() - timedelta(days=12), last_day=RAMADAN.date() + timedelta(days=16)
    )


@pytest.mark.usefixtures("_calendar")
@pytest.mark.parametrize(
    ("now", "begins_at"),
    [
        pytest.param(ORDINARY, at(8, 14, 9), id="an ordinary day"),
        pytest.param(HOLIDAY, at(8, 17, 15), id="a holiday, for a session of that day"),
        pytest.param(RAMADAN, at(3, 6, 9), id="in Ramadan"),
    ],
)
def test_a_no_at_10_frees_the_seat_the_next_takes_it_and_both_know_within_two_minutes(
    chain, client_as, now, begins_at
):
    told = chain(now=now, begins_at=begins_at)

    told.writes(SITI, "TIDAK", answering=told.invitation.wamid)
    assert (told.state_of(told.siti), told.state_of(told.budi)) == ("declined", "invited")

    told.later(15)
    assert told.drain() == sorted([(SITI, ""), (BUDI, "seat_offered")])  # one drain: the answer and the offer
    offer = next(one for one in told.whatsapp.accepted if one.template == "seat_offered")

    told.later(45)
    told.writes(BUDI, "Siap bu, saya hadir", answering=offer.wamid)
    assert told.state_of(told.budi) == "confirmed"
    told.later(15)
    assert told.drain() == [(BUDI, "")]

    assert told.gone_at("seat_offered", told.budi) - now <= SOON
    assert told.gone_at("whatsapp_reply", told.siti) - now <= SOON
    assert told.gone_at("whatsapp_reply", told.budi) - now <= SOON
    pages = [
        as_participant(client_as, one).get("/status/").content.decode() for one in (told.siti, told.budi)
    ]
    assert ["Hadiri kegiatan 1" in page for page in pages] == [False, True]
    assert told.time - now <= SOON


@pytest.mark.usefixtures("_calendar")
def test_on_a_holiday_an_offer_that_can_wait_stands_on_the_page_and_is_sent_the_next_morning(
    chain, client_as
):
    told = chain(now=HOLIDAY, begins_at=at(8, 21, 9))

    told.writes(SITI, "TIDAK", answering=told.invitation.wamid)
    told.later(15)

    assert told.drain() == [(SITI, "")]  # who wrote is answered at once, nobody else is disturbed
    assert told.state_of(told.budi) == "invited"
    seat = Booking.objects.get(session=told.session, participant=told.budi)
    assert seat.answer_by > at(8, 18, 8)  # the time to answer counts from the message
    assert "Motivasi" in as_participant(client_as, told.budi).get("/status/").content.decode()
    told.move_to(at(8, 18, 8, 0, 10))
    assert told.drain() == [(BUDI, "seat_offered")]


@pytest.mark.usefixtures("_calendar")
def test_in_ramadan_an_offer_waits_while_the_fast_is_broken(chain):
    told = chain(now=at(3, 3, 17, 45), begins_at=at(3, 6, 9))

    told.writes(SITI, "TIDAK", answering=told.invitation.wamid)
    told.later(15)
    assert told.drain() == [(SITI, "")]

    told.move_to(at(3, 3, 19, 0, 10))
    assert told.drain() == [(BUDI, "seat_offered")]
