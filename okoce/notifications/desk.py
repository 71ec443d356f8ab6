"""The desk of one cause (a session, a place of a bazaar): who was reached how, who answered what, who must be
called.

The app above gives its rows, one a person with ``participant_id``, and says what counts as an answer; this
module judges them inside the database, so that counting, filtering and paging are one statement each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, Subquery, Value, When
from django.utils.translation import gettext as _

from okoce.notifications import budget, decency, directory
from okoce.notifications.enums import ARRIVED, Channel, InboundState, State
from okoce.notifications.models import Inbound, Message

CALL_BEFORE = timedelta(hours=24)  # who was not reached by then is called
ANSWER_SOON = timedelta(hours=12)  # before the deadline of a question
SAYS_NOTHING = (Channel.EMAIL, Channel.READY_TEXT)  # they never tell of a delivery: sent is all we know

ALL, CALL, SILENT, REACHED = "semua", "panggil", "tanpa-jawaban", "terjangkau"
VIEWS = (ALL, CALL, SILENT, REACHED)


@dataclass(frozen=True)
class Desk:
    """What is judged. ``yes``, ``no`` and ``open_`` are conditions on the rows; ``answer_by`` is the column
    of the deadline; ``changes`` are kinds that even somebody who said yes must know of.
    """

    cause: tuple[str, int]
    begins_at: datetime
    is_on: bool
    yes: Q
    no: Q
    open_: Q
    answer_by: str = "answer_by"
    changes: Sequence[str] = ()

    def judged(self, rows: Any, *, now: datetime) -> Any:
        """``rows`` with ``is_reached``, ``in_tray`` and ``why``: why to call, empty when nobody must."""
        messages = Message.objects.about(*self.cause).filter(participant_id=OuterRef("participant_id"))
        arrived = messages.filter(_arrived())
        people, columns = directory.addresses()
        reached_by = {name: column for name, column in columns.items() if name.startswith("has_")}
        person = people.annotate(**reached_by).filter(pk=OuterRef("participant_id"))
        tray = Inbound.objects.filter(participant_id=OuterRef("participant_id"), state=InboundState.TRAY)
        untold = messages.filter(kind__in=self.changes).exclude(_arrived()).exclude(state=State.CANCELLED)
        rows = rows.annotate(
            is_reached=Exists(arrived),
            in_tray=Exists(tray),
            has_way=Exists(person.filter(Q(has_phone=True) | Q(has_email=True) | Q(has_push=True))),
            is_dead=Exists(
                person.filter(has_ready_text=True, has_whatsapp=False, has_email=False, has_push=False)
            ),
            is_untold=Exists(untold) & ~Exists(arrived.filter(kind__in=self.changes)),
        )
        return rows.annotate(
            why=Case(*self._reasons(now), default=Value(""), output_field=CharField()),
        )

    def _reasons(self, now: datetime) -> list[When]:
        if not self.is_on or self.begins_at <= now:
            return []
        is_near = self.begins_at - now < CALL_BEFORE
        silent = Q(self.open_, is_reached=False)
        soon = self.open_ if is_near else Q(self.open_, **{f"{self.answer_by}__lt": now + ANSWER_SOON})
        reasons = [
            When(Q(silent, has_way=False), then=Value("no_way")),
            When(Q(silent, is_dead=True), then=Value("dead_number")),
        ]
        if is_near:
            reasons.insert(0, When(Q(self.yes | self.open_, is_untold=True), then=Value("untold")))
            reasons.append(When(silent, then=Value("not_delivered")))
        return [*reasons, When(soon, then=Value("no_answer"))]

    def figures(self, judged: Any) -> dict[str, int]:
        """One statement."""
        counted: dict[str, int] = judged.order_by().aggregate(
            total=Count("pk"),
            reached=Count("pk", filter=Q(is_reached=True)),
            yes=Count("pk", filter=self.yes),
            no=Count("pk", filter=self.no),
            silent=Count("pk", filter=self.open_),
            call=Count("pk", filter=~Q(why="")),
            tray=Count("pk", filter=Q(in_tray=True)),
        )
        return counted

    def narrowed(self, judged: Any, view: str) -> Any:
        if view == CALL:
            return judged.exclude(why="")
        if view == SILENT:
            return judged.filter(self.open_)
        if view == REACHED:
            return judged.filter(is_reached=True)
        return judged

    def newest(self, rows: Iterable[Any]) -> dict[int, Message]:
        """{person: their newest message about this}. One query."""
        ids = [one.participant_id for one in rows]
        found = (
            Message.objects.about(*self.cause)
            .filter(participant_id__in=ids)
            .order_by("participant_id", "-created_at", "-pk")
            .distinct("participant_id")
        )
        return {message.participant_id: message for message in found if message.participant_id}


def _arrived() -> Q:
    """What reached its person, as far as the channel tells."""
    return Q(state=State.SENT) & (Q(receipt__in=ARRIVED) | Q(channel__in=SAYS_NOTHING))


def why_words() -> dict[str, str]:
    return {
        "untold": _("Does not know yet what has changed"),
        "no_way": _("No phone number and no e-mail address"),
        "dead_number": _("The phone number does not work"),
        "not_delivered": _("Nothing has been delivered yet"),
        "no_answer": _("No answer, and the time is nearly over"),
    }


# ---------------------------------------------------------------- WhatsApp's budget, in words


@dataclass(frozen=True)
class Spread:
    """How the messages of a cause go out: counted by channel; ``moved`` left WhatsApp because its day was
    full, ``waits`` wait for the next day. ``quiet`` of them go at ``opens_at`` only, because nobody is
    disturbed now.
    """

    by: Mapping[str, int]
    moved: int
    waits: int
    quiet: int = 0
    opens_at: datetime | None = None


def spread_of(cause: tuple[str, int], *, now: datetime) -> Spread:
    """People by the channel of their newest message. Two statements, and the hours if some are later."""
    mine = Message.objects.about(*cause).filter(participant_id__isnull=False)
    newest = mine.order_by("participant_id", "-created_at", "-pk").distinct("participant_id")
    is_later = Q(state=State.PENDING, due_at__gt=now) & ~Q(reason=budget.SPENT)
    rows = list(
        Message.objects.filter(pk__in=Subquery(newest.values("pk")), state__in=_GOES)
        .order_by()
        .values_list("channel")
        .annotate(n=Count("pk"), later=Count("pk", filter=is_later))
    )
    full = mine.filter(channel=Channel.WHATSAPP, reason=budget.SPENT).order_by()
    counted = full.aggregate(
        moved=Count("participant_id", distinct=True, filter=Q(state=State.DEAD)),
        waits=Count("participant_id", distinct=True, filter=Q(state=State.PENDING)),
    )
    later = sum(row[2] for row in rows)
    opens_at = decency.next_moment(now, decency.rules_at(now)) if later else now
    return Spread(
        {row[0]: row[1] for row in rows},
        counted["moved"],
        counted["waits"],
        later if opens_at > now else 0,
        opens_at,
    )


_GOES = (State.PENDING, State.READY, State.SENT)
