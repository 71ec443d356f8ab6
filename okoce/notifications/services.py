"""Putting messages into the outbox, in the transaction of their cause.

``queue`` for one, ``queue_many`` for some, okoce.notifications.bulk for a whole set by one statement,
``cancel`` when the cause is gone. A key that is in the outbox already changes nothing, so every caller may
run twice. Sending is okoce.notifications.outbox.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.db.encryption import encrypt
from okoce.notifications import chains, compose, decency, directory, safety
from okoce.notifications.channels import WAYS, Letter
from okoce.notifications.decency import Rules
from okoce.notifications.directory import Person
from okoce.notifications.enums import OPEN, Channel, ConsentRule, Event, State
from okoce.notifications.kinds import Kind
from okoce.notifications.kinds import registered as registered_kinds
from okoce.notifications.models import DeliveryEvent, Message
from okoce.notifications.wake import wake_after_commit

Cause = Model | tuple[str, int]

AT_ONCE = 2000  # rows of one INSERT


class CannotRetry(Exception):
    """The message is not one that can be put back: sent, cancelled, or its time has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One message to be queued by ``queue_many``. What is empty comes from the call."""

    key: str
    participant_id: int | None = None
    user_id: int | None = None
    channel: Channel | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    secret: str | None = None
    cause: Cause | None = None
    city: str = ""
    kecamatan: str = ""
    due_at: datetime | None = None
    expires_at: datetime | None = None
    language: str = ""
    campaign_id: int | None = None


def queue(
    *,
    kind: str,
    key: str,
    participant_id: int | None = None,
    user: User | None = None,
    channel: Channel | None = None,
    context: Mapping[str, Any] | None = None,
    secret: str | None = None,
    cause: Cause | None = None,
    city: str = "",
    kecamatan: str = "",
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    language: str | None = None,
    campaign_id: int | None = None,
) -> Message:
    """The message under ``key``: the new one, or the one that was there already.

    Without ``channel`` the kind chooses: the first of its channels that reaches the person and is connected.
    ``secret`` (a sign-in code) is sealed and wiped once the message is done. ``cause`` is a row or
    ``("trainings.trainingsession", 12)``. City and kecamatan decide which office sees the message; empty,
    they are the participant's. Raises KeyError for an unknown kind and ValueError for a context with personal
    numbers.
    """
    draft = Draft(
        key=key,
        participant_id=participant_id,
        user_id=user.pk if user is not None else None,
        channel=channel,
        context=context or {},
        secret=secret,
        cause=cause,
        city=city,
        kecamatan=kecamatan,
        due_at=due_at,
        expires_at=expires_at,
        language=language or (user.language if user is not None else ""),
        campaign_id=campaign_id,
    )
    queue_many(kind=kind, drafts=[draft])
    return Message.objects.get(key=key)


@transaction.atomic
def queue_many(
    *,
    kind: str,
    drafts: Iterable[Draft],
    cause: Cause | None = None,
    channel: Channel | None = None,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Queue all ``drafts`` of one kind; how many of them are new.

    One INSERT per two thousand, in the order of their keys, so that two callers never wait for each other in
    a ring.
    """
    known = chains.in_force([kind]).get(kind)
    now = timezone.now()
    whole = sorted(
        (
            replace(
                draft,
                cause=draft.cause or cause,
                channel=draft.channel or channel,
                due_at=draft.due_at or due_at or now,
                expires_at=draft.expires_at or expires_at,
            )
            for draft in drafts
        ),
        key=lambda draft: draft.key,
    )
    new = sum(_insert(known, whole[at : at + AT_ONCE]) for at in range(0, len(whole), AT_ONCE))
    if new:
        wake_after_commit()
    return new


_COLUMNS = {
    "uid": "uuid",
    "key": "text",
    "kind": "text",
    "channel": "text",
    "state": "text",
    "reason": "text",
    "participant_id": "bigint",
    "user_id": "bigint",
    "language": "text",
    "context": "jsonb",
    "secret_ciphertext": "bytea",
    "cause_type": "text",
    "cause_id": "bigint",
    "city": "text",
    "kecamatan": "text",
    "priority": "smallint",
    "due_at": "timestamptz",
    "expires_at": "timestamptz",
    "campaign_id": "bigint",
}
_INSERT = (
    f"INSERT INTO notifications_message ({', '.join(_COLUMNS)}, created_at, attempts) "  # noqa: S608
    f"SELECT given.*, statement_timestamp(), 0 FROM unnest("
    f"{', '.join(f'%s::{kind}[]' for kind in _COLUMNS.values())}) AS given ON CONFLICT (key) DO NOTHING"
)


