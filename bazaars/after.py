"""After the draw, for the pages: what a vendor may answer, who has confirmed, what became of each stall."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from bazaars import draw as rules_of_the_draw
from bazaars.enums import AWAY, AllocationState, ExchangeState, Excuse, ReleaseKind, SiteState
from bazaars.errors import StallGone
from bazaars.messages import EXCUSES_FOR, STALL_GIVEN, STALL_OFFERED
from bazaars.models import Absence, Allocation, Arrival, Draw, Exchange, Site, StallMove
from okoce.ui.templatetags.okoce_ui import moment


@dataclass(frozen=True, slots=True)
class Answer:
    """What the vendor of one stall reads and may say. ``state``: open, confirmed, gone or cancelled."""

    state: str
    stall: str
    is_offer: bool
    answer_by: datetime | None
    is_late: bool
    may_confirm: bool
    may_give_back: bool
    lacks_power: bool
    gone: str = ""
    reason: str = ""
    absence: str = ""
    excuse_by: date | None = None


def answer_of(allocation: Allocation, *, now: datetime) -> Answer:
    """``allocation`` with its stall, its absence and its application's site and bazaar."""
    application = allocation.application
    site = application.site
    coming = site.state == SiteState.DRAWN and site.bazaar.begins_at > now
    is_open = allocation.is_unanswered
    state = "open" if is_open else "confirmed" if allocation.is_held else "gone"
    return Answer(
        state="cancelled" if site.state == SiteState.CANCELLED else state,
        stall=allocation.stall.number,
        is_offer=allocation.state == AllocationState.OFFERED,
        answer_by=allocation.answer_by if is_open else None,
        is_late=is_open and allocation.answer_by is not None and allocation.answer_by <= now,
        may_confirm=coming and is_open,
        may_give_back=coming and allocation.is_held,
        lacks_power=application.needs_power and not allocation.stall.has_power,
        gone="" if allocation.is_held else str(StallGone(allocation)),
        reason=allocation.release_reason,
        absence=excuse_of(allocation) if allocation.was_theirs else "",
        excuse_by=site.bazaar.ends_on + EXCUSES_FOR,
    )


def excuse_of(allocation: Allocation) -> str:
    """Why its vendor was not there; empty when nobody was noted as missing."""
    noted: Absence | None = getattr(allocation, "absence", None)
    return noted.excuse if noted is not None and noted.excuse in AWAY else ""


