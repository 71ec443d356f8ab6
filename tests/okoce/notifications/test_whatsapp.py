"""What a real local server that speaks the Cloud API gets, and what its answers do to the outbox."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
import urllib3
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.embedded.cloud_api import problem
from okoce.notifications import breaker, fallback, kinds, outbox, registering
from okoce.notifications.channels import answers, cloud_api
from okoce.notifications.channels.cloud_api import Reaction, reaction_to
from okoce.notifications.enums import Channel, TemplateState
from okoce.notifications.models import DeliveryEvent, Message, MessageText, RegisteredTemplate
from okoce.notifications.services import queue
from tests.factories import ParticipantFactory, UserFactory, member
from tests.okoce.notifications.conftest import trickling, use
from tests.smtp import MailServer

pytestmark = pytest.mark.django_db

PHONE = "+6281234567890"


@pytest.fixture
def province():
    return member(Role.PROVINCE)


@pytest.fixture(autouse=True)
def _kinds(domain):
    domain.fresh = {"words": "sesi Anda besok."}
    return domain


def greet(name="Siti", email="", n=1, **fields):
    person = ParticipantFactory(full_name=name, phone=PHONE, email=email)
    return queue(kind="greeting", key=f"greeting:{n}", participant_id=person.pk, **fields)


def due_now():
    Message.objects.filter(state="pending").update(due_at=timezone.now() - timedelta(seconds=1))


def test_a_registered_text_goes_out_with_its_values_and_an_address_that_names_nobody(whatsapp):
    whatsapp.templates = {("greeting", "id"): 2}
    message = greet()

    assert outbox.drain().sent == 1

    [one] = whatsapp.accepted
    assert (one.to, one.template, one.language) == (PHONE, "greeting", "id")
    assert one.values == ("Siti", "sesi Anda besok.")
    assert one.reference == str(message.uid)
    message.refresh_from_db()
    assert (message.state, message.receipt, message.provider_id) == ("sent", "accepted", one.wamid)


def test_one_connection_serves_many_and_a_second_drain_sends_nothing(whatsapp):
    for n in range(5):
        greet(n=n)

    assert outbox.drain().sent == 5
    assert outbox.drain().sent == 0
    assert (whatsapp.requests, whatsapp.repeated()) == (5, 0)


def test_a_value_with_line_breaks_is_one_line_and_an_empty_one_is_a_dash(whatsapp, domain):
    domain.fresh = {"words": "satu\n\n   dua"}
    greet(n=1)
    domain.fresh = {"words": "satu\n\n   dua"}
    outbox.drain()
    domain.fresh = {"words": ""}
    greet(n=2)
    outbox.drain()

    assert [one.values[1] for one in whatsapp.accepted] == ["satu dua", "-"]


def test_a_text_too_long_with_its_values_goes_by_the_next_channel(whatsapp, mail, domain, province):
    gaps = " dan ".join("{words}" for _ in range(4))
    body = f"Halo {{name}}, {gaps} Salam."
    MessageText.objects.create(
        kind="greeting", channel="whatsapp", language="id", version=1, body=body, reason="x",
        created_by=province,
    )  # fmt: skip
    registering.set_by_hand(
        kind="greeting", language="id", version=1, state=TemplateState.APPROVED, reason="", by=province
    )
    domain.fresh = {"words": "panjang " * 60}
    message = greet(email="siti@example.org")

    outbox.drain()
    fallback.pass_on(now=timezone.now())
    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.reason, whatsapp.requests) == ("dead", "text_too_long", 0)
    assert mail.box.keys == ["greeting:1|email"]


@pytest.mark.parametrize("language", ["id", "en", "jv", ""])
def test_every_channel_has_words_in_a_language_without_texts(whatsapp, mail, language):
    greet(n=1, language=language)
    person = ParticipantFactory(full_name="Budi", email="budi@example.org", phone="")
    queue(kind="greeting", key="greeting:2", participant_id=person.pk, language=language)

    assert outbox.drain().sent == 2
    assert (len(whatsapp.accepted), len(mail.box.letters)) == (1, 1)


def test_a_number_in_the_text_is_not_sent(whatsapp, domain):
    domain.fresh = {"words": "NIK 3171010101010001"}
    message = greet()

    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.reason) == ("held", "unsafe_text")
    assert whatsapp.requests == 0


@pytest.mark.parametrize(
    ("code", "reaction"),
    [
        *[(code, Reaction.REST) for code in (130429, 80007, 4)],
        (131056, Reaction.PAIR),
        *[(code, Reaction.RETRY) for code in (131057, 1, 2, 999999)],
        *[(code, Reaction.NOT_THIS_WAY) for code in (131026, 131047, 131049, 130472)],
        *[(code, Reaction.NO_TEXT) for code in (132000, 132001, 132015)],
        *[(code, Reaction.STOP) for code in (0, 190, 3, 10, 200, 299, 131042, 131031, 368, 131048)],
    ],
)
def test_rule_58_every_error_code_has_its_own_consequence(code, reaction):
    assert reaction_to(code) is reaction


def test_rule_58_a_person_without_whatsapp_gets_the_message_by_the_next_channel_once(whatsapp, mail):
    whatsapp.misbehave = lambda body: problem(400, 131026, "Message undeliverable")
    message = greet(email="siti@example.org")
    outbox.drain()

    assert fallback.pass_on(now=timezone.now()) == 1
    assert fallback.pass_on(now=timezone.now()) == 0
    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.reason, message.attempts) == ("dead", "whatsapp:131026", 1)
    assert mail.box.keys == ["greeting:1|email"]
    assert list(message.events.values_list("event", flat=True)) == ["dead", "passed_on"]


def test_without_a_further_address_nothing_is_passed_on(whatsapp):
    whatsapp.misbehave = lambda body: problem(400, 131026, "Message undeliverable")
    person = ParticipantFactory(phone=PHONE)
    queue(kind="greeting", key="greeting:1", participant_id=person.pk)
    Message.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    outbox.drain()
    Message.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert fallback.pass_on(now=timezone.now()) == 0
    assert not Message.objects.filter(falls_back_at__isnull=False).exists()


def test_rule_58_a_limit_of_ours_lets_the_channel_rest_and_counts_nobodys_try(whatsapp):
    whatsapp.misbehave = lambda body: problem(429, 130429, "Rate limit hit")
    message = greet()

    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("pending", 0)
    assert 0 < breaker.rest_of("whatsapp").seconds < 10

    whatsapp.misbehave = lambda body: None
    breaker.reset("whatsapp")
    due_now()
    assert outbox.drain().sent == 1


def test_rule_58_a_wrong_token_stops_the_channel_for_long_and_loses_nothing(whatsapp, settings):
    message = greet()
    settings.WHATSAPP_TOKEN = "salah"

    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.attempts, message.reason) == ("pending", 0, "whatsapp:190")
    assert breaker.rest_of("whatsapp").seconds > 200


def test_rule_58_too_many_to_one_person_waits_longer_and_longer(whatsapp):
    whatsapp.misbehave = lambda body: problem(400, 131056, "Pair rate limit hit")
    message = greet()
    pauses = []
    for _try in range(3):
        outbox.drain()
        message.refresh_from_db()
        pauses.append((message.due_at - timezone.now()).total_seconds())
        due_now()

    assert [round(pause / 4) for pause in pauses] == [1, 4, 16]


def test_rule_58_a_text_that_is_not_registered_so_is_switched_off_and_the_next_channel_takes_over(whatsapp):
    whatsapp.templates = {("greeting", "id"): 7}
    message = greet()

    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.reason) == ("dead", "whatsapp:132000")
    assert message.falls_back_at is not None
    assert RegisteredTemplate.objects.get(kind="greeting", language="id").state == "disabled"


def test_rule_58_without_another_channel_it_is_held_until_the_text_is_approved(whatsapp):
    kinds.register(replace(kinds.get("greeting"), channels=(Channel.WHATSAPP,)))
    whatsapp.templates = {("greeting", "id"): 7}
    message = greet()

    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.reason, message.attempts) == ("held", "whatsapp:132000", 0)


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>OK</html>"),
        (200, b""),
        (200, b"[" * 60_000),
        (200, b"\xff\xfe"),
        (200, {"messages": []}),
        (200, {"messages": {"id": "wamid.1"}}),
        (200, {"messages": [{"id": 17}]}),
        (200, {"messages": [{"id": "wamid.\x00"}]}),
        (200, {"messages": [{"id": "wamid.\ud800"}]}),
        (200, {"messages": [{"id": "x" * 201}]}),
        (500, b"[" * 60_000),
    ],
)
def test_a_gateway_that_says_200_and_nonsense_is_asked_again_later(whatsapp, answer):
    whatsapp.misbehave = lambda body: answer
    message = greet()

    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.attempts, message.reason) == ("pending", 1, "connection_lost")
    assert message.due_at > timezone.now()


@pytest.mark.parametrize("code", [10**60, "131026", None, True, [], -(2**40)])
def test_an_error_code_that_is_none_costs_nobody_a_letter(whatsapp, code):
    whatsapp.misbehave = lambda body: (400, {"error": {"code": code}})
    message = greet()

    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.lease_owner) == ("pending", None)


def test_a_redirect_is_not_followed(whatsapp):
    whatsapp.misbehave = lambda body: (302, b"")
    message = greet()

    outbox.drain()

    message.refresh_from_db()
    assert (message.state, whatsapp.requests) == ("pending", 1)
    assert breaker.rest_of("whatsapp").reason == "strange_answer:302"


def test_a_gateway_that_is_away_costs_nobody_a_letter(whatsapp, settings):
    message = greet()
    settings.WHATSAPP_URL = "http://127.0.0.1:9/v23.0"

    outbox.drain()

    message.refresh_from_db()
    assert message.state == "pending"
    assert breaker.rest_of("whatsapp").reason == "whatsapp_down"


def test_a_gateway_that_hangs_costs_one_timeout_and_delays_nobody_else(whatsapp, mail, monkeypatch):
    monkeypatch.setattr(cloud_api, "TIMEOUT", urllib3.Timeout(connect=1, read=0.3))
    monkeypatch.setattr(whatsapp, "misbehave", lambda body: time.sleep(30))
    hanging = [greet(n=n) for n in range(3)]
    other = queue(kind="greeting", key="other", user=UserFactory())

    began = time.monotonic()
    outbox.drain()
    took = time.monotonic() - began

    assert took < 8
    assert mail.box.keys == [other.key]
    assert breaker.rest_of("whatsapp").reason == "whatsapp_down"
    waiting = Message.objects.filter(pk__in=[m.pk for m in hanging], state="pending", lease_owner=None)
    assert sorted(waiting.values_list("attempts", flat=True)) == [0, 0, 1]


def test_an_answer_that_trickles_in_is_given_up(whatsapp, settings, monkeypatch):
    monkeypatch.setattr(answers, "LONGEST_SECONDS", 0.3)
    message = greet()
    with trickling() as place:
        settings.WHATSAPP_URL = f"http://{place}/v23.0"
        began = time.monotonic()
        outbox.drain()

    message.refresh_from_db()
    assert time.monotonic() - began < 8
    assert (message.state, message.attempts, message.reason) == ("pending", 1, "connection_lost")


def test_a_clock_that_is_set_back_does_not_keep_a_channel_at_rest(monkeypatch):
    breaker.trip("whatsapp", "whatsapp_down")
    assert breaker.is_open("whatsapp")

    now = time.time()
    monkeypatch.setattr(breaker.time, "time", lambda: now - 86_400)

    assert not breaker.is_open("whatsapp")


def test_not_connected_the_next_channel_of_the_kind_is_chosen(whatsapp, settings):
    settings.WHATSAPP_TOKEN = ""
    server = MailServer()
    use(settings, server)

    assert greet(email="siti@example.org").channel == "email"


def test_what_a_receipt_proved_sent_is_not_sent_again(whatsapp):
    """The sender died between Meta's answer and its own note."""
    message = greet()
    Message.objects.filter(pk=message.pk).update(attempts=1, receipt="delivered", provider_id="wamid.1")

    outbox.drain()

    message.refresh_from_db()
    assert (message.state, whatsapp.requests) == ("sent", 0)
    assert DeliveryEvent.objects.get().event == "sent"


