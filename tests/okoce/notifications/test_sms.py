"""What real local gateways of two shapes get, and what their answers do to the outbox."""

import json
import queue as queue_of_words
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.utils import timezone

from okoce.embedded.sms_gateway import TOKEN, SmsGatewayServer
from okoce.notifications import breaker, fallback, kinds, outbox, receipts
from okoce.notifications.channels import answers, sms, sms_description
from okoce.notifications.channels.sms_description import Faulty
from okoce.notifications.enums import Channel
from okoce.notifications.models import DeliveryEvent, DeliveryReceipt, Message, WebhookCall
from okoce.notifications.services import queue
from tests.factories import ParticipantFactory
from tests.okoce.notifications.conftest import trickling

pytestmark = pytest.mark.django_db

PHONE = "+6281234567890"
SECRET = "rahasia-kabar-sms"


@pytest.fixture
def server(settings, domain):
    domain.fresh = {"words": "sesi Anda besok."}
    server = SmsGatewayServer().start()
    settings.SMS_GATEWAY, settings.SMS_TOKEN = server.json_shape(), TOKEN
    settings.SMS_RECEIPT_SECRET = SECRET
    known = kinds.get("greeting")
    kinds.register(replace(known, channels=(Channel.SMS, Channel.EMAIL, Channel.READY_TEXT)))
    yield server
    kinds.register(known)
    server.stop()


@pytest.fixture
def gateway(server):
    return server.gateway


def greet(name="Siti", n=1, **fields):
    email = fields.pop("email", "")
    person = ParticipantFactory(full_name=name, phone=PHONE, email=email)
    return queue(kind="greeting", key=f"greeting:{n}", participant_id=person.pk, **fields)


def told(content, secret=SECRET, kind="application/json"):
    return Client().post(f"/pesan/sms/{secret}/", content, content_type=kind)


def receipt_of(message, status):
    row = {"id": message.provider_id.removeprefix("sms:"), "ref": str(message.uid), "status": status}
    return json.dumps({"results": [row]})


# ---------------------------------------------------------------- sending


def test_a_gateway_of_json_gets_number_sender_reference_and_the_programmes_name(gateway):
    message = greet()

    assert outbox.drain().sent == 1

    [one] = gateway.taken
    assert (one.to, one.sender, one.reference) == (PHONE, "OKOCE", str(message.uid))
    assert one.text == "OK OCE: Yth. Siti, sesi Anda besok."
    message.refresh_from_db()
    assert (message.state, message.provider_id, message.receipt) == ("sent", "sms:m-1", "accepted")


def test_a_gateway_of_forms_that_answers_plain_text_is_only_another_setting(gateway, server, settings):
    settings.SMS_GATEWAY = server.form_shape(brand="Jakpreneur")
    message = greet()

    assert outbox.drain().sent == 1

    [one] = gateway.taken
    assert (one.to, one.text) == ("6281234567890", "Jakpreneur: Yth. Siti, sesi Anda besok.")
    message.refresh_from_db()
    assert message.provider_id == "sms:m-1"


@pytest.mark.parametrize(
    ("number", "to"), [("+62", "+6281234567890"), ("62", "6281234567890"), ("0", "081234567890")]
)
def test_the_number_is_written_as_the_gateway_wants_it(server, number, to):
    described = sms_description.read(server.json_shape(number=number), may_be_plain=True)
    assert described.number_of(PHONE) == to


def test_a_curly_apostrophe_does_not_double_the_price(gateway, domain):
    domain.fresh = {"words": "sesi Jum’at – “besok”…"}
    greet()
    outbox.drain()

    assert gateway.taken[0].text == 'OK OCE: Yth. Siti, sesi Jum\'at - "besok"...'


def test_a_text_of_more_parts_than_allowed_goes_by_the_next_channel(gateway, domain, mail):
    domain.fresh = {"words": "panjang " * 90}
    message = greet(email="siti@example.org")

    outbox.drain()
    fallback.pass_on(now=timezone.now())
    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.reason, gateway.requests) == ("dead", "sms_too_long", 0)
    assert mail.box.keys == ["greeting:1|email"]


def test_a_repeated_request_with_the_same_reference_is_one_sms(gateway):
    message = greet()
    outbox.drain()
    Message.objects.filter(pk=message.pk).update(
        state="pending", provider_id="", receipt="", finished_at=None
    )
    outbox.drain()

    assert (gateway.requests, len(gateway.taken)) == (2, 1)


def test_one_connection_serves_many(gateway):
    for n in range(5):
        greet(n=n)
    assert outbox.drain().sent == 5
    assert outbox.drain().sent == 0


# ---------------------------------------------------------------- what answers mean


def code(number):
    return lambda fields: (200, json.dumps({"messages": [{"status": {"code": number}}]}).encode())


def test_try_again_waits_and_counts(gateway):
    gateway.misbehave = code(9)
    message = greet()
    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.attempts, message.reason) == ("pending", 1, "sms:9")