def _insert(kind: Kind, drafts: Sequence[Draft]) -> int:
    rows = list(_rows(kind, drafts))
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [list(column) for column in zip(*rows, strict=True)])
        return int(cursor.rowcount)


def _rows(kind: Kind, drafts: Sequence[Draft]) -> Iterator[tuple[Any, ...]]:
    people = _people(kind, drafts)
    now = timezone.now()
    rules = decency.rules_at(now)
    ways = {channel: ways_out(kind, channel) for channel in {draft.channel for draft in drafts}}
    for draft in drafts:
        _check(draft)
        person = people.get(draft.key)
        way = _way_out(draft, person, kind, ways[draft.channel])
        way, due_at = _at_a_decent_hour(kind, draft, way, rules, now)
        uid = uuid.uuid4()
        sealed = encrypt(draft.secret, column=compose.SECRET_COLUMN, row=uid) if draft.secret else None
        cause_type, cause_id = cause_of(draft.cause)
        yield (
            uid, draft.key, kind.code, way.channel, way.state, way.reason,
            draft.participant_id, draft.user_id, draft.language or settings.LANGUAGE_CODE,
            json.dumps(draft.context, cls=DjangoJSONEncoder), sealed,
            cause_type, cause_id,
            draft.city or (person.city if person else ""),
            draft.kecamatan or (person.kecamatan if person else ""),
            kind.priority, due_at, draft.expires_at, draft.campaign_id,
        )  # fmt: skip


def _people(kind: Kind, drafts: Sequence[Draft]) -> Mapping[str, Person]:
    if kind.recipients is None:
        return directory.of_messages(drafts)
    stand_ins = [
        Message(
            key=d.key, kind=kind.code, participant_id=d.participant_id, user_id=d.user_id,
            context=dict(d.context), cause_type=cause_of(d.cause)[0], cause_id=cause_of(d.cause)[1],
            campaign_id=d.campaign_id,
        )
        for d in drafts
    ]  # fmt: skip
    return kind.recipients(stand_ins)


@dataclass(frozen=True, slots=True)
class WayOut:
    """A channel that a new message may take, with the state and reason it then begins with."""

    channel: Channel
    state: State
    reason: str = ""


def ways_out(kind: Kind, channel: Channel | None = None) -> list[WayOut]:
    """The ways of a kind, best first: the first one that reaches the person is taken (here and in bulk.py).

    Connected ones go before others; ``channel`` leaves no choice.
    """
    why_not = {code: WAYS[code].why_not() for code in ([channel] if channel else kind.ways)}
    return [
        WayOut(Channel(code), State.HELD if why else WAYS[code].starts_as, why)
        for code, why in sorted(why_not.items(), key=lambda one: bool(one[1]))
    ]


def _way_out(draft: Draft, person: Person | None, kind: Kind, ways: Sequence[WayOut]) -> WayOut:
    for way in ways:
        if person is not None and WAYS[way.channel].reaches(person):
            return way
    return WayOut(draft.channel or kind.usual_way, State.HELD, "no_address")


def _at_a_decent_hour(
    kind: Kind, draft: Draft, way: WayOut, rules: Rules, now: datetime
) -> tuple[WayOut, datetime]:
    """When it goes, planned ahead: never later than it is of use, where an earlier hour is left."""
    due_at = draft.due_at or now
    if rules.any_hour or way.state != State.PENDING:
        return way, due_at
    answer = decency.plan(
        kind.haste, rules, now=now, due_at=due_at, expires_at=draft.expires_at,
        begins_at=decency.begins_at_of(draft),
    )  # fmt: skip
    if answer.goes:
        return way, answer.until or due_at
    return replace(way, state=State.HELD, reason=answer.reason), due_at


def _check(draft: Draft) -> None:
    if not draft.key.isascii() or not draft.key.isprintable() or not 0 < len(draft.key) <= 160:
        raise ValueError("a message's key is 1 to 160 printable ASCII characters")
    if draft.participant_id is None and draft.user_id is None:
        raise ValueError(f"the message {draft.key} has no recipient")
    if safety.problem_in(draft.key):
        raise ValueError("a message's key may not hold a personal number")
    safety.refuse_personal(draft.context)


