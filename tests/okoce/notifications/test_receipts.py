"""Signed calls of WhatsApp, stored and worked through, in any order and number."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from okoce.embedded.cloud_api import PORTFOLIO, Accepted, envelope, status_of, written
from okoce.notifications import fallback, inbound, outbox, receipts
from okoce.notifications.models import DeliveryReceipt, Inbound, Message, WebhookCall
from okoce.notifications.services import queue
from okoce.notifications.views import webhook
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


def of_another(said, *, account=None, **metadata):
    """The same call as it would be for a number of another portfolio."""
    said["entry"][0]["id"] = account or said["entry"][0]["id"]
    said["entry"][0]["changes"][0]["value"]["metadata"] |= metadata
    return said


OTHER_NUMBER = {"phone_number_id": "999", "display_phone_number": "628110000000"}


@pytest.mark.parametrize(
    "other",
    [
        OTHER_NUMBER,
        {"phone_number_id": "999"},  # though it is displayed as ours
        {"account": "555", **OTHER_NUMBER},
        {"account": "555"},  # though the number is said to be ours
    ],
)
def test_a_call_for_the_number_of_another_portfolio_is_stored_and_changes_nothing(
    call, sent, settings, other
):
    settings.WHATSAPP_ACCOUNT_ID = PORTFOLIO
    said = envelope(statuses=[status_of(sent, "read")], messages=[written(PHONE, "BERHENTI")])

    assert call(of_another(said, **other)).status_code == 200
    receipts.work_through()
    inbound.work_through()

    assert WebhookCall.objects.get().problem == "not_ours"
    assert state() == ("accepted", True)
    assert not DeliveryReceipt.objects.exists()
    assert not Inbound.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"bukan json",
        b"[]",
        b"null",
        b"[" * 2_000_000,
        b'{"entry":' * 100_000,
        b"\xff\xfe",
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


@pytest.mark.parametrize(
    "broken",
    [
        None, 7, "sent", [],
        {"id": None, "status": "read"},
        {"id": ["a"], "status": "read"},
        {"id": "wamid.x\x00", "status": "read"},
        {"id": "wamid.\ud800", "status": "read"},
        {"id": "wamid.x", "status": ["read"]},
        {"id": "wamid.x", "status": "failed", "errors": {"code": 1}},
        {"id": "wamid.x", "status": "failed", "errors": [None]},
        {"id": "wamid.x", "status": "failed", "errors": [{"code": 10**40}]},
        {"id": "wamid.x", "status": "failed", "errors": [{"code": "131026"}], "recipient_id": {"a": 1}},
        {"id": "wamid.x", "status": "read", "recipient_id": "\x00\ud800", "timestamp": [1]},
        {"id": "wamid.x", "status": "read", "timestamp": 1e400, "biz_opaque_callback_data": {"a": [1]}},
        {"id": "wamid.x", "status": "read", "timestamp": "-99999999999999"},
    ],
)  # fmt: skip
def test_one_broken_status_does_not_cost_the_others_of_its_call(call, sent, broken):
    assert call(envelope(statuses=[broken, status_of(sent, "delivered")])).status_code == 200
    receipts.work_through()

    assert state() == ("delivered", False)
    assert WebhookCall.objects.get().problem == ""


@pytest.mark.parametrize(
    "value", [None, 5, [], {"statuses": None}, {"statuses": {"id": 1}, "messages": "ya"}]
)
def test_a_broken_part_of_a_call_does_not_cost_the_other_parts(call, sent, value):
    whole = envelope(statuses=[status_of(sent, "delivered")])
    (change,) = whole["entry"][0]["changes"]
    broken = {"field": "messages", "value": value}
    if isinstance(value, dict):
        broken["value"] = {**value, "metadata": change["value"]["metadata"]}
    whole["entry"] = [None, {"changes": None}, {"changes": [3, {"field": []}, broken, change]}]

    call(whole)
    receipts.work_through()

    assert state() == ("delivered", False)


def test_a_fault_of_ours_holds_up_no_later_call(call, sent, monkeypatch):
    call(envelope(statuses=[]))
    call(envelope(statuses=[status_of(sent, "delivered")]))
    monkeypatch.setattr(receipts.registering, "note", failing_once())

    assert receipts.work_through() == 2
    assert state() == ("delivered", False)
    assert WebhookCall.objects.filter(problem="failed").count() == 1


def failing_once():
    calls = []

    def note(news):
        calls.append(news)
        if len(calls) == 1:
            raise ZeroDivisionError

    return note


def test_a_call_whose_request_begins_anew_is_stored_whole(rf, whatsapp, sent):
    """As the middleware does when the database ends the connection in the middle of it."""
    content = json.dumps(envelope(statuses=[status_of(sent, "delivered")])).encode()
    request = rf.post(
        reverse("notifications:whatsapp"), content, content_type="application/json",
        headers={"X-Hub-Signature-256": whatsapp.sign(content)},
    )  # fmt: skip

    answers = [webhook.whatsapp(request).status_code for _time in range(2)]
    receipts.work_through()

    assert answers == [200, 200]
    assert state() == ("delivered", False)


def test_a_call_that_cannot_be_stored_is_no_200_so_that_it_is_told_again(call, client, sent, monkeypatch):
    def full(*_rows, **_how):
        raise OperationalError("No space left on device")

    client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(receipts.WebhookCall.objects, "bulk_create", full)
        refused = call(envelope(statuses=[status_of(sent, "delivered")]))
    again = call(envelope(statuses=[status_of(sent, "delivered")]))

    assert (refused.status_code, again.status_code) == (500, 200)
    assert WebhookCall.objects.count() == 1


def test_a_database_that_is_full_keeps_the_call_for_later(call, sent, monkeypatch):
    def full(news):
        raise OperationalError("No space left on device")

    call(envelope(statuses=[status_of(sent, "delivered")]))
    with monkeypatch.context() as broken:
        broken.setattr(receipts.registering, "note", full)
        with pytest.raises(OperationalError):
            receipts.work_through()

    assert WebhookCall.objects.get().processed_at is None
    assert receipts.work_through() == 1
    assert state() == ("delivered", False)


def test_a_call_with_many_statuses_asks_the_database_no_more_often_than_one_with_few(call, whatsapp):
    person = ParticipantFactory(full_name="Siti", phone=PHONE)

    def questions(count, mark):
        now = timezone.now()
        Message.objects.bulk_create(
            Message(
                key=f"{mark}:{n}", kind="greeting", channel="whatsapp", state="sent",
                participant_id=person.pk, provider_id=f"wamid.{mark}{n}", receipt="accepted", due_at=now,
                finished_at=now,
            )
            for n in range(count)
        )  # fmt: skip
        statuses = [{"id": f"wamid.{mark}{n}", "status": "delivered", "timestamp": "1"} for n in range(count)]
        call(envelope(statuses=statuses))
        with CaptureQueriesContext(connection) as asked:
            receipts.work_through()
        assert Message.objects.filter(key__startswith=f"{mark}:", receipt="delivered").count() == count
        return len(asked)

    assert questions(1000, "many") == questions(2, "few")


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
