"""Signed calls of WhatsApp, stored and worked through, in any order and number."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from okoce.embedded.cloud_api import Accepted, envelope, status_of
from okoce.notifications import fallback, outbox, receipts
from okoce.notifications.models import DeliveryReceipt, Message, WebhookCall
from okoce.notifications.services import queue
from tests.factories import ParticipantFactory

pytestmark = pytest.mark.django_db

PHONE = "+6281234567890"


@pytest.fixture(autouse=True)
def _kinds(domain):
    domain.fresh = {"words": "sesi Anda besok."}
    return domain


@pytest.fixture
def call(client, whatsapp):
    """`call(bytes or body, signature=…)` posts to the webhook."""

    def post(said, signature=None):
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        return client.post(
            reverse("notifications:whatsapp"),
            content,
            content_type="application/json",
            headers={"X-Hub-Signature-256": whatsapp.sign(content) if signature is None else signature},
        )

    return post


@pytest.fixture
def sent(whatsapp) -> Accepted:
    person = ParticipantFactory(full_name="Siti", phone=PHONE, email="siti@example.org")
    queue(kind="greeting", key="greeting:1", participant_id=person.pk)
    outbox.drain()
    return whatsapp.accepted[0]


def state():
    message = Message.objects.get(key="greeting:1")
    return message.receipt, message.falls_back_at is not None


def test_receipts_move_a_message_forward(call, sent):
    assert state() == ("accepted", True)
    for status, expected in (
        ("sent", ("sent", True)),
        ("delivered", ("delivered", False)),
        ("read", ("read", False)),
    ):
        assert call(envelope(statuses=[status_of(sent, status)])).status_code == 200
        receipts.work_through()
        assert state() == expected

    events = Message.objects.get(key="greeting:1").events.values_list("event", flat=True)
    assert list(events) == ["sent", "delivered", "read"]


def test_rule_57_repeated_and_shuffled_receipts_never_move_it_back(call, sent):
    for status in ("read", "sent", "delivered", "delivered", "sent", "read"):
        call(envelope(statuses=[status_of(sent, status)]))
    receipts.work_through()

    assert state() == ("read", False)
    assert DeliveryReceipt.objects.count() == 3


def test_rule_57_the_same_bytes_twice_are_one_call(call, sent):
    body = envelope(statuses=[status_of(sent, "delivered")])

    assert [call(body).status_code for _time in range(3)] == [200, 200, 200]

    assert WebhookCall.objects.count() == 1


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 64, "sha1=abc", "ÿ"])
def test_rule_57_a_wrong_or_missing_signature_is_refused_and_nothing_is_stored(call, sent, signature):
    answer = call(envelope(statuses=[status_of(sent, "delivered")]), signature=signature)

    assert answer.status_code == 403
    assert not WebhookCall.objects.exists()


def test_rule_57_without_an_app_secret_nobody_is_believed(call, sent, settings):
    settings.WHATSAPP_APP_SECRET = ""

    assert call(envelope(statuses=[status_of(sent, "delivered")])).status_code == 403


def test_the_signature_is_of_the_raw_bytes(call, whatsapp, sent):
    body = json.dumps(envelope(statuses=[status_of(sent, "delivered")]))
    signature = whatsapp.sign(body.encode())

    assert call(body.replace(": ", ":").encode(), signature=signature).status_code == 403


def test_rule_57_a_receipt_of_an_unknown_message_is_kept_and_is_no_error(call, sent):
    stranger = Accepted("wamid.asing", PHONE, "x", "id", (), "")

    call(envelope(statuses=[status_of(stranger, "delivered")]))
    receipts.work_through()

    assert DeliveryReceipt.objects.get().provider_id == "wamid.asing"
    assert WebhookCall.objects.get().problem == ""
    assert state() == ("accepted", True)


def test_a_receipt_finds_its_message_by_the_reference_alone(call, sent):
    Message.objects.update(provider_id="", receipt="")

    call(envelope(statuses=[status_of(sent, "delivered")]))
    receipts.work_through()

    assert Message.objects.get().provider_id == sent.wamid
    assert state() == ("delivered", False)


def test_failed_is_overruled_only_by_the_proof_that_it_arrived(call, sent):
    call(envelope(statuses=[status_of(sent, "failed", code=131026), status_of(sent, "sent")]))
    receipts.work_through()
    message = Message.objects.get()
    assert (message.receipt, message.reason) == ("failed", "whatsapp:131026")

    call(envelope(statuses=[status_of(sent, "delivered")]))
    receipts.work_through()
    message.refresh_from_db()
    assert (message.receipt, message.reason) == ("delivered", "")


def test_what_failed_later_goes_on_by_the_next_channel(call, sent, mail):
    call(envelope(statuses=[status_of(sent, "failed", code=131049)]))
    receipts.work_through()

    assert fallback.pass_on(now=timezone.now()) == 1
    outbox.drain()

    assert mail.box.keys == ["greeting:1|email"]


def test_without_a_receipt_in_four_hours_the_next_channel_takes_over(sent, mail):
    now = timezone.now()

    assert fallback.pass_on(now=now + timedelta(hours=3, minutes=59)) == 0
    assert fallback.pass_on(now=now + timedelta(hours=4, minutes=1)) == 1


def test_a_call_for_another_number_changes_nothing(call, sent):
    call(envelope(statuses=[status_of(sent, "read")], phone_id="999"))
    receipts.work_through()

    assert WebhookCall.objects.get().problem == "not_ours"
    assert state() == ("accepted", True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"bukan json",
        b"[]",
        b"null",
        b'{"entry": 5}',
        b'{"entry": [{"changes": [{"field": "messages"}]}]}',
    ],
)
def test_a_signed_call_that_cannot_be_read_is_noted_and_blocks_nobody(call, sent, body):
    assert call(body).status_code == 200
    call(envelope(statuses=[status_of(sent, "delivered")]))

    assert receipts.work_through() == 2
    assert state() == ("delivered", False)
    assert WebhookCall.objects.filter(problem__in=["unreadable", "not_ours"]).count() == 1


def test_a_time_in_the_future_is_taken_as_now(call, sent):
    status = status_of(sent, "delivered") | {"timestamp": "99999999999"}

    call(envelope(statuses=[status]))
    receipts.work_through()

    assert Message.objects.get().receipt_at <= timezone.now()


def test_a_call_of_more_than_three_megabytes_is_refused(call, whatsapp):
    assert call(b"x" * (3 * 1024 * 1024 + 1)).status_code == 413
    assert call(b"x" * (3 * 1024 * 1024 - 1)).status_code == 200


def test_what_a_call_held_is_sealed_and_gone_once_it_is_worked_through(call, sent):
    call(envelope(statuses=[status_of(sent, "delivered")]))
    kept = bytes(WebhookCall.objects.get().content_ciphertext)
    receipts.work_through()

    assert PHONE.lstrip("+").encode() not in kept
    assert WebhookCall.objects.get().content_ciphertext is None


def test_meta_may_prove_the_address_only_with_our_word(client, whatsapp):
    path = reverse("notifications:whatsapp")
    question = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}

    right = client.get(path, {**question, "hub.verify_token": "bukti"})
    wrong = client.get(path, {**question, "hub.verify_token": "lain"})

    assert (right.status_code, right.content) == (200, b"1158201444")
    assert right["Content-Type"].startswith("text/plain")
    assert wrong.status_code == 403
