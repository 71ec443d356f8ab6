"""Rules 54 and 59 over every kind of message and every channel that it may take."""

import logging
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from okoce.notifications import compose, kinds, outbox, safety
from okoce.notifications.compose import Prepared
from okoce.notifications.directory import Person
from okoce.notifications.enums import ConsentRule
from okoce.notifications.models import Message
from okoce.notifications.services import queue
from tests.factories import ParticipantFactory

KINDS = [pytest.param(kind, id=kind.code) for kind in kinds.registered()]
# What somebody gets without having agreed to messages: the person asked for it, or the law demands it.
ASKED_FOR = {"own_phone_code", "text_test", "data_request_answer", "sign_in_code", "whatsapp_reply"}
PRIVATE = {
    "nik": "3173075708909001",
    "phone": "0812 3456 7890",
    "amount": "Rp 2.500.000",
    "address": "Jl. Mawar 3 RT 007/RW 011",
}
URL = re.compile(r"https?://\S+")


@pytest.mark.parametrize("kind", KINDS)
def test_rule_54_no_kind_goes_to_who_refused_but_what_they_asked_for(kind):
    refused = compose.consent_problem(kind, Person(name="Siti", consent=False))

    assert bool(refused) is (kind.code not in ASKED_FOR)
    assert (kind.consent is ConsentRule.NONE) is (kind.code in ASKED_FOR)


@pytest.mark.parametrize("kind", [p for p in KINDS if p.values[0].consent is ConsentRule.REQUIRED])
def test_rule_54_what_needs_a_yes_does_not_go_without_one(kind):
    assert compose.consent_problem(kind, Person(name="Siti", consent=None)) == "consent_missing"
    assert compose.consent_problem(kind, Person(name="Siti", consent=True)) == ""


@pytest.mark.parametrize("kind", KINDS)
def test_rule_59_no_body_or_subject_of_any_kind_carries_anything_private(kind):
    """Even when every value that it could hold is a personal number, an amount or an address."""
    for private in PRIVATE.values():
        for channel, language in _ways(kind):
            said = _said_with(private, kind, channel, language)
            assert [text for text in said if private in text or safety.problem_in(text)] == []


def _ways(kind):
    return [(channel, language) for channel in kind.channels for language, _name in settings.LANGUAGES]


def _said_with(private, kind, channel, language):
    """Everything that would leave the house; nothing when the letter is not made."""
    spoilt = {name: _spoilt(value, private) for name, value in kind.sample.items()}
    person = Person(name=private, number="JB-PM-00417", phone="+6281234567890", has_phone=True)
    message = Message(key="x:1", kind=kind.code, channel=channel, language=language, participant_id=1)
    try:
        letter = compose.letter(Prepared(message, kind, person, spoilt))
    except compose.Unsayable:
        return []
    return [letter.text, letter.subject, *(letter.template.values if letter.template else ())]


def _spoilt(value, private):
    if isinstance(value, str) and not value.startswith("/") and not value[:4].isdigit():
        return private
    if isinstance(value, list):
        return [private]
    return value


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_rule_59_no_address_in_a_message_holds_a_personal_number(kind):
    for channel, language in _ways(kind):
        try:
            parts = compose.sample_letter(kind, channel, language=language)
        except compose.Unsayable:
            continue
        addresses = [address for text in parts.values() for address in URL.findall(text)]
        assert [address for address in addresses if safety.problem_in(address)] == []
        assert [address for address in addresses if re.search(r"\d{9,}", address)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["451 later", "550 no such user", None])
def test_rule_59_no_line_of_the_log_names_the_person(mail, domain, caplog, answer):
    caplog.set_level(logging.DEBUG)
    person = ParticipantFactory(
        full_name="Siti Rahmawati", email="siti.rahmawati@example.org", phone="+6281234567890"
    )
    mail.box.answer_to = lambda address: answer
    queue(kind="greeting", key="greeting:1", participant_id=person.pk)
    domain.fails = answer is None
    outbox.drain()

    said = caplog.text
    for private in ("Rahmawati", "siti.rahmawati", "81234567890", person.nik):
        assert private not in said


@pytest.mark.django_db
def test_rule_56_the_same_occasion_is_one_row_and_one_send_however_often_it_is_queued(mail, domain):
    person = ParticipantFactory(email="siti@example.org")
    for _again in range(3):
        queue(kind="greeting", key="greeting:1", participant_id=person.pk)
        outbox.drain()

    assert mail.box.keys == ["greeting:1"]


@pytest.mark.django_db
def test_rule_54_a_queued_message_of_weeks_ago_asks_for_consent_when_it_goes(mail, domain):
    person = ParticipantFactory(email="siti@example.org")
    queue(kind="greeting", key="greeting:1", participant_id=person.pk)
    Message.objects.update(created_at=timezone.now() - timedelta(days=30))
    person.consents.create(
        purpose="messages", is_given=False, text_version="1", channel="counter", at=timezone.now()
    )

    outbox.drain()

    assert mail.box.keys == []
    assert Message.objects.get().reason == "consent_refused"
