"""The office's in-tray: what people wrote that the portal did not understand, and what an officer does with
it. The answer set by hand goes the way of an answer by WhatsApp, to the same services.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.notifications import directory, inbound, replies, safety
from okoce.notifications.directory import Person
from okoce.notifications.enums import InboundState, Meaning
from okoce.notifications.kinds import Answered
from okoce.notifications.models import Inbound, Message, Reply
from okoce.regions.models import Region


class CannotReply(Exception):
    """``why`` is a code: over (the 24 hours), unknown (nobody has this number), or what safety found."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def people_of(row: Inbound) -> dict[int, Person]:
    """{id: Person} of who may have written it: everybody with the number now, or the one who is certain."""
    if row.participant_id is not None:
        ids = [row.participant_id]
    else:
        ids = directory.people_with(bytes(row.phone_lookup)) if row.phone_lookup else []
    return {pk: person for (_kind, pk), person in directory.look_up(("participant", i) for i in ids).items()}


def questions_of(row: Inbound, known: Sequence[int], *, now: datetime) -> list[Message]:
    """What can still be answered for these people, each one's newest first."""
    return inbound.open_questions(known, now=now)


def replies_of(rows: Sequence[Inbound]) -> list[Reply]:
    found = Reply.objects.filter(inbound__in=[row.pk for row in rows])
    return list(found.select_related("message", "by").order_by("at", "pk"))


@transaction.atomic
def settle(*, inbound_id: int, by: User) -> bool:
    """Read and done; again changes nothing. Whether it was still to do."""
    row = Inbound.objects.select_for_update().get(pk=inbound_id)
    if row.state not in (InboundState.TRAY, InboundState.ASKED):
        return False
    _done(row, by)
    record(by, "notifications.inbound.done", row)
    return True


@transaction.atomic
def put_back(*, inbound_id: int, by: User) -> bool:
    """To be read again, by whoever comes next."""
    row = Inbound.objects.select_for_update().get(pk=inbound_id)
    if row.state != InboundState.DONE:
        return False
    row.state, row.handled_at, row.handled_by = InboundState.TRAY, None, None
    row.save(update_fields=["state", "handled_at", "handled_by"])
    record(by, "notifications.inbound.put_back", row)
    return True


@transaction.atomic
def reply(*, inbound_id: int, text: str, by: User, once: UUID) -> Message:
    """Write back, within WhatsApp's 24 hours; it is done with that. ``once`` names this one press of the
    button. Raises CannotReply.
    """
    row = Inbound.objects.select_for_update().get(pk=inbound_id)
    if problem := safety.problem_in(text):
        raise CannotReply(problem)
    known = people_of(row)
    if not known:
        raise CannotReply("unknown")
    message = replies.say(row, text, to=sorted(known)[0], by=by, once=str(once))
    if message is None:
        raise CannotReply("over")
    if row.state == InboundState.TRAY:
        _done(row, by)
    record(by, "notifications.inbound.replied", row)
    return message


@transaction.atomic
def answer(*, inbound_id: int, message: Message, meaning: Meaning, by: User, now: datetime) -> Answered:
    """Take what was written as this answer to this question; the person is told as if they had written it."""
    row = Inbound.objects.select_for_update().get(pk=inbound_id)
    done = inbound.effect_of(message, meaning, now=now)
    row.participant_id, row.message, row.meaning, row.outcome = (
        message.participant_id,
        message,
        meaning,
        done.code,
    )
    _done(row, by)
    replies.say(row, done.words, language=message.language, once=f"{message.pk}-{meaning.value}")
    record(by, "notifications.inbound.answered", row, meaning=meaning.value)
    return done


@transaction.atomic
def hand_over(*, inbound_id: int, kecamatan: Region, by: User) -> None:
    """To the office where the person lives now."""
    row = Inbound.objects.select_for_update().get(pk=inbound_id)
    if row.kecamatan == kecamatan.code:
        return
    record(by, "notifications.inbound.handed_over", row, before=row.kecamatan, after=kecamatan.code)
    row.city, row.kecamatan = kecamatan.code[:5], kecamatan.code
    row.save(update_fields=["city", "kecamatan"])


def _done(row: Inbound, by: User) -> None:
    row.state, row.handled_at, row.handled_by = InboundState.DONE, timezone.now(), by
    row.save()


def conversation(row: Inbound, *, limit: int = 20) -> list[tuple[datetime, bool, str, Any]]:
    """What was written from this number and answered by us, in order: (when, by us, words, who or state)."""
    if row.phone_lookup is None:
        return []
    rows = list(Inbound.objects.filter(phone_lookup=row.phone_lookup).order_by("-at", "-pk")[:limit])
    lines: list[tuple[datetime, bool, str, Any]] = [
        (one.at, False, inbound.text_of(one), one.get_form_display()) for one in rows
    ]
    lines += [(one.at, True, replies.words_of(one), one.by) for one in replies_of(rows)]
    return sorted(lines, key=lambda line: line[0])
