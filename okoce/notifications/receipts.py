"""What became of accepted messages: signed calls are stored at once, worked through later, in any order.

Delivery of webhooks is at least once and unordered. So a receipt counts by its rank, never by its time of
arrival: accepted, sent, failed, delivered, read. A message never moves back; "failed" is overruled only by
the proof that it arrived.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from okoce.db import background
from okoce.db.encryption import decrypt_bytes, encrypt_bytes
from okoce.notifications import campaigns, chains, fallback, heard, inbound, numbers, registering, services
from okoce.notifications.chains import Chains
from okoce.notifications.channels.cloud_api import NUMBER_IS_DEAD
from okoce.notifications.enums import ARRIVED, OPEN, Channel, Event, Receipt, State
from okoce.notifications.models import DeliveryEvent, DeliveryReceipt, Message, WebhookCall

log = logging.getLogger("okoce.notifications")

LARGEST_CALL = 3 * 1024 * 1024  # bytes, Meta's own limit
COLUMN = "notifications.webhook"
WORK = "okoce.notifications.tasks.work_through_webhooks"  # by name: tasks stand above this module
AT_ONCE = 50
STILL_NEWS = timedelta(hours=1)  # a failure that is told later stops no campaign that was looked at since

_RANK: Mapping[str, int] = {
    "": 0,
    Receipt.ACCEPTED: 1,
    Receipt.SENT: 2,
    Receipt.FAILED: 3,
    Receipt.DELIVERED: 4,
    Receipt.READ: 5,
}
_EVENTS: Mapping[str, Event] = {
    Receipt.DELIVERED: Event.DELIVERED,
    Receipt.READ: Event.READ,
    Receipt.FAILED: Event.UNDELIVERED,
}


@dataclass(frozen=True, slots=True)
class Told:
    """One status of one message."""

    provider_id: str
    reference: UUID | None
    status: Receipt
    code: int | None
    at: datetime
    channel: str = Channel.WHATSAPP


Source = Callable[..., list[Told]]
_sources: dict[str, Source] = {}


def register_source(mark: str, told: Source) -> None:
    """Calls stored under ``mark`` are not WhatsApp's: ``told(call, heard_at=…)`` reads their receipts."""
    _sources[mark] = told


def is_signed(content: bytes, signature: str) -> bool:
    """Whether ``X-Hub-Signature-256`` was made of these very bytes with our app secret."""
    secret = settings.WHATSAPP_APP_SECRET
    if not secret:
        return False
    made = "sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
    return hmac.compare_digest(made.encode(), signature.encode("utf-8", "replace"))


def keep(content: bytes) -> bool:
    """Store a signed call; False when it is here already. The work begins after the commit."""
    call = WebhookCall(digest=hashlib.sha256(content).digest())
    call.content_ciphertext = encrypt_bytes(content, column=COLUMN, row=call.uid)
    made = WebhookCall.objects.bulk_create([call], ignore_conflicts=True)
    is_new = WebhookCall.objects.filter(uid=made[0].uid).exists()
    if is_new:
        transaction.on_commit(lambda: background.nudge(WORK, forget_after=60), robust=True)
    return is_new


def work_through(*, limit: int = AT_ONCE) -> int:
    """Work through stored calls, each in its own transaction; how many. Several workers may do so at once."""
    done = 0
    while done < limit and _work_on_next():
        done += 1
    return done


@transaction.atomic
def _work_on_next() -> bool:
    call = (
        WebhookCall.objects.select_for_update(skip_locked=True)
        .filter(processed_at__isnull=True)
        .order_by("received_at", "pk")
        .first()
    )
    if call is None:
        return False
    try:
        with transaction.atomic():
            call.problem = _take_in(call)
    except (OperationalError, InterfaceError):
        raise  # the database is away or full: the call stays as it is, for the next time
    except heard.Unreadable:
        log.warning("a webhook call could not be read")
        call.problem = "unreadable"
    except Exception:  # one call never holds up those behind it
        log.exception("a webhook call could not be worked through")
        call.problem = "failed"
    call.content_ciphertext, call.processed_at = None, timezone.now()
    call.save(update_fields=["content_ciphertext", "processed_at", "problem"])
    return True