def test_rule_55_beyond_the_days_budget_the_nearest_go_first_and_the_rest_by_the_next_channel(
    whatsapp, mail, settings
):
    settings.WHATSAPP_NEW_PEOPLE_A_DAY = 3
    tomorrow = timezone.now() + timedelta(hours=20)
    for n in range(6):  # the last queued are the nearest
        greet(n=n, email=f"p{n}@example.org", expires_at=tomorrow - timedelta(minutes=n))

    outbox.drain(batch=2)
    fallback.pass_on(now=timezone.now())
    outbox.drain()

    reached = {one.reference for one in whatsapp.accepted}
    nearest = Message.objects.filter(key__in=["greeting:3", "greeting:4", "greeting:5"])
    assert reached == {str(uid) for uid in nearest.values_list("uid", flat=True)}
    assert sorted(mail.box.keys) == ["greeting:0|email", "greeting:1|email", "greeting:2|email"]
    spent = Message.objects.filter(reason="whatsapp_budget")
    assert sorted(spent.values_list("key", flat=True)) == ["greeting:0", "greeting:1", "greeting:2"]


def test_rule_55_what_can_wait_a_day_waits_and_somebody_written_to_today_costs_nothing_more(
    whatsapp, settings
):
    settings.WHATSAPP_NEW_PEOPLE_A_DAY = 1
    person = ParticipantFactory(phone=PHONE)
    for n in range(2):
        queue(kind="greeting", key=f"greeting:{n}", participant_id=person.pk)
    later = greet(n=9)

    outbox.drain()
    outbox.drain()

    assert len(whatsapp.accepted) == 2
    later.refresh_from_db()
    assert (later.state, later.reason, later.attempts) == ("pending", "whatsapp_budget", 0)

    Message.objects.filter(state="sent").update(finished_at=timezone.now() - timedelta(hours=25))
    due_now()
    outbox.drain()
    assert len(whatsapp.accepted) == 3
