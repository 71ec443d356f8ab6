"""A new WhatsApp number with 250 people a day, and 400 people tomorrow: the nearest by WhatsApp, the rest by
the next channel, all of them before 20.00, and the desk says why.
"""

from datetime import datetime
from types import SimpleNamespace

import pytest
from django.db.models import Max
from django.urls import reverse

from okoce.accounts.roles import Role
from okoce.embedded.cloud_api import CloudApiServer
from okoce.embedded.sms_gateway import TOKEN, SmsGatewayServer
from okoce.notifications import budget, fallback, outbox
from okoce.notifications.enums import Channel
from okoce.notifications.models import Message
from participants.models import Participant
from tests.factories import ParticipantFactory, SessionFactory, member
from tests.okoce.notifications.conftest import connect
from trainings import messages, reminders
from trainings.models import Booking
from trainings.scheduling import JAKARTA

pytestmark = pytest.mark.django_db

A_DAY, MORNING, NOON, AFTERNOON = 250, 150, 150, 100  # people a day; people of the three sessions


def at(hour: int, minute: int = 0, second: int = 0, *, day: int = 10) -> datetime:
    """Of Monday, 10 August 2026: an ordinary day before an ordinary day."""
    return datetime(2026, 8, day, hour, minute, second, tzinfo=JAKARTA)


@pytest.fixture(autouse=True)
def _decent(settings):
    settings.MESSAGES_AT_ANY_HOUR = False


@pytest.fixture
def gateways(settings):
    """WhatsApp with a new number, and an SMS gateway behind it."""
    whatsapp, sms = CloudApiServer().start(), SmsGatewayServer().start()
    connect(settings, whatsapp)
    settings.SMS_GATEWAY, settings.SMS_TOKEN = sms.json_shape(), TOKEN
    settings.SMS_RECEIPT_SECRET = "rahasia-kabar-sms"
    yield SimpleNamespace(whatsapp=whatsapp.api, sms=sms.gateway)
    whatsapp.stop()
    sms.stop()


@pytest.fixture
def sessions_of(time_machine, settings):
    """Three sessions of tomorrow, the latest made first. ``part``: one of so many of the people."""

    def make(*, part=1):
        settings.WHATSAPP_NEW_PEOPLE_A_DAY = A_DAY // part
        return _sessions(time_machine, part)

    return make