# ---------------------------------------------------------------- history


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a stall after the draw. ``who`` is a name, or a number in the record."""

    at: datetime
    who: str
    public_id: str
    stall: str
    what: str
    tone: str
    reason: str = ""
    by: str = ""


def events_of(
    allocations: Iterable[Allocation], moves: Iterable[StallMove] = (), *, with_names: bool
) -> list[Event]:
    """Newest first: offers, releases, offers taken, moves by the office.

    Confirming what the draw gave is counted, not listed.
    """
    found = [event for allocation in allocations for event in _events(allocation, with_names)]
    found += [_moved(move, with_names) for move in moves]
    return sorted(found, key=lambda event: event.at, reverse=True)


def _events(allocation: Allocation, with_names: bool) -> Iterator[Event]:
    public_id = allocation.application.public_id
    who = allocation.application.participant.full_name if with_names else public_id
    stall = allocation.stall.number
    if allocation.replaces_id is not None:
        yield Event(allocation.decided_at, who, public_id, stall, _("Offered to the next reserve"), "info")
        if allocation.confirmed_at is not None:
            yield Event(allocation.confirmed_at, who, public_id, stall, _("Offer taken"), "ok")
    if allocation.released_at is not None and allocation.release_kind != ReleaseKind.CANCELLED:
        by = allocation.released_by
        yield Event(
            allocation.released_at,
            who,
            public_id,
            stall,
            allocation.get_release_kind_display(),
            "warn",
            allocation.release_reason,
            by.full_name if with_names and by and allocation.release_kind == ReleaseKind.TAKEN_BACK else "",
        )


def _moved(move: StallMove, with_names: bool) -> Event:
    application = move.allocation.application
    return Event(
        move.at,
        application.participant.full_name if with_names else application.public_id,
        application.public_id,
        move.after.number,
        _("Moved by the office from %(stall)s") % {"stall": move.before.number},
        "info",
        move.reason,
        move.by.full_name if with_names else "",
    )


def allocations_of(rows: Any, site: Site) -> list[Allocation]:
    """All that were ever given at a site, with what the pages name. One query."""
    return list(
        rows.filter(application__site=site)
        .select_related(
            "application__participant", "application__pengampu", "stall", "released_by", "absence__noted_by"
        )
        .order_by("stall__row", "stall__column", "share", "decided_at")
    )


def published_record(draw: Draw) -> dict[str, Any]:
    """The record as it is published: with the changes by hand made since (docs/draw.md)."""
    taken_back = Allocation.objects.of_site(draw.site_id).filter(release_kind=ReleaseKind.TAKEN_BACK)
    rows = taken_back.select_related("application", "stall").order_by("released_at", "pk")
    changes = [
        rules_of_the_draw.Override(
            at=timezone.localtime(row.released_at).isoformat(timespec="seconds"),
            by=draw.site.bazaar.host.short_name,
            id=row.application.public_id,
            change=f"released {row.stall.number}",
            reason=row.release_reason,
        )
        for row in rows
    ]
    changes += _moves(draw) + _exchanges(draw)
    return rules_of_the_draw.with_overrides(draw.record, sorted(changes, key=lambda change: change.at))


def _moves(draw: Draw) -> list[rules_of_the_draw.Override]:
    """Every move by the office, one line for each vendor."""
    return [
        rules_of_the_draw.Override(
            at=timezone.localtime(row.at).isoformat(timespec="seconds"),
            by=draw.site.bazaar.host.short_name,
            id=row.allocation.application.public_id,
            change=f"moved {row.before.number} to {row.after.number}",
            reason=row.reason,
        )
        for row in moves_at(draw.site_id)
    ]


def moves_at(site_id: int) -> Iterable[StallMove]:
    """What the office moved at a site, in order. One query."""
    return StallMove.objects.filter(allocation__application__site=site_id).select_related(
        "allocation__application__participant", "before", "after", "by"
    )


def _exchanges(draw: Draw) -> list[rules_of_the_draw.Override]:
    """Both lines of every exchange that two vendors agreed on."""
    done = Exchange.objects.filter(asker__application__site=draw.site_id, state=ExchangeState.DONE)
    rows = done.select_related("asker__application", "asked__application", "asker_stall", "asked_stall")
    return [
        rules_of_the_draw.Override(
            at=timezone.localtime(row.answered_at).isoformat(timespec="seconds"),
            by=draw.site.bazaar.host.short_name,
            id=who.application.public_id,
            change=f"exchanged {before.number} for {after.number}",
            reason="both vendors agreed",
        )
        for row in rows.order_by("answered_at", "pk")
        for who, before, after in (
            (row.asker, row.asker_stall, row.asked_stall),
            (row.asked, row.asked_stall, row.asker_stall),
        )
    ]


# ---------------------------------------------------------------- the office's page


@dataclass(frozen=True, slots=True)
class Row:
    """One stall that somebody holds, and what the office may do about it."""

    stall: str
    name: str
    product: str
    pengampu: str
    state: str
    tone: str
    icon: str
    note: str
    url: str
    absence_url: str = ""
    is_noted: bool = False


@dataclass
class Confirmations:
    """Who has a stall and has said so. ``rows`` is ``Allocation.objects.visible_to(user)``."""

    site: Site
    rows: Any
    now: datetime
    may_manage: bool

    @cached_property
    def allocations(self) -> list[Allocation]:
        return allocations_of(self.rows, self.site)

    @cached_property
    def held(self) -> Sequence[Allocation]:
        return [allocation for allocation in self.allocations if allocation.is_held]

    @property
    def confirmed_count(self) -> int:
        return sum(a.state == AllocationState.CONFIRMED for a in self.held)

    @property
    def waiting_count(self) -> int:
        return sum(a.is_unanswered for a in self.held)

    @property
    def asked_by(self) -> str:
        """The kind of message to remind with: of those the draw chose, then of the reserves."""
        of_the_draw = any(a.state == AllocationState.ALLOCATED for a in self.held)
        return STALL_GIVEN if of_the_draw else STALL_OFFERED

    @property
    def late_count(self) -> int:
        return sum(self._is_late(a) for a in self.held)

    @property
    def empty_count(self) -> int:
        """Given back, and nobody could be asked in their place."""
        replaced = {allocation.replaces_id for allocation in self.allocations}
        return sum(not a.is_held and a.pk not in replaced for a in self.allocations)

    @property
    def has_begun(self) -> bool:
        return self.site.state == SiteState.DRAWN and self.site.bazaar.begins_at <= self.now

    @property
    def absent_count(self) -> int:
        return sum(bool(excuse_of(a)) for a in self.of_the_day)

    @property
    def unexcused_count(self) -> int:
        return sum(excuse_of(a) == Excuse.NONE for a in self.of_the_day)

    @cached_property
    def of_the_day(self) -> list[Allocation]:
        """Who should have been there, also where a reserve sold instead."""
        return [a for a in self.allocations if a.was_theirs or a.state == AllocationState.OFFERED]

    @cached_property
    def arrived(self) -> set[int]:
        """Applications of whom somebody was noted as there."""
        return set(Arrival.objects.filter(application__site=self.site).values_list("application", flat=True))

    def _is_late(self, allocation: Allocation) -> bool:
        by = allocation.answer_by
        return allocation.is_unanswered and by is not None and by <= self.now

    @cached_property
    def lines(self) -> list[Row]:
        """Who has not answered stands first; then as the stalls stand. Later: who is waited for."""
        if self.has_begun:
            waited_for = sorted(self.of_the_day, key=lambda a: a.application_id in self.arrived)
            return [self._row_of_the_day(a) for a in waited_for]
        return [self._row(a) for a in sorted(self.held, key=lambda a: not a.is_unanswered)]

    def _row(self, allocation: Allocation) -> Row:
        application = allocation.application
        if allocation.state == AllocationState.CONFIRMED:
            state, tone, icon = _("Confirmed"), "ok", "check-circle-fill"
        elif self._is_late(allocation):
            state, tone, icon = _("Late"), "bad", "clock"
        elif allocation.state == AllocationState.OFFERED:
            state, tone, icon = _("Offered"), "info", "clock"
        else:
            state, tone, icon = _("Not confirmed yet"), "warn", "clock"
        note = ""
        if self._is_late(allocation):
            note = _("Nobody on the reserve list fits; the vendor may still confirm")
        elif allocation.is_unanswered and allocation.answer_by:
            note = _("Until %(moment)s WIB") % {"moment": moment(allocation.answer_by)}
        elif allocation.confirmed_at:
            note = moment(allocation.confirmed_at)
        may = self.may_manage and self.site.state == SiteState.DRAWN and self.site.bazaar.begins_at > self.now
        return Row(
            allocation.stall.number,
            application.participant.full_name,
            application.product,
            application.pengampu.short_name,
            state,
            tone,
            icon,
            note,
            reverse("bazaars:take_back", args=[allocation.pk]) if may else "",
        )

    def _row_of_the_day(self, allocation: Allocation) -> Row:
        """Who had the stall, and whether they came, as far as somebody has noted it."""
        application, note = allocation.application, ""
        match excuse_of(allocation):
            case "" if allocation.state == AllocationState.OFFERED:
                state, tone, icon = _("Offer not answered"), "", "slash-circle"
            case "" if allocation.application_id in self.arrived:
                state, tone, icon = _("Was there"), "ok", "check-circle-fill"
            case "":
                state, tone, icon = _("Nothing noted"), "", "person-check"
            case Excuse.NONE:
                state, tone, icon = _("Did not come"), "bad", "x-circle-fill"
                note = _("No excuse: costs one turn more")
            case _:
                state, tone, icon = _("Excused"), "info", "check-circle-fill"
                note = allocation.absence.get_excuse_display()
        if allocation.release_kind == ReleaseKind.ABSENT and not note:
            note = _("Given on to a reserve on the day")
        may_note = self.may_manage and allocation.was_theirs and application.pk not in self.arrived
        return Row(
            allocation.stall.number,
            application.participant.full_name,
            application.product,
            application.pengampu.short_name,
            state,
            tone,
            icon,
            note,
            "",
            reverse("bazaars:absence", args=[allocation.pk]) if may_note else "",
            bool(excuse_of(allocation)),
        )

    @cached_property
    def events(self) -> list[Event]:
        return events_of(self.allocations, moves_at(self.site.pk), with_names=True)
