"""What Meta says about registered texts, and what that does to messages."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from django.urls import reverse

from okoce.accounts.roles import Role
from okoce.embedded.cloud_api import PORTFOLIO, problem, template_update
from okoce.notifications import fallback, kinds, outbox, receipts, registering, wording
from okoce.notifications.enums import Channel, TemplateState
from okoce.notifications.models import Message, RegisteredTemplate, TemplateNews, WebhookCall
from okoce.notifications.services import queue
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kinds(domain):
    domain.fresh = {"words": "sesi Anda besok."}
    return domain


@pytest.fixture
def call(client, whatsapp):
    """`call(body, signature=…)` posts to the webhook and works through it."""

    def post(said, signature=None):
        content = json.dumps(said).encode()
        answer = client.post(
            reverse("notifications:whatsapp"),
            content,
            content_type="application/json",
            headers={"X-Hub-Signature-256": whatsapp.sign(content) if signature is None else signature},
        )
        receipts.work_through()
        return answer.status_code

    return post


def state(name="greeting", language="id"):
    row = RegisteredTemplate.objects.filter(name=name, language=language).first()
    return row and row.state


def greet(key="greeting:1", **person):
    person = ParticipantFactory(full_name="Siti", **person)
    return queue(kind="greeting", key=key, participant_id=person.pk)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("APPROVED", "approved"),
        ("REJECTED", "rejected"),
        ("PAUSED", "paused"),
        ("FLAGGED", "paused"),
        ("DISABLED", "disabled"),
        ("PENDING", "pending"),
    ],
)
def test_what_meta_says_stands_in_our_table(call, event, expected):
    assert call(template_update("greeting", "id", event, reason="TAG_CONTENT_MISMATCH")) == 200

    assert state() == expected
    assert TemplateNews.objects.get().reason == "TAG_CONTENT_MISMATCH"


def test_a_wrong_signature_changes_nothing(call):
    assert call(template_update("greeting", "id", "PAUSED"), signature="sha256=00") == 403

    assert state() is None


def test_rule_57_what_is_said_of_the_same_name_in_another_account_is_not_believed(call, settings):
    settings.WHATSAPP_ACCOUNT_ID = PORTFOLIO
    call(template_update("greeting", "id", "APPROVED"))
    said = template_update("greeting", "id", "DISABLED")
    said["entry"][0]["id"] = "555"

    assert call(said) == 200

    assert state() == "approved"
    assert list(TemplateNews.objects.values_list("event", flat=True)) == ["APPROVED"]
    assert list(WebhookCall.objects.order_by("pk").values_list("problem", flat=True)) == ["", "not_ours"]


def test_one_call_for_two_accounts_counts_for_ours_alone(call, settings):
    settings.WHATSAPP_ACCOUNT_ID = PORTFOLIO
    said, other = (template_update("greeting", language, "PAUSED") for language in ("id", "en"))
    other["entry"][0]["id"] = "555"

    call({**said, "entry": said["entry"] + other["entry"]})

    assert (state(), state(language="en")) == ("paused", None)


def test_words_in_the_wrong_order_and_repeated_count_by_their_own_time(call):
    newer = template_update("greeting", "id", "APPROVED", at=time.time() - 10)
    older = template_update("greeting", "id", "PAUSED", at=time.time() - 60)

    for said in (newer, older, newer):
        call(said)

    assert state() == "approved"
    assert TemplateNews.objects.count() == 2


def test_words_from_the_future_count_from_when_they_came(call):
    call(template_update("greeting", "id", "PAUSED", at=time.time() + 86400))
    call(template_update("greeting", "id", "APPROVED"))

    row = RegisteredTemplate.objects.get()
    assert row.state_at <= WebhookCall.objects.latest("received_at").received_at


def test_a_clock_set_back_makes_no_later_word_an_earlier_one(call, time_machine):
    now = time.time()
    call(template_update("greeting", "id", "APPROVED", at=now))
    time_machine.move_to(now - 3600)

    call(template_update("greeting", "id", "PAUSED", at=now + 60))

    assert state() == "paused"


def test_a_name_we_do_not_know_is_kept_and_taken_over_when_it_becomes_ours(call):
    call(template_update("greeting_v1", "id", "APPROVED"))
    assert state("greeting_v1") is None

    row = registering.row_of("greeting", "id", 1)

    assert (row.state, row.approved_at is not None) == ("approved", True)


@pytest.mark.parametrize(("account", "expected"), [(PORTFOLIO, "paused"), ("999", None), ("", "paused")])
def test_words_about_the_texts_of_another_account_change_nothing(call, settings, account, expected):
    settings.WHATSAPP_ACCOUNT_ID = account

    assert call(template_update("greeting", "id", "PAUSED")) == 200

    assert state() == expected
    assert WebhookCall.objects.get().problem == ("" if expected else "not_ours")


@pytest.mark.parametrize(
    "broken",
    [
        {"event": None}, {"event": ["PAUSED"]}, {"message_template_name": None},
        {"message_template_name": "x\x00"}, {"message_template_language": {"code": "id"}},
        {"reason": ["x"]}, {"other_info": "paused"}, {"disable_info": {"title": 7, "description": None}},
    ],
)  # fmt: skip
def test_broken_words_about_one_text_do_not_cost_those_about_another(call, broken):
    said = template_update("greeting", "en", "PAUSED")
    said["entry"][0]["changes"][0]["value"] |= broken
    said["entry"] += [None, {"time": "gestern", "changes": 5}]
    said["entry"] += template_update("greeting", "id", "PAUSED")["entry"]

    call(said)

    assert state() == "paused"
    assert WebhookCall.objects.get().problem == ""


def test_a_word_that_meta_may_yet_invent_is_passed_over(call):
    assert call(template_update("greeting", "id", "SOMETHING_NEW")) == 200

    assert (state(), TemplateNews.objects.count()) == (None, 0)


def test_a_text_switched_off_goes_by_the_next_channel(call, whatsapp):
    call(template_update("greeting", "id", "PAUSED"))
    message = greet(phone="+6281234567890")

    outbox.drain()
    message.refresh_from_db()

    assert (message.state, message.reason, whatsapp.accepted) == ("dead", "template_off", [])
    assert message.falls_back_at is not None
    fallback.pass_on(now=message.falls_back_at)
    assert Message.objects.get(key="greeting:1|ready_text").state == "ready"


def test_without_another_channel_it_waits_and_goes_once_meta_approves_it_again(call, whatsapp):
    kinds.register(replace(kinds.get("greeting"), channels=(Channel.WHATSAPP,)))
    call(template_update("greeting", "id", "DISABLED", at=time.time() - 30))
    message = greet(phone="+6281234567890")
    outbox.drain()
    message.refresh_from_db()
    assert (message.state, message.reason) == ("held", "template_off")

    call(template_update("greeting", "id", "APPROVED"))
    outbox.drain()

    assert len(whatsapp.accepted) == 1


@pytest.mark.parametrize(("code", "expected"), [(132015, "paused"), (132001, "disabled")])
def test_an_answer_that_refuses_the_text_switches_it_off_for_all(whatsapp, code, expected):
    whatsapp.misbehave = lambda body: problem(400, code, "Template is paused")
    greet(phone="+6281234567890")

    outbox.drain()

    assert state() == expected
    assert wording.in_force(["greeting"]).is_off("greeting", "id")


def test_the_other_language_is_not_touched(call):
    call(template_update("greeting", "en", "PAUSED"))

    words = wording.in_force(["greeting"])
    assert (words.is_off("greeting", "en"), words.is_off("greeting", "id")) == (True, False)


def test_staff_set_a_state_once_and_it_stands_in_the_history(whatsapp):
    province = member(Role.PROVINCE)
    for _ in range(2):
        registering.set_by_hand(
            kind="greeting", language="id", version=0, state=TemplateState.REJECTED, reason="salah kategori",
            by=province,
        )  # fmt: skip

    assert [(n.state, n.reason, n.told_by) for n in TemplateNews.objects.all()] == [
        ("rejected", "salah kategori", province)
    ]


def test_the_stand_in_tells_it_as_meta_does():
    said = template_update("greeting", "id", "PAUSED", at=1_700_000_000)

    assert said["entry"][0] == {
        "id": PORTFOLIO,
        "time": 1_700_000_000,
        "changes": [
            {
                "field": "message_template_status_update",
                "value": {
                    "event": "PAUSED",
                    "message_template_id": said["entry"][0]["changes"][0]["value"]["message_template_id"],
                    "message_template_name": "greeting",
                    "message_template_language": "id",
                    "reason": "NONE",
                },
            }
        ],
    }
