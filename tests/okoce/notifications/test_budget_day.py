"""A new number with 250 people a day and 400 people tomorrow: the nearest by WhatsApp, the rest by the next
channel, all today, and the desk says so.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from okoce.notifications import budget, desk, fallback, outbox
from okoce.notifications.desk_words import forecast_in_words, spread_in_words
from okoce.notifications.enums import Channel
from okoce.notifications.models import Message
from okoce.notifications.services import Draft, queue_many
from participants.models import Participant
from tests.factories import ParticipantFactory

pytestmark = pytest.mark.django_db

SESSIONS, PEOPLE, A_DAY = 4, 100, 250
CAUSE = "tests.session"


@pytest.fixture(autouse=True)
def _kinds(domain):
    return domain


@pytest.fixture
def people() -> list[int]:
    """400 people with a phone and an e-mail address, in one statement."""
    one = ParticipantFactory(email="")
    rows = [
        Participant(
            number=f"JB-PM-7{n:04d}", full_name=f"Siti {n}", name_key=f"siti {n}", email=f"p{n}@example.org",
            birth_date=one.birth_date, sex=one.sex, kelurahan_id=one.kelurahan_id, source=one.source,
            kecamatan_id=one.kecamatan_id, city_id=one.city_id, registered_on=one.registered_on,
        )
        for n in range(SESSIONS * PEOPLE)
    ]  # fmt: skip
    for n, row in enumerate(rows):
        row.phone = f"+62813{n:08d}"
        row.nik = f"31730750{n // 1000:02d}90{n % 1000 + 9000:04d}"
    return [row.pk for row in Participant.objects.bulk_create(rows)]


def test_the_nearest_250_go_by_whatsapp_and_the_others_by_the_next_channel(people, whatsapp, mail, settings):
    settings.WHATSAPP_NEW_PEOPLE_A_DAY = A_DAY
    begins = [timezone.now() + timedelta(hours=10 + 2 * n) for n in range(SESSIONS)]
    for n in reversed(range(SESSIONS)):  # whoever was queued first does not matter
        queue_many(
            kind="greeting",
            drafts=[
                Draft(key=f"greeting:{n}:{pk}", participant_id=pk, expires_at=begins[n])
                for pk in people[n * PEOPLE : (n + 1) * PEOPLE]
            ],
            cause=(CAUSE, n),
        )
    beforehand = [budget.forecast((CAUSE, n), now=timezone.now()) for n in range(SESSIONS)]
    assert [(one.fit, one.beyond) for one in beforehand] == [(100, 0), (100, 0), (50, 50), (0, 100)]
    assert "50" in forecast_in_words(beforehand[2])

    outbox.drain(seconds=60)
    fallback.pass_on(now=timezone.now() + timedelta(seconds=1))
    outbox.drain(seconds=60)

    by_whatsapp = Message.objects.filter(channel=Channel.WHATSAPP, state="sent")
    by_email = Message.objects.filter(channel=Channel.EMAIL, state="sent")
    assert [by_whatsapp.filter(cause_id=n).count() for n in range(SESSIONS)] == [100, 100, 50, 0]
    assert [by_email.filter(cause_id=n).count() for n in range(SESSIONS)] == [0, 0, 50, 100]
    told = Message.objects.filter(state="sent")
    assert told.values("participant_id").distinct().count() == SESSIONS * PEOPLE

    assert spread_in_words(desk.spread_of((CAUSE, 0))) == ""
    said = spread_in_words(desk.spread_of((CAUSE, 2)))
    assert said.startswith("50 lewat WhatsApp; 50 lewat E-mail")
    assert "250" in said