def _sessions(time_machine, part):
    time_machine.move_to(at(9), tick=False)
    afternoon, noon, morning = (
        SessionFactory(starts_at=at(hour, day=11), capacity=200) for hour in (16, 13, 9)
    )
    people = _people((MORNING + NOON + AFTERNOON) // part)
    for session, count in ((afternoon, AFTERNOON), (noon, NOON), (morning, MORNING)):
        mine, people = people[: count // part], people[count // part :]
        Booking.objects.bulk_create(
            Booking(
                session=session, participant_id=pk, state="confirmed", queue_number=n,
                during=(session.starts_at, session.ends_at), booked_at=at(9, day=1),
            )
            for n, pk in enumerate(mine, 1)
        )  # fmt: skip
    return morning, noon, afternoon


def _people(count: int) -> list[int]:
    """With a phone each, in one statement."""
    one = ParticipantFactory(email="")
    rows = [
        Participant(
            number=f"JB-PM-7{n:04d}", full_name=f"Siti {n}", name_key=f"siti {n}", source=one.source,
            birth_date=one.birth_date, sex=one.sex, kelurahan_id=one.kelurahan_id,
            kecamatan_id=one.kecamatan_id, city_id=one.city_id, registered_on=one.registered_on,
        )
        for n in range(count)
    ]  # fmt: skip
    for n, row in enumerate(rows):
        row.phone = f"+62813{n:08d}"
        row.nik = f"31730750{n // 1000:02d}90{n % 1000 + 9000:04d}"
    return [row.pk for row in Participant.objects.bulk_create(rows)]


def clock(time_machine, moment: datetime) -> datetime:
    time_machine.move_to(moment, tick=False)
    return moment


def drain(time_machine, moment: datetime) -> None:
    outbox.drain(seconds=120, now=clock(time_machine, moment))


def pass_on(time_machine, moment: datetime) -> None:
    """As the clock does every 30 seconds."""
    fallback.pass_on(now=clock(time_machine, moment))


def sent_by(channel: Channel, session) -> int:
    return Message.objects.about(messages.CAUSE, session.pk).filter(channel=channel, state="sent").count()


def desk_words(client_as, session) -> str:
    office = client_as(member(Role.KECAMATAN, session.kecamatan_id))
    return office.get(reverse("trainings:desk", args=[session.pk])).context["spread"]


def test_rule_55_the_nearest_250_go_by_whatsapp_and_150_by_sms_all_before_20_00_and_the_desk_says_so(
    gateways, sessions_of, client_as, time_machine
):
    sessions = morning, noon, afternoon = sessions_of()
    reminders.queue_session_reminders(now=clock(time_machine, at(15)))
    forecasts = [budget.forecast((messages.CAUSE, one.pk), now=at(15)) for one in sessions]
    assert [(one.fit, one.beyond) for one in forecasts] == [(150, 0), (100, 50), (0, 100)]
    assert (
        "100 orang di halaman ini masuk hari ini, yang terdekat lebih dahulu; 50 menerimanya"
        in desk_words(client_as, noon)
    )

    drain(time_machine, at(15, 0, 15))
    pass_on(time_machine, at(15, 0, 45))
    drain(time_machine, at(15, 1))

    assert [sent_by(Channel.WHATSAPP, one) for one in sessions] == [150, 100, 0]
    assert [sent_by(Channel.SMS, one) for one in sessions] == [0, 50, 100]
    assert (len(gateways.whatsapp.accepted), len(gateways.sms.taken)) == (250, 150)
    everybody_was_told_before(at(20), people=400)
    assert desk_words(client_as, morning) == ""
    assert desk_words(client_as, noon) == (
        "100 lewat WhatsApp; 50 lewat SMS, karena WhatsApp mengizinkan nomor baru memulai dengan 250 orang "
        "sehari."
    )
    assert desk_words(client_as, afternoon).startswith("0 lewat WhatsApp; 100 lewat SMS, karena")


def everybody_was_told_before(moment: datetime, *, people: int) -> None:
    told = Message.objects.filter(state="sent")
    assert told.values("participant_id").distinct().count() == people == told.count()
    assert told.aggregate(last=Max("finished_at"))["last"] < moment
    assert not Message.objects.filter(state__in=["pending", "held"]).exists()


def test_what_is_queued_at_19_30_is_not_put_off_until_the_next_day(gateways, sessions_of, time_machine):
    sessions = sessions_of(part=10)
    reminders.queue_session_reminders(now=clock(time_machine, at(19, 30)))

    drain(time_machine, at(19, 30, 15))
    pass_on(time_machine, at(19, 30, 45))
    drain(time_machine, at(19, 31))

    assert [sent_by(Channel.WHATSAPP, one) for one in sessions] == [15, 10, 0]
    assert [sent_by(Channel.SMS, one) for one in sessions] == [0, 5, 10]
    everybody_was_told_before(at(20), people=40)


def test_what_is_queued_at_19_59_and_does_not_get_away_goes_at_8_and_the_desk_says_so(
    gateways, sessions_of, client_as, time_machine
):
    morning, noon, afternoon = sessions_of(part=10)
    reminders.queue_session_reminders(now=clock(time_machine, at(19, 59)))
    drain(time_machine, at(19, 59, 15))
    pass_on(time_machine, at(20, 0, 15))
    drain(time_machine, at(20, 0, 30))

    assert (len(gateways.whatsapp.accepted), len(gateways.sms.taken)) == (25, 0)
    later = "pesan dikirim pada 11 Agu 2026, 08.00: sebelum itu tidak ada yang diganggu."
    assert desk_words(client_as, morning) == ""
    assert desk_words(client_as, noon).endswith(f"sehari. 5 {later}")
    assert desk_words(client_as, afternoon).endswith(f"sehari. 10 {later}")

    drain(time_machine, at(7, 59, day=11))
    assert len(gateways.sms.taken) == 0
    drain(time_machine, at(8, 0, 5, day=11))
    everybody_was_told_before(morning.starts_at, people=40)


def test_at_night_the_desk_says_when_the_reminders_go(gateways, sessions_of, client_as, time_machine):
    morning, *_others = sessions_of(part=10)
    reminders.queue_session_reminders(now=clock(time_machine, at(6)))

    assert "15 pesan dikirim pada 10 Agu 2026, 08.00" in desk_words(client_as, morning)


def test_the_drain_counts_the_people_of_the_day_by_its_own_clock(gateways, sessions_of, time_machine):
    """Yesterday's people make room again a day later, to the minute."""
    sessions_of(part=10)
    reminders.queue_session_reminders(now=clock(time_machine, at(15)))
    drain(time_machine, at(15))

    moments = (at(15, 1), at(14, 59, day=11), at(15, 0, 1, day=11))
    assert [budget.of(Channel.WHATSAPP, now=one).left for one in moments] == [0, 0, 25]
