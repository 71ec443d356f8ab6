"""A stopped campaign stops, also with a batch in hand; what was sent stays told, and the rest can go on."""

import threading
import time

import pytest
from django.db import connections
from django.utils import timezone

from okoce.notifications import campaigning, campaigns, outbox
from okoce.notifications.channels.email import SmtpSender
from okoce.notifications.models import Campaign, DeliveryEvent, Message
from okoce.notifications.services import Draft, queue_many
from tests.factories import ParticipantFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _kinds(domain):
    return domain


def running(**fields) -> Campaign:
    now = timezone.now()
    by = fields.pop("made_by", None) or UserFactory()
    return Campaign.objects.create(
        title="Kabar", announcement="Pendaftaran dibuka", audience="everybody", page="home",
        office="Provinsi",
        made_by=by, asked_at=now, started_at=now, ends_at=now + campaigning.LASTS, queued_at=now, **fields,
    )  # fmt: skip


def greet(campaign: Campaign | None, count: int, **fields) -> None:
    drafts = [
        Draft(
            key=f"greeting:{campaign.pk if campaign else 0}:{n}",
            participant_id=ParticipantFactory(email=f"p{n}@example.org").pk,
            campaign_id=campaign.pk if campaign else None,
            **fields,
        )
        for n in range(count)
    ]
    queue_many(kind="greeting", drafts=drafts)


def states(campaign: Campaign) -> list[tuple[str, str]]:
    return sorted(set(Message.objects.filter(campaign=campaign).values_list("state", "reason")))


def test_a_stopped_campaign_sends_nothing_and_others_go(mail):
    campaign = running()
    greet(campaign, 3)
    greet(None, 2)
    campaigns.stop(campaign=campaign, by=UserFactory())

    outbox.drain()

    assert states(campaign) == [("held", "campaign_stopped")]
    assert len(mail.box.keys) == 2
    assert Message.objects.filter(campaign=campaign, attempts=0).count() == 3


def test_the_stop_is_felt_between_two_letters_of_a_batch_in_hand(mail, monkeypatch):
    """A drain runs in a thread with all letters in one batch; one at most goes after the stop."""
    campaign = running()
    greet(campaign, 40)
    sent, from_outside = [], UserFactory()
    original = SmtpSender.send

    def slow(sender, letter):
        given_id = original(sender, letter)
        sent.append(time.monotonic())
        time.sleep(0.02)
        return given_id

    monkeypatch.setattr(SmtpSender, "send", slow)

    def drain():
        try:
            outbox.drain(batch=50)
        finally:
            connections.close_all()

    thread = threading.Thread(target=drain)
    thread.start()
    while len(sent) < 5 and thread.is_alive():
        time.sleep(0.005)
    campaigns.stop(campaign=campaign, by=from_outside)
    stopped_at = time.monotonic()
    thread.join(30)

    after = [moment for moment in sent if moment > stopped_at]
    assert len(after) <= 1
    assert len(mail.box.keys) == len(sent) < 40
    assert states(campaign) == [("held", "campaign_stopped"), ("sent", "")]


def test_going_on_sends_the_rest_once(mail):
    campaign, by = running(), UserFactory()
    greet(campaign, 4)
    campaigns.stop(campaign=campaign, by=by)
    outbox.drain()
    campaigns.go_on(campaign=campaign, by=by)
    campaigning.work()

    outbox.drain()

    assert states(campaign) == [("sent", "")]
    assert len(mail.box.keys) == 4
    assert DeliveryEvent.objects.filter(event="released").count() == 4


def test_stopping_twice_and_going_on_twice_change_nothing_more():
    campaign, by = running(), UserFactory()

    assert campaigns.stop(campaign=campaign, by=by) is True
    assert campaigns.stop(campaign=campaign, by=by) is False
    assert campaigns.go_on(campaign=campaign, by=by) is True
    assert campaigns.go_on(campaign=campaign, by=by) is False


def test_what_a_drain_laid_aside_too_late_is_taken_up_again(mail):
    """The drain read "stopped" and wrote it down after sending had been allowed to go on."""
    campaign = running()
    greet(campaign, 1)
    Message.objects.update(state="held", reason=campaigns.STOPPED)

    campaigning.work()

    assert states(campaign) == [("pending", "")]


def test_texts_by_hand_of_a_stopped_campaign_are_not_to_be_sent():
    campaign, by = running(), UserFactory()
    queue_many(
        kind="greeting",
        drafts=[
            Draft(key="greeting:1", participant_id=ParticipantFactory(email="").pk, campaign_id=campaign.pk)
        ],
    )
    assert states(campaign) == [("ready", "")]

    campaigns.stop(campaign=campaign, by=by)
    assert states(campaign) == [("held", "campaign_stopped")]

    campaigns.go_on(campaign=campaign, by=by)
    campaigning.work()
    assert states(campaign) == [("ready", "")]


def test_the_spam_limit_stops_every_campaign_and_says_so(whatsapp):
    first, second = running(), running()
    greet(first, 3)
    whatsapp.misbehave = lambda body: (400, {"error": {"code": 131048, "message": "Spam rate limit hit"}})

    outbox.drain()

    assert set(Campaign.objects.values_list("stop_reason", flat=True)) == {"whatsapp:131048"}
    assert Campaign.objects.filter(stopped_at__isnull=False, stopped_by=None).count() == 2
    assert states(first) == [("held", "campaign_stopped")]
    assert second.pk != first.pk


def test_nobody_of_a_stopped_campaign_is_passed_on_to_the_next_channel():
    from okoce.notifications import fallback

    campaign, by = running(), UserFactory()
    greet(campaign, 1)
    Message.objects.update(
        state="sent", channel="email", finished_at=timezone.now(), falls_back_at=timezone.now()
    )
    campaigns.stop(campaign=campaign, by=by)

    assert fallback.pass_on(now=timezone.now()) == 0
    assert Message.objects.get().falls_back_at is not None