def _take_in(call: WebhookCall) -> str:
    """Everything a call says; a code when it is nothing for us."""
    assert call.content_ciphertext is not None
    said = heard.parse(decrypt_bytes(call.content_ciphertext, column=COLUMN, row=call.uid))
    if not isinstance(said, dict):
        raise heard.Unreadable
    for mark, source in _sources.items():
        if mark in said:
            note(source(said, heard_at=call.received_at))
            return ""
    said = {**said, "entry": [one for one in heard.objects(said, "entry") if _is_of_our_account(one)]}
    news = list(registering.news_in(said, until=call.received_at))
    registering.note(news)
    ours = [
        value
        for value in _values(said)
        if heard.part(value, "metadata").get("phone_number_id") == settings.WHATSAPP_PHONE_ID
    ]
    if not ours:
        return "" if news else "not_ours"
    note([told for value in ours for told in _statuses(value, until=call.received_at)])
    for value in ours:
        inbound.keep(value, until=call.received_at)
        _note_numbers(value)
    return ""


def _is_of_our_account(entry: Mapping[str, Any]) -> bool:
    """An app may be connected to several WhatsApp accounts; texts of the others may have the same names."""
    return (
        not settings.WHATSAPP_ACCOUNT_ID
        or heard.text(entry.get("id"), longest=40) == settings.WHATSAPP_ACCOUNT_ID
    )


def _note_numbers(value: Mapping[str, Any]) -> None:
    """Numbers that WhatsApp does not reach, and those where something arrived."""
    alive, dead = [], []
    for one in heard.objects(value, "statuses"):
        digits = heard.text(one.get("recipient_id"), longest=20)
        if not digits:
            continue
        codes = {heard.number(error.get("code")) for error in heard.objects(one, "errors")}
        if one.get("status") in list(ARRIVED):
            alive.append(f"+{digits}")
        elif one.get("status") == Receipt.FAILED and NUMBER_IS_DEAD in codes:
            dead.append(f"+{digits}")
    numbers.are_alive(alive)
    numbers.is_dead(dead)


def _values(said: Any) -> Iterator[Mapping[str, Any]]:
    for entry in heard.objects(said, "entry"):
        for change in heard.objects(entry, "changes"):
            if change.get("field") == "messages":
                yield heard.part(change, "value")


def _statuses(value: Mapping[str, Any], *, until: datetime) -> Iterator[Told]:
    for one in heard.objects(value, "statuses"):
        provider_id = heard.text(one.get("id"), longest=200)
        if one.get("status") not in Receipt.values or not provider_id:
            continue
        error = next(heard.objects(one, "errors"), {})
        yield Told(
            provider_id=provider_id,
            reference=uuid_of(one.get("biz_opaque_callback_data")),
            status=Receipt(one["status"]),
            code=heard.number(error.get("code")),
            at=heard.moment(one.get("timestamp"), until=until),
        )


def uuid_of(value: Any) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


# ---------------------------------------------------------------- what it means for our messages