def test_refused_for_good_goes_by_the_next_channel_at_once(gateway, mail):
    gateway.misbehave = code(5)
    greet(email="siti@example.org")
    outbox.drain()
    fallback.pass_on(now=timezone.now())
    outbox.drain()

    assert mail.box.keys == ["greeting:1|email"]


@pytest.mark.parametrize("wrong", ["token", "balance"])
def test_a_problem_of_the_account_stops_the_channel_for_long_and_loses_nothing(gateway, settings, wrong):
    if wrong == "token":
        settings.SMS_TOKEN = "salah"
    else:
        gateway.misbehave = code(7)
    message = greet()
    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("pending", 0)
    assert breaker.rest_of("sms").seconds > 200
    assert breaker.rest_of("sms").reason.startswith("sms_account")


@pytest.mark.parametrize(
    "content",
    [b"<html>OK</html>", b"", b"[]", b'{"messages": []}', b"\xff\xfe", b"[" * 60_000, b"x" * 200_000],
)
def test_200_and_garbage_is_asked_again_later(gateway, content):
    gateway.misbehave = lambda fields: (200, content)
    message = greet()
    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.attempts, message.reason) == ("pending", 1, "connection_lost")
    assert message.due_at > timezone.now()


def test_an_accepted_answer_without_the_promised_id_is_not_believed(gateway):
    gateway.misbehave = code(1)
    message = greet()
    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.reason) == ("pending", "connection_lost")


def test_a_redirect_is_not_followed(gateway, server):
    gateway.misbehave = lambda fields: (307, f"{server.url}/send".encode())
    message = greet()
    outbox.drain()

    message.refresh_from_db()
    assert (message.state, gateway.requests) == ("pending", 1)
    assert breaker.rest_of("sms").reason == "sms_strange_answer:307"


def test_a_gateway_that_is_silent_does_not_hold_the_worker(gateway, monkeypatch):
    monkeypatch.setattr(sms, "TIMEOUT", sms.urllib3.Timeout(connect=1.0, read=0.2))
    gateway.hang = 60
    message = greet()
    began = time.monotonic()
    outbox.drain()

    message.refresh_from_db()
    assert time.monotonic() - began < 8
    assert (message.state, message.attempts, message.reason) == ("pending", 1, "connection_lost")


def test_an_answer_that_trickles_in_is_given_up(gateway, settings, server, monkeypatch):
    monkeypatch.setattr(answers, "LONGEST_SECONDS", 0.3)
    message = greet()
    with trickling() as place:
        settings.SMS_GATEWAY = server.json_shape(url=f"http://{place}/send")
        began = time.monotonic()
        outbox.drain()

    message.refresh_from_db()
    assert time.monotonic() - began < 8
    assert (message.state, message.attempts, message.reason) == ("pending", 1, "connection_lost")


def test_a_gateway_that_is_away_costs_nobody_a_message(gateway, settings, server):
    message = greet()
    settings.SMS_GATEWAY = server.json_shape(url="http://127.0.0.1:9/")
    outbox.drain()

    message.refresh_from_db()
    assert message.state == "pending"
    assert breaker.rest_of("sms").reason == "sms_down"


def test_words_of_the_gateway_are_not_kept(gateway):
    answer = {"messages": [{"status": {"code": "Nomor 081234567890 salah"}}]}
    gateway.misbehave = lambda fields: (400, json.dumps(answer).encode())
    message = greet()
    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.reason) == ("dead", "sms:400")


# ---------------------------------------------------------------- the description


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://gateway.example/"},
        {"url": "https://gateway.example/?to={to}"},
        {"url": "https://user:pw@gateway.example/"},
        {"method": "GET"},
        {"body": {"text": "{text}"}},
        {"body": {"to": "{to}", "text": "{text}", "nik": "{nik}"}},
        {"number": "+1"},
        {"parts": 0},
        {"parts": True},
        {"headers": []},
        {"answer": {"code": "status"}},
        {"answer": {"format": "text", "code": "OK"}},
        {"receipts": {"status": "status"}},
        {"vendor": "x"},
    ],
)
def test_a_faulty_description_is_refused_with_words(server, changes):
    with pytest.raises(Faulty, match="SMS_GATEWAY"):
        sms_description.read(server.json_shape(**changes), may_be_plain=True)


def test_http_is_for_this_machine_and_not_for_production(server):
    with pytest.raises(Faulty, match="https"):
        sms_description.read(server.json_shape(), may_be_plain=False)


def test_a_faulty_description_is_told_at_the_start_and_messages_are_held(settings, domain):
    settings.SMS_GATEWAY = '{"url": "https://x.example/"'
    known = kinds.get("greeting")
    kinds.register(replace(known, channels=(Channel.SMS,)))
    message = greet()

    assert "notifications.E002" in [found.id for found in run_checks()]
    assert (message.state, message.reason) == ("held", "sms_description_faulty")


def test_sms_may_be_left_to_some_kinds(gateway, settings):
    settings.SMS_KINDS = frozenset({"session_reminder"})

    assert greet(n=1).channel == "ready_text"
    settings.SMS_KINDS = frozenset({"greeting"})
    assert greet(n=2).channel == "sms"


