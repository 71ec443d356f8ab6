"""A stopped campaign stops, also with a batch in hand; what was sent stays told, and the rest can go on."""

import json
import threading
import time

import pytest
from django.db import connections
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.embedded.cloud_api import envelope, status_of
from okoce.notifications import campaigning, campaigns, outbox, receipts, sending
from okoce.notifications.channels.email import SmtpSender
from okoce.notifications.models import Campaign, DeliveryEvent, Message
from okoce.notifications.services import Draft, queue_many
from tests.factories import ParticipantFactory, UserFactory, member

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


def test_the_stop_is_felt_after_the_window_in_hand(mail, monkeypatch):
    """A drain runs in a thread with all letters in one batch; a window of them at most goes after it."""
    campaign = running()
    greet(campaign, 150)
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
            outbox.drain(batch=200)
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
    assert len(after) <= sending.WINDOW_SECONDS / 0.02
    assert len(mail.box.keys) == len(sent) < 150
    assert states(campaign) == [("held", "campaign_stopped"), ("sent", "")]


def test_the_page_counts_what_was_laid_aside_as_waiting_and_not_as_given_up(client_as):
    campaign, by = running(), member(Role.PROVINCE)
    greet(campaign, 2)
    campaigns.stop(campaign=campaign, by=by)
    client = client_as(by)

    waiting = client.get(f"{campaign.get_absolute_url()}?tampil=menunggu").context["rows"]
    given_up = client.get(f"{campaign.get_absolute_url()}?tampil=gagal").context["rows"]

    assert (len(waiting), len(given_up)) == (2, 0)


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


# ---------------------------------------------------------------- while it is being put in


def filling(province) -> Campaign:
    campaign = running(made_by=province, membership=province.active_membership)
    Campaign.objects.filter(pk=campaign.pk).update(queued_at=None)
    for n in range(6):
        person = ParticipantFactory(email=f"p{n}@example.org")
        person.consents.create(
            purpose="messages", is_given=True, text_version="1", channel="counter", at=timezone.now()
        )
    return campaign


def test_a_stop_during_the_one_statement_of_a_piece_waits_for_nobody_and_undoes_the_piece(monkeypatch):
    """A piece is being put in by one connection while somebody presses the button on another."""
    province = member(Role.PROVINCE)
    campaign = filling(province)
    in_the_middle, stopped, took = threading.Event(), threading.Event(), []
    put_in = campaigning.queue_from

    def slow(*given, **values):
        new = put_in(*given, **values)
        in_the_middle.set()
        assert stopped.wait(60)
        return new

    monkeypatch.setattr(campaigning, "queue_from", slow)
    added = []

    def fill():
        try:
            added.append(campaigning.queue_next(campaign.pk, now=timezone.now()))
        finally:
            connections.close_all()

    thread = threading.Thread(target=fill)
    thread.start()
    assert in_the_middle.wait(60)
    began = time.monotonic()
    assert campaigns.stop(campaign=campaign, by=province) is True
    took.append(time.monotonic() - began)
    stopped.set()
    thread.join(60)

    assert took[0] < 30
    assert added == [None]
    assert not Message.objects.filter(campaign=campaign).exists()

    monkeypatch.setattr(campaigning, "queue_from", put_in)
    campaigns.go_on(campaign=campaign, by=province)
    campaigning.work()
    assert Message.objects.filter(campaign=campaign).count() == 6


def test_what_a_long_queue_still_holds_after_the_button_is_laid_aside_by_the_worker(monkeypatch):
    monkeypatch.setattr(campaigns, "AT_ONCE", 2)
    monkeypatch.setattr(campaigns, "IN_HAND_SECONDS", 0.0)
    nudged = []
    monkeypatch.setattr(campaigns, "nudge", lambda: nudged.append(1))
    campaign = running()
    greet(campaign, 5)
    campaigns.stop(campaign=campaign, by=UserFactory())
    held = Message.objects.filter(campaign=campaign, state="held")
    assert (held.count(), nudged) == (2, [1])

    campaigning.work()

    assert held.count() == 5


@pytest.mark.parametrize("code", [131048, 131042, 131031, 368])
def test_a_limit_of_the_whole_account_in_a_webhook_stops_campaigns_as_the_send_error_does(whatsapp, code):
    """The letter had been accepted; that it failed is told later."""
    first, second = running(), running()
    greet(first, 1)
    outbox.drain()
    told = receipts_of(whatsapp.accepted[0], code)

    receipts.keep(told)
    receipts.work_through()

    assert set(Campaign.objects.values_list("stop_reason", flat=True)) == {f"whatsapp:{code}"}
    assert second.pk != first.pk


def test_the_same_webhook_again_or_an_old_one_does_not_stop_what_somebody_let_go_on(whatsapp):
    campaign, by = running(), UserFactory()
    greet(campaign, 2)
    outbox.drain()
    one, other = whatsapp.accepted
    receipts.keep(receipts_of(one, 131048))
    receipts.work_through()
    campaigns.go_on(campaign=campaign, by=by)

    receipts.keep(receipts_of(one, 131048) + b" ")
    receipts.keep(receipts_of(other, 131048, at=time.time() - 7200))
    receipts.work_through()

    campaign.refresh_from_db()
    assert not campaign.is_stopped


def test_one_that_failed_for_its_own_sake_stops_no_campaign(whatsapp):
    campaign = running()
    greet(campaign, 1)
    outbox.drain()

    receipts.keep(receipts_of(whatsapp.accepted[0], 131026))
    receipts.work_through()

    campaign.refresh_from_db()
    assert not campaign.is_stopped


def receipts_of(one, code, *, at=None) -> bytes:
    told = status_of(one, "failed", code=code)
    if at is not None:
        told["timestamp"] = str(int(at))
    return json.dumps(envelope(statuses=[told])).encode()
