"""What a visitor of the demonstration may see and do. Nothing here is reachable when DEMO is off."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import urllib3
from django.conf import settings

from okoce.notifications import directory, inbound, kinds, showing
from okoce.notifications.enums import Channel
from okoce.notifications.models import Inbound, Message
from okoce.notifications.showing import Shown

SHOWN = 30
PATIENCE = 4.0  # seconds in which an answer comes through the webhook and the worker
ON_PHONES = (Channel.WHATSAPP, Channel.SMS)
HERE = ("http://127.0.0.1:", "http://localhost:")


def newest(*, limit: int) -> list[Shown]:
    """The newest messages of the whole portal with their codes."""
    return showing.shown(list(Message.objects.order_by("-created_at", "-pk")[:limit]), with_secrets=True)


# ---------------------------------------------------------------- phones


def has_phones() -> bool:
    """Whether WhatsApp is the stand-in that `make run` starts: real people have their own phones."""
    return bool(settings.DEMO and settings.WHATSAPP_TOKEN and settings.WHATSAPP_URL.startswith(HERE))


@dataclass(frozen=True)
class Line:
    """One bubble: from us, or from the person. ``wamid`` can be quoted in an answer; an SMS has none."""

    at: datetime
    is_ours: bool
    text: str
    label: Any = ""
    status: Any = ""
    wamid: str = ""


@dataclass(frozen=True)
class Phone:
    """A phone number of the demonstration with what stands on it."""

    names: Sequence[str]
    lines: Sequence[Line]
    number: str


def arrived() -> list[Shown]:
    """The newest message on each phone that WhatsApp or an SMS has reached, the newest first."""
    rows = Message.objects.filter(channel__in=ON_PHONES, participant_id__isnull=False)
    rows = rows.exclude(provider_id="").order_by("participant_id", "-finished_at")
    last = sorted(rows.distinct("participant_id")[:500], key=lambda m: m.finished_at or m.created_at)
    return showing.shown(last[::-1][:SHOWN])


def phone_of(message: Message) -> Phone | None:
    """The phone on which ``message`` arrived; None when the person is gone or has none any more."""
    people = directory.look_up([directory.key_of(message)], with_phone=True)
    person = people.get(directory.key_of(message))
    if person is None or not person.phone:
        return None
    index = directory.index_of(person.phone)
    ids = directory.people_with(index)
    sharing = directory.look_up(("participant", pk) for pk in ids)
    return Phone([one.name for one in sharing.values()], _lines(ids, index), person.phone)


def _lines(ids: Sequence[int], index: bytes) -> list[Line]:
    sent = Message.objects.filter(channel__in=ON_PHONES, participant_id__in=ids).exclude(provider_id="")
    ours = [_ours(one) for one in showing.shown(list(sent.order_by("-pk")[:SHOWN]), with_secrets=True)]
    wrote = Inbound.objects.filter(phone_lookup=index).order_by("-pk")[:SHOWN]
    theirs = [Line(row.at, False, inbound.text_of(row), status=row.get_state_display()) for row in wrote]
    return sorted([*ours, *theirs], key=lambda line: line.at)


def _ours(shown: Shown) -> Line:
    message = shown.message
    is_sms = message.channel == Channel.SMS
    return Line(
        at=message.finished_at or message.created_at,
        is_ours=True,
        text=shown.text,
        label=f"SMS: {kinds.label_of(message.kind)}" if is_sms else kinds.label_of(message.kind),
        status=message.get_receipt_display(),
        wamid="" if is_sms else message.provider_id,
    )


def write(phone: Phone, text: str, *, answering: str) -> bool:
    """Write as that phone: the stand-in sends its signed webhook. Whether the portal has looked at it."""
    opened = [line.wamid for line in phone.lines if line.wamid]
    _tell("stand-in-reads", {"ids": opened})
    said = _tell("stand-in-says", {"from": phone.number, "text": text, "answering": answering})
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if Inbound.objects.filter(provider_id=said.get("id", "")).exclude(state="new").exists():
            return True
        time.sleep(0.2)
    return False


def _tell(deed: str, body: dict[str, Any]) -> Any:
    answer = urllib3.request(
        "POST",
        f"{settings.WHATSAPP_URL}/{settings.WHATSAPP_PHONE_ID}/{deed}",
        body=json.dumps(body),
        headers={"Authorization": f"Bearer {settings.WHATSAPP_TOKEN}", "Content-Type": "application/json"},
        timeout=5.0,
        retries=False,
    )
    return json.loads(answer.data)