# ---------------------------------------------------------------- receipts


def test_the_gateway_of_the_demonstration_tells_by_itself_what_arrived(gateway, monkeypatch):
    told_of = queue_of_words.Queue()
    monkeypatch.setattr(gateway, "tell", lambda one, status: told_of.put((one.to, status)))
    gateway.delivers_after = 0.0
    greet()

    outbox.drain()

    assert told_of.get(timeout=30) == (PHONE, "DELIVERED")


def sent(gateway):
    message = greet(email="siti@example.org")
    outbox.drain()
    message.refresh_from_db()
    assert message.falls_back_at is not None
    return message


def test_a_delivery_told_by_the_gateway_ends_the_waiting(gateway):
    message = sent(gateway)

    assert told(receipt_of(message, "DELIVERED")).status_code == 200
    assert Message.objects.get(pk=message.pk).receipt == "accepted"  # stored and answered, worked on later
    receipts.work_through()

    message.refresh_from_db()
    assert (message.receipt, message.falls_back_at) == ("delivered", None)
    assert WebhookCall.objects.get().content_ciphertext is None


def test_a_failure_told_by_the_gateway_lets_the_next_channel_take_over(gateway, mail):
    message = sent(gateway)
    told(receipt_of(message, "UNDELIVERABLE"))
    receipts.work_through()
    fallback.pass_on(now=timezone.now())
    outbox.drain()

    message.refresh_from_db()
    assert (message.receipt, message.reason) == ("failed", "sms_undelivered")
    assert mail.box.keys == ["greeting:1|email"]


def test_repeated_and_shuffled_receipts_change_nothing_wrongly(gateway):
    message = sent(gateway)
    for status in ("DELIVERED", "SENT", "DELIVERED", "EXPIRED"):
        told(receipt_of(message, status))
        receipts.work_through()

    message.refresh_from_db()
    assert (message.receipt, message.falls_back_at) == ("delivered", None)
    assert DeliveryEvent.objects.filter(message=message, event="delivered").count() == 1


def test_a_wrong_secret_is_refused_and_nothing_stored(gateway):
    message = sent(gateway)

    assert told(receipt_of(message, "DELIVERED"), secret="salah").status_code == 403
    assert not WebhookCall.objects.exists()


def test_without_a_secret_in_the_settings_the_address_takes_nothing(gateway, settings):
    settings.SMS_RECEIPT_SECRET = ""
    assert told("{}", secret="x").status_code == 403
    message = greet()
    outbox.drain()
    message.refresh_from_db()
    assert message.falls_back_at is None  # nobody tells us of deliveries: nothing can be missed


@pytest.mark.parametrize(
    "content",
    [
        "", "[", "[1]", "null", "ü", "[" * 200_000,
        '{"results": 7}',
        '{"results": [{"status": null}]}',
        '{"results": [{"id": "m-\\u0000\\ud800", "status": "DELIVERED"}]}',
        '{"results": [{"id": {"a": 1}, "ref": ["x"], "status": "DELIVERED"}]}',
        '{"results": [{"id": "m-99", "ref": 7, "status": {"DELIVERED": 1}}]}',
    ],
)  # fmt: skip
def test_a_call_nobody_can_read_is_answered_and_changes_nothing(gateway, content):
    message = sent(gateway)
    assert told(content).status_code == 200
    receipts.work_through()

    message.refresh_from_db()
    assert message.receipt == "accepted"
    assert WebhookCall.objects.get().processed_at is not None


def test_a_receipt_of_an_unknown_message_is_kept_and_no_error(gateway):
    told(json.dumps({"results": [{"id": "m-99", "status": "DELIVERED"}]}))
    receipts.work_through()
    assert DeliveryReceipt.objects.get().provider_id == "sms:m-99"


def test_a_huge_call_is_refused(gateway):
    assert told("x" * 300_000).status_code == 413
    assert not WebhookCall.objects.exists()


def test_receipts_as_a_form_are_read_too(gateway, server, settings):
    settings.SMS_GATEWAY = server.form_shape()
    message = greet()
    outbox.drain()
    told("id=m-1&status=1", kind="application/x-www-form-urlencoded")
    receipts.work_through()

    message.refresh_from_db()
    assert message.receipt == "delivered"


def test_without_a_receipt_in_time_the_next_channel_takes_over_once(gateway, mail):
    message = sent(gateway)
    assert fallback.pass_on(now=timezone.now() + timedelta(hours=3)) == 0
    assert fallback.pass_on(now=timezone.now() + timedelta(hours=5)) == 1
    assert fallback.pass_on(now=timezone.now() + timedelta(hours=9)) == 0
    outbox.drain()

    assert mail.box.keys == ["greeting:1|email"]
    told(receipt_of(message, "DELIVERED"))  # late: shown, and nothing more happens
    receipts.work_through()
    message.refresh_from_db()
    assert message.receipt == "delivered"
    events = list(message.events.order_by("pk").values_list("event", flat=True))
    assert events[-2:] == ["passed_on", "delivered"]
