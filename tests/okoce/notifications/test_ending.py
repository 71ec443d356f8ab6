"""Ending messages by the link in an e-mail: by a mail program, by a person, twice, and never by reading."""

import re
from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from okoce.audit.models import AuditEvent
from okoce.notifications import fallback, kinds, outbox, wishes
from okoce.notifications.enums import Channel, ConsentRule, Topic
from okoce.notifications.models import Message, OptOut
from okoce.notifications.services import queue
from participants.models import Consent
from tests.factories import ParticipantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kinds(domain):
    domain.fresh = {"words": "sesi Anda besok."}
    known = kinds.get("greeting")
    kinds.register(replace(known, topic=Topic.TRAININGS))
    kinds.register(replace(known, code="stall", topic=Topic.BAZAARS))
    yield domain
    kinds.unregister("stall")


def greet(n=1, person=None, **fields):
    person = person or ParticipantFactory(email=f"siti{n}@example.org")
    return queue(kind="greeting", key=f"greeting:{n}", participant_id=person.pk, **fields)


def link_in(letter):
    return re.search(r"https?://[^/\s]+(/pesan/berhenti/[^/\s]+/)", letter.get_payload(decode=True).decode())[
        1
    ]


def header_link(letter):
    return re.fullmatch(r"<https?://[^/]+(/pesan/berhenti/[^/\s]+/)>", letter["List-Unsubscribe"])[1]


@pytest.fixture
def link(mail):
    greet()
    outbox.drain()
    return header_link(mail.box.letters[0])


def test_every_mail_can_be_ended_by_the_mail_programs_own_button_and_by_a_link(mail):
    message = greet()
    outbox.drain()

    [letter] = mail.box.letters
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert header_link(letter) == link_in(letter)
    assert str(message.participant_id) not in header_link(letter).split(str(message.uid))[0]


def test_a_mail_that_the_person_asked_for_has_none(mail):
    known = kinds.get("greeting")
    kinds.register(replace(known, consent=ConsentRule.NONE))
    greet()
    outbox.drain()
    assert mail.box.letters[0]["List-Unsubscribe"] is None


def test_reading_the_page_ends_nothing(link):
    answer = Client().get(link)
    assert (answer.status_code, OptOut.objects.count()) == (200, 0)
    assert "no-store" in answer["Cache-Control"]


def test_rule_54_one_click_of_a_mail_program_ends_the_topic_also_for_what_waits(link):
    person_id = Message.objects.get().participant_id
    later = queue(kind="greeting", key="later", participant_id=person_id)
    other = queue(kind="stall", key="stall", participant_id=person_id)

    answer = Client(enforce_csrf_checks=True).post(
        link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code == 200
    later.refresh_from_db()
    other.refresh_from_db()
    assert (later.state, later.reason, other.state) == ("cancelled", "topic_ended", "pending")
    assert OptOut.objects.get().topic == "trainings"


def test_pressing_twice_is_harmless_and_the_page_says_that_it_is_done(link):
    for _time in range(2):
        answer = Client().post(link, follow=True)
    assert OptOut.objects.count() == 1
    assert "Berlaku mulai sekarang" in answer.content.decode()


def test_everything_can_be_ended_from_the_same_page(link):
    Client().post(link, {"semua": "1"})
    answer = Consent.objects.get()
    assert (answer.purpose, answer.is_given, answer.channel) == ("messages", False, "link")


def test_what_is_ended_already_has_no_button(link):
    Client().post(link)
    after_topic = buttons(Client().get(link))
    Client().post(link, {"semua": "1"})

    assert after_topic == ["Akhiri semua pesan"]
    assert buttons(Client().get(link)) == []


def buttons(page):
    main = page.content.decode().partition("<main")[2].partition("</main>")[0]
    return [words.strip() for words in re.findall(r"<button[^>]*>([^<]+)</button>", main)]


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete"])
def test_only_a_press_ends_anything_a_scanner_of_links_does_not(link, method):
    for address in (link, f"{link}?selesai=1", f"{link}?semua=1", f"{link}?List-Unsubscribe=One-Click"):
        getattr(Client(), method)(address)
    assert not OptOut.objects.exists()
    assert not Consent.objects.filter(is_given=False).exists()


def test_a_link_ends_it_for_its_own_person_only(link, mail):
    other = ParticipantFactory(email="budi@example.org")
    message = queue(kind="greeting", key="other", participant_id=other.pk)
    foreign = link.replace(link.split("/berhenti/")[1].split(":")[0], str(message.uid))

    assert Client().post(foreign).status_code == 404
    Client().post(link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")

    assert not OptOut.objects.filter(participant_id=other.pk).exists()


def test_a_replayed_one_click_is_kept_once(link):
    for _time in range(3):
        Client().post(link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")

    assert OptOut.objects.count() == 1
    assert AuditEvent.objects.filter(action="notifications.wish.ended").count() == 1


@pytest.mark.parametrize("token", ["x", "a:b", "3f0f2b0e-0000-4000-8000-000000000000:falsch"])
def test_a_link_that_nobody_signed_is_not_there(token):
    assert Client().post(f"/pesan/berhenti/{token}/").status_code == 404


def test_what_is_queued_after_the_end_is_not_sent(link, mail):
    Client().post(link)
    message = queue(kind="greeting", key="later", participant_id=Message.objects.get().participant_id)
    outbox.drain()
    message.refresh_from_db()
    assert (message.state, message.reason, len(mail.box.letters)) == ("cancelled", "topic_ended", 1)


# ---------------------------------------------------------------- channel by channel


@pytest.mark.parametrize("channel", ["push", "whatsapp", "sms", "email"])
def test_rule_54_ending_a_channel_cancels_what_waits_on_it_and_the_next_takes_over(channel):
    known = kinds.get("greeting")
    kinds.register(replace(known, channels=(Channel(channel), Channel.READY_TEXT)))
    person = ParticipantFactory(email="siti@example.org", phone="+6281234567890")
    message = queue(kind="greeting", key="one", participant_id=person.pk, channel=Channel(channel))
    Message.objects.update(state="pending", reason="")

    wishes.end(participant_id=person.pk, channel=channel, by=None, way="self")
    fallback.pass_on(now=timezone.now())

    message.refresh_from_db()
    assert (message.state, message.reason) == ("cancelled", "channel_ended")
    # By hand is WhatsApp too: who ended that is written to by no hand either.
    followers = list(Message.objects.exclude(pk=message.pk).values_list("channel", flat=True))
    assert followers == ([] if channel == "whatsapp" else ["ready_text"])


def test_wanting_it_again_sends_again(mail):
    person = ParticipantFactory(email="siti@example.org")
    wishes.end(participant_id=person.pk, channel="email", by=None, way="self")
    assert wishes.want_again(participant_id=person.pk, channel="email", by=None)
    assert not wishes.want_again(participant_id=person.pk, channel="email", by=None)
    greet(person=person)
    assert outbox.drain().sent == 1


def test_a_code_that_the_person_asked_for_still_comes(mail):
    person = ParticipantFactory(email="siti@example.org")
    wishes.end(participant_id=person.pk, topic="programme", by=None, way="self")
    message = queue(kind="code", key="code", participant_id=person.pk, secret="123456")
    outbox.drain()
    message.refresh_from_db()
    assert message.state == "sent"