def cause_of(cause: Cause | None) -> tuple[str, int | None]:
    if cause is None:
        return "", None
    if isinstance(cause, Model):
        return cause._meta.label_lower, cause.pk
    return cause


# ---------------------------------------------------------------- afterwards


@transaction.atomic
def cancel(
    *,
    reason: str,
    cause: Cause | None = None,
    keys: Collection[str] = (),
    kinds: Collection[str] = (),
    participant_id: int | None = None,
) -> int:
    """Cancel what still waits of a cause, or under ``keys``, of all kinds or the named ones, to everybody or
    one person; how many.

    What is being sent this very second may still go; the re-check at send time catches all else.
    """
    if cause is None and not keys:
        raise ValueError("say what to cancel: a cause or keys")
    waiting = Message.objects.filter(state__in=OPEN)
    if cause is not None:
        cause_type, cause_id = cause_of(cause)
        waiting = waiting.filter(cause_type=cause_type, cause_id=cause_id)
    if keys:
        waiting = waiting.filter(key__in=keys)
    if kinds:
        waiting = waiting.filter(kind__in=kinds)
    if participant_id is not None:
        waiting = waiting.filter(participant_id=participant_id)
    return close(waiting, state=State.CANCELLED, reason=reason)


_KEEP_UNTIL = """
WITH waiting AS (
    SELECT id FROM notifications_message
    WHERE cause_type = %s AND cause_id = %s AND kind = ANY(%s) AND state = ANY(%s)
    ORDER BY id FOR UPDATE
)
UPDATE notifications_message AS m SET expires_at = %s FROM waiting WHERE m.id = waiting.id
"""