@transaction.atomic
def note(told: Sequence[Told]) -> int:
    """Keep each status once and let the messages follow; how many messages changed. Four statements."""
    if not told:
        return 0
    DeliveryReceipt.objects.bulk_create(
        [
            DeliveryReceipt(
                provider_id=t.provider_id, reference=t.reference, status=t.status, code=t.code, at=t.at
            )
            for t in told
        ],
        ignore_conflicts=True,
    )
    named = Q(provider_id__in={t.provider_id for t in told})
    references = {t.reference for t in told if t.reference}
    rows = (
        Message.objects.select_for_update(no_key=True)
        .filter(named | Q(uid__in=references))
        .exclude(state__in=["pending", "ready", "held"], provider_id="", attempts=0)
        .order_by("pk")
    )
    changed, events, limits = [], [], set()
    has_failed = any(one.status == Receipt.FAILED for one in told)
    known = chains.in_force() if has_failed else chains.USUAL
    for message, best in _with_parts(_highest(rows, told)):
        if _RANK[best.status] <= _RANK[message.receipt] and message.provider_id:
            continue
        _follow(message, best, known)
        changed.append(message)
        if best.status == Receipt.FAILED and best.at > timezone.now() - STILL_NEWS:
            limits.add(_reason(best))
        if event := _EVENTS.get(best.status):
            events.append(DeliveryEvent(message=message, event=event, reason=_reason(best)))
    _write(changed)
    DeliveryEvent.objects.bulk_create(events)
    _take_back_followers([message for message in changed if message.receipt in ARRIVED])
    for reason in sorted(limits):
        campaigns.heed(reason)
    return len(changed)


# One call may tell of ten thousand: bulk_update would compare each with every other.
_WRITE = """
UPDATE notifications_message AS m
SET provider_id = g.provider_id, receipt = g.receipt, receipt_at = g.receipt_at,
    falls_back_at = g.falls_back_at, reason = g.reason
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[])
    AS g (id, provider_id, receipt, receipt_at, falls_back_at, reason)
WHERE m.id = g.id
"""
_WRITTEN = ("pk", "provider_id", "receipt", "receipt_at", "falls_back_at", "reason")


def _write(changed: Sequence[Message]) -> None:
    if not changed:
        return
    columns = [[getattr(message, name) for message in changed] for name in _WRITTEN]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, columns)


def _take_back_followers(arrived: Sequence[Message]) -> None:
    """What was passed on and still waits is not needed: nobody gets one thing by two channels."""
    found: set[int] = set()
    ids = [message.pk for message in arrived]
    while ids and (keys := fallback.keys_of_followers(ids)):
        followers = set(Message.objects.filter(key__in=keys).values_list("pk", flat=True))
        ids = list(followers - found)
        found |= followers
    if found:
        waiting = Message.objects.filter(pk__in=found, state__in=OPEN)
        services.close(waiting, state=State.CANCELLED, reason="arrived_otherwise")


def _with_parts(found: Iterable[tuple[Message, Told]]) -> list[tuple[Message, Told]]:
    """What went inside a message whose sender died before writing it down has arrived with it."""
    known = list(found)
    best_of = {message.pk: best for message, best in known if message.state == State.PENDING}
    if not best_of:
        return known
    parts = Message.objects.select_for_update(no_key=True).filter(
        joined_to__in=best_of, state=State.PENDING, attempts__gt=0
    )
    return known + [(part, best_of[part.joined_to_id]) for part in parts.order_by("pk")]


def _highest(rows: Iterable[Message], told: Sequence[Told]) -> Iterator[tuple[Message, Told]]:
    """Each message with the highest of what was told of it."""
    by_name: dict[Any, list[Told]] = defaultdict(list)
    for one in told:
        by_name[one.provider_id].append(one)
        if one.reference:
            by_name[one.reference].append(one)
    for message in rows:
        about = by_name[message.uid] + (by_name[message.provider_id] if message.provider_id else [])
        if about:
            yield message, max(about, key=lambda one: _RANK[one.status])


def _follow(message: Message, best: Told, known: Chains) -> None:
    message.provider_id = message.provider_id or best.provider_id
    message.receipt, message.receipt_at = best.status, best.at
    if best.status in ARRIVED:
        message.falls_back_at = None
        message.reason = ""
    elif best.status == Receipt.FAILED:
        message.reason = _reason(best)
        kind = known.find(message.kind)
        if kind is not None and kind.after(message.channel):
            message.falls_back_at = timezone.now()


def _reason(told: Told) -> str:
    if told.status != Receipt.FAILED:
        return ""
    if told.channel != Channel.WHATSAPP:
        return f"{told.channel}_undelivered"
    return f"whatsapp:{told.code}" if told.code is not None else ""
