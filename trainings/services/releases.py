"""Making the calendar known: what changed since the last time, and one message to each person it concerns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from okoce.audit.services import record
from trainings import messages, releasing
from trainings.enums import ENROLLED, ChangeKind, SessionState
from trainings.models import Booking, Release, ReleaseEntry, TrainingSession
from trainings.services.locks import actor


@dataclass
class Change:
    """One session that people do not know yet as it is. ``people``: who would be told."""

    session: TrainingSession
    kind: ChangeKind
    before: dict[str, Any]
    after: dict[str, Any]
    people: list[int] = field(default_factory=list)
    reason: str = ""

    @property
    def lines(self) -> list[str]:
        return releasing.words(self.before, self.after)


def untold(sessions: Any, *, now: datetime) -> list[Change]:
    """Changes of ``sessions`` that were not released yet, nearest first. Two queries."""
    rows = list(
        sessions.filter(changed_at__isnull=False, state=SessionState.PUBLISHED, ends_at__gt=now)
        .with_places()
        .order_by("starts_at", "pk")
    )
    changes = [_change(session) for session in rows]
    people = _people_of([c.session.pk for c in changes if c.kind == ChangeKind.MOVED])
    for change in changes:
        change.people = people.get(change.session.pk, []) if change.kind == ChangeKind.MOVED else []
    return changes


def _change(session: TrainingSession) -> Change:
    after = releasing.snapshot(session)
    is_told = releasing.TELLS_PEOPLE & releasing.differences(session.released, after)
    kind = ChangeKind.MOVED if is_told else ChangeKind.CHANGED
    return Change(session, kind, session.released, after)


def _people_of(sessions: Collection[int]) -> dict[int, list[int]]:
    """Who has a place, by session."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = Booking.objects.filter(session__in=sessions, state__in=ENROLLED).order_by("pk")
    for session, person in rows.values_list("session_id", "participant_id"):
        found[session].append(person)
    return found


@transaction.atomic
def release(
    *,
    sessions: Collection[int],
    drafts: Collection[int] = (),
    by: Any,
    now: datetime | None = None,
) -> Release | None:
    """The changes of ``sessions`` become known, and ``drafts`` are published. None when nothing is left.

    Everybody with a place in a session whose day, time or room changed gets one message, however many of the
    sessions concern them. Pressing twice releases once. Raises SessionRefused for a draft whose time is over.
    """
    from trainings.services.session_states import open_to_people  # noqa: PLC0415  it enters its release here

    now = now or timezone.now()
    ids = sorted({*sessions, *drafts})
    locked = list(
        TrainingSession.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk")
    )
    changes = untold(TrainingSession.objects.filter(pk__in=sessions), now=now)
    fresh = [s.pk for s in locked if s.pk in set(drafts) and s.state == SessionState.DRAFT]
    for pk in fresh:
        changes += open_to_people(pk, by=by, now=now)
    if not changes:
        return None
    made = enter(changes, by=by, now=now)
    record(by, "trainings.calendar.released", made, count=len(changes), told=made.told_count)
    return made


def enter(changes: Collection[Change], *, by: Any, now: datetime) -> Release:
    """The release with its entries; what is told is queued, and the sessions are known as they are."""
    told = {person for change in changes for person in change.people}
    kecamatan = {change.session.kecamatan_id for change in changes}
    made = Release.objects.create(
        city_id=next(iter(changes)).session.city_id,
        kecamatan_id=kecamatan.pop() if len(kecamatan) == 1 else None,
        released_at=now,
        released_by=actor(by),
        told_count=len(told),
    )
    ReleaseEntry.objects.bulk_create(
        ReleaseEntry(
            release=made,
            session=change.session,
            kind=change.kind,
            before=change.before,
            after=change.after,
            reason=change.reason,
            told_count=len(change.people),
        )
        for change in changes
    )
    TrainingSession.objects.filter(pk__in=[c.session.pk for c in changes]).update(
        changed_at=None, released={}
    )
    moved = [c for c in changes if c.kind in (ChangeKind.MOVED, ChangeKind.POSTPONED)]
    messages.queue_release(made.pk, _by_person(moved), now=now)
    return made


def _by_person(changes: Iterable[Change]) -> dict[int, list[tuple[TrainingSession, str]]]:
    """What concerns each person, the nearest session first."""
    found: dict[int, list[tuple[TrainingSession, str]]] = defaultdict(list)
    for change in sorted(changes, key=lambda c: c.session.starts_at):
        for person in change.people:
            found[person].append((change.session, change.reason))
    return found


def people_with_place(session: TrainingSession) -> list[int]:
    return _people_of([session.pk]).get(session.pk, [])