def keep_until(moment: datetime, *, cause: Cause, kinds: Collection[str]) -> int:
    """What still waits of a cause is of use until ``moment`` from now on; how many."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_UNTIL, [*cause_of(cause), list(kinds), list(OPEN), moment])
        return int(cursor.rowcount)


def cancel_unwanted(*, participant_id: int, reason: str, kinds: Collection[str] | None = None) -> int:
    """Cancel what still waits for a person who wants no messages any more, or none of some kinds; how many.

    What rests on no consent (a sign-in code asked for a moment ago) stays. What a worker has in hand and has
    not begun to send is stopped too: beginning a letter looks at the lease, which ends here.
    """
    needed = [kind.code for kind in registered_kinds() if kind.consent is ConsentRule.NONE]
    waiting = Message.objects.filter(participant_id=participant_id, state__in=OPEN).exclude(kind__in=needed)
    if kinds is not None:
        waiting = waiting.filter(kind__in=kinds)
    return close(waiting, state=State.CANCELLED, reason=reason)


def close(waiting: Any, *, state: State, reason: str, actor: User | None = None, limit: int = 5000) -> int:
    """Move open messages of a queryset to a final state, in one statement per ``limit``, with their
    events.
    """
    total = 0
    while True:
        ids = list(
            waiting.order_by("pk").select_for_update(skip_locked=False).values_list("pk", flat=True)[:limit]
        )
        if not ids:
            return total
        finish(ids, state=state, reason=reason, event=Event(state.value), actor=actor)
        total += len(ids)
        if len(ids) < limit:
            return total


def finish(ids: Sequence[int], *, state: State, reason: str, event: Event, actor: User | None = None) -> None:
    """Write a final state and its event for locked rows. The secret is wiped, but for the demonstration."""
    fields: dict[str, Any] = {
        "state": state,
        "reason": reason,
        "finished_at": timezone.now(),
        "lease_owner": None,
        "lease_until": None,
    }
    if state != State.SENT:
        fields["one_of_day"] = None  # the person's day is free for another one
    if not settings.DEMO:
        fields["secret_ciphertext"] = None
    Message.objects.filter(pk__in=ids).update(**fields)
    DeliveryEvent.objects.bulk_create(
        [DeliveryEvent(message_id=pk, event=event, reason=reason, actor=actor) for pk in ids]
    )


def expire(*, now: datetime) -> int:
    """Close what can no longer arrive in time. What a living worker holds is left to that worker."""
    total = 0
    while True:
        with transaction.atomic():
            late = Message.objects.overdue(now=now).select_for_update(skip_locked=True)
            ids = list(late.order_by("pk").values_list("pk", flat=True)[:5000])
            finish(ids, state=State.EXPIRED, reason="expired", event=Event.EXPIRED)
        total += len(ids)
        if len(ids) < 5000:
            return total


@transaction.atomic
def release_held(*, now: datetime) -> int:
    """Put back what was held because its channel was not connected and now is."""
    total = 0
    for code, way in WAYS.items():
        if way.why_not() or way.starts_as != State.PENDING:
            continue
        rows = Message.objects.waiting_for_connection(code, now=now).select_for_update(skip_locked=True)
        ids = list(rows.values_list("pk", flat=True)[:5000])
        Message.objects.filter(pk__in=ids).update(state=State.PENDING, reason="", due_at=now)
        DeliveryEvent.objects.bulk_create([DeliveryEvent(message_id=pk, event=Event.RELEASED) for pk in ids])
        total += len(ids)
    return total


@transaction.atomic
def retry(*, message_id: int, by: User) -> Message:
    """Put a message that was given up or held back into the queue, with eight new tries. Raises
    CannotRetry.
    """
    message: Message = Message.objects.select_for_update().get(pk=message_id)
    now = timezone.now()
    if message.state not in (State.DEAD, State.HELD) or (message.expires_at and message.expires_at <= now):
        raise CannotRetry(message.key)
    way = WAYS[message.channel]
    message.state = State.HELD if way.why_not() else way.starts_as
    message.reason = way.why_not()
    message.attempts, message.due_at, message.finished_at = 0, now, None
    message.save(update_fields=["state", "reason", "attempts", "due_at", "finished_at"])
    DeliveryEvent.objects.create(message=message, event=Event.RETRIED, reason=message.reason, actor=by)
    record(by, "notifications.message.retried", message)
    wake_after_commit()
    return message


# ---------------------------------------------------------------- by hand


@transaction.atomic
def tick(*, message_ids: Collection[int], by: User, with_group: bool = False) -> int:
    """Tick ready texts off as sent by hand; how many were still to do."""
    rows = Message.objects.select_for_update().filter(pk__in=message_ids, state=State.READY).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    reason = "with_group" if with_group else "by_hand"
    finish(ids, state=State.SENT, reason=reason, event=Event.TICKED, actor=by)
    if ids:
        record(by, "notifications.ready_text.ticked", count=len(ids), with_group=with_group)
    return len(ids)


@transaction.atomic
def untick(*, message_id: int, by: User) -> bool:
    """Take a tick back; whether there was one."""
    ticked = Message.objects.select_for_update().filter(
        pk=message_id, channel=Channel.READY_TEXT, state=State.SENT
    )
    if not ticked.update(state=State.READY, reason="", finished_at=None):
        return False
    DeliveryEvent.objects.create(message_id=message_id, event=Event.UNTICKED, actor=by)
    record(by, "notifications.ready_text.unticked", count=1, message=message_id)
    return True


@transaction.atomic
def open_ready_text(*, message: Message, by: User) -> Letter | None:
    """The letter of a ready text that is about to be opened in WhatsApp, with the phone number; recorded.

    None when it is not needed any more (it is then cancelled or held, and its reason says why) or is done
    already.
    """
    if not Message.objects.select_for_update().filter(pk=message.pk, state=State.READY).exists():
        return None
    prepared, refused = compose.prepare([message], with_phone=True)
    if refused:
        _settle_refused(refused[0])
        return None
    try:
        letter = compose.letter(prepared[0])
    except compose.Unsayable as problem:
        _settle_refused(compose.Verdict(message, State.HELD, problem.reason))
        return None
    DeliveryEvent.objects.create(message=message, event=Event.OPENED, actor=by)
    record(by, "notifications.ready_text.opened", message, participant=message.participant_id)
    return letter


def _settle_refused(verdict: compose.Verdict) -> None:
    message, now = verdict.message, timezone.now()
    message.state = State.HELD if verdict.state == compose.FAILED else State(verdict.state)
    message.reason = verdict.reason
    message.finished_at = now if message.state == State.CANCELLED else None
    message.save(update_fields=["state", "reason", "finished_at"])
    DeliveryEvent.objects.create(message=message, event=message.state, reason=verdict.reason)
