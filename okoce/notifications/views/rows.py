"""Messages as table rows: who, what, how it stands, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from okoce.notifications import decency, directory, kinds
from okoce.notifications.directory import Person
from okoce.notifications.enums import ARRIVED, Receipt, State
from okoce.notifications.models import Message
from okoce.ui.templatetags.okoce_ui import moment

TONES = {
    State.PENDING: "info",
    State.READY: "warn",
    State.SENT: "ok",
    State.HELD: "warn",
    State.CANCELLED: "",
    State.EXPIRED: "",
    State.DEAD: "bad",
}


@dataclass(frozen=True)
class Row:
    message: Message
    person: Person | None
    label: Any
    state: Any
    tone: str
    reason: Any


def rows_of(messages: Sequence[Message]) -> list[Row]:
    """One question to the directory for all of them."""
    people = directory.of_messages(messages)
    return [row(m, people.get(m.key)) for m in messages]


def row(message: Message, person: Person | None) -> Row:
    reason = kinds.words_for(message.reason, message.kind) if message.reason else ""
    if message.state == State.PENDING and message.reason in decency.WAITS:
        reason = _("Waits until %(moment)s. %(why)s.") % {
            "moment": moment(message.due_at),
            "why": reason,
        }
    state, tone = _state(message)
    return Row(message, person, kinds.label_of(message.kind), state, tone, reason)


def _state(message: Message) -> tuple[Any, str]:
    """How it stands, in words, and the tone of the tag; what the channel told of it counts for more."""
    if message.state == State.SENT and message.receipt in ARRIVED:
        return Receipt(message.receipt).label, "ok"
    if message.state == State.SENT and message.receipt == Receipt.FAILED:
        return Receipt.FAILED.label, "bad"
    return State(message.state).label, TONES[State(message.state)]
