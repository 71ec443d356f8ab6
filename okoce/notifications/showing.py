"""Messages as they read on a screen: for the staff's page and the demonstration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from okoce.notifications import compose, directory, kinds, wording
from okoce.notifications.directory import Person
from okoce.notifications.enums import State
from okoce.notifications.kinds import Kind
from okoce.notifications.models import Message, MessageText


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as it reads. ``problem`` is a reason code."""

    message: Message
    person: Person | None
    subject: str = ""
    text: str = ""
    problem: str = ""
    version: MessageText | None = None


def shown(messages: Sequence[Message], *, with_secrets: bool = False) -> list[Shown]:
    """``messages`` in words, whatever their state; a code is dotted out unless ``with_secrets``."""
    by_kind: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        by_kind[message.kind].append(message)
    found: dict[str, Shown] = {}
    versions = _versions_of(messages)
    for code, group in by_kind.items():
        for one in _shown_kind(kinds.find(code), group, versions, with_secrets=with_secrets):
            found[one.message.key] = one
    return [found[m.key] for m in messages]


def _versions_of(messages: Sequence[Message]) -> dict[str, MessageText | None]:
    """Each message's words: of what went out the version it went in, of others the one in force now."""
    gone = [m for m in messages if m.text_id is not None or m.state == State.SENT]
    used = wording.used_by(m.text_id for m in gone)
    found = {m.key: used.get(m.text_id or 0) for m in gone}
    waiting = [m for m in messages if m.key not in found]
    words = wording.in_force({m.kind for m in waiting})
    return found | {m.key: words.text(m.kind, m.channel, compose.supported(m.language)) for m in waiting}


def _shown_kind(
    kind: Kind | None,
    messages: list[Message],
    versions: Mapping[str, MessageText | None],
    *,
    with_secrets: bool,
) -> Iterable[Shown]:
    people = directory.of_messages(messages) if kind is None else compose.recipients(kind, messages)
    if kind is None:
        yield from (Shown(m, people.get(m.key), problem="unknown_kind") for m in messages)
        return
    details = compose.details_of(kind, messages)
    for message in messages:
        person = people.get(message.key)
        if person is None:
            yield Shown(message, None, problem="person_gone")
            continue
        secret = compose.open_secret(message) if with_secrets else compose.HIDDEN_SECRET
        try:
            subject, text = compose.preview(
                message, kind, person, details.get(message.key, {}), secret=secret, text=versions[message.key]
            )
        except compose.Unsayable as problem:
            yield Shown(message, person, problem=problem.reason)
        else:
            yield Shown(message, person, subject, text, version=versions[message.key])
