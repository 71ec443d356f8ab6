"""Places in sessions of somebody who turns out to be another: one person sits on one seat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.services.merging import Table, swap
from trainings.enums import ENROLLED, SEATED, BookingState, SessionState
from trainings.models import AttendanceScan, Booking, TrainingSession
from trainings.services import locks, offers, waits

# Of two places the better one is kept: who was there, then who said yes, then who has a seat.
_BEST = (
    BookingState.WALKED_IN, BookingState.CONFIRMED, BookingState.INVITED, BookingState.MOVED,
    BookingState.DECLINED, BookingState.LAPSED, BookingState.RELEASED,
)  # fmt: skip
_HOLDS = ENROLLED


class Places:
    """The rule of Booking.participant.

    Both in one session: the better place goes to the survivor, the other is kept aside, released. Two
    sessions at one time, or two coming seats for one activity: the better seat stays, the other is released.
    A seat that comes free in a coming session goes to the next in line.
    """

    def lock(self, *, survivor_id: int, merged_id: int) -> None:
        """Sessions before people, as everywhere (trainings.services.seats)."""
        ids = Booking.objects.filter(participant__in=[survivor_id, merged_id]).values("session_id")
        sessions = TrainingSession.objects.filter(pk__in=ids).order_by("pk")
        list(sessions.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))

    def merge(self, *, survivor_id: int, merged_id: int, now: datetime) -> dict[str, Any]:
        own, theirs = _places(survivor_id), _places(merged_id)
        here = {place.session_id: place for place in own}
        present = _present(survivor_id, merged_id)
        kept: dict[str, Any] = {"moved": [], "swapped": [], "released": [], "freed": []}

        def release(place: Booking) -> None:
            kept["released"].append([place.pk, place.state])
            if place.state in SEATED:
                kept["freed"].append(place.session_id)
            place.state = BookingState.RELEASED
            Booking.objects.filter(pk=place.pk).update(state=BookingState.RELEASED)

        for place in theirs:
            other = here.get(place.session_id)
            if other is not None and _rank(other, present) <= _rank(place, present):
                if place.state in _HOLDS:
                    release(place)
                continue
            if other is not None:
                if other.state in _HOLDS:
                    release(other)
                own.remove(other)
                kept["swapped"].append([other.pk, place.pk])
            else:
                kept["moved"].append(place.pk)
            for rival in own:
                if place.state in _HOLDS and _excludes(place, rival, now):
                    release(place if _rank(rival, present) <= _rank(place, present) else rival)
            own.append(place)
        Booking.objects.filter(pk__in=kept["moved"]).update(participant=survivor_id)
        swap(_TABLE, kept["swapped"], survivor_id, merged_id)
        return kept if any(kept.values()) else {}

    def finish(self, kept: Mapping[str, Any], *, now: datetime) -> None:
        """Freed seats go to the next in line, now that nobody stands there twice."""
        ids = kept.get("freed", ())
        for session in TrainingSession.objects.filter(pk__in=ids).order_by("pk"):
            if session.state == SessionState.PUBLISHED and session.starts_at > now:
                offers.promote(locks.locked(session.pk), now=now)

    def undo(self, kept: Mapping[str, Any], *, survivor_id: int, merged_id: int, now: datetime) -> None:
        """Everybody has their place again. A seat that was given on meanwhile is not taken from anybody.

        Who lost it so is first in line for the next one.
        """
        moved = Booking.objects.filter(pk__in=kept["moved"], participant=survivor_id)
        moved.update(participant=merged_id)
        held = set(Booking.objects.filter(participant=survivor_id).values_list("pk", flat=True))
        back = [[theirs, own] for own, theirs in kept["swapped"] if theirs in held]
        swap(_TABLE, back, survivor_id, merged_id)
        released = dict(kept["released"])
        places = Booking.objects.filter(pk__in=released, state=BookingState.RELEASED)
        for place in places.select_related("session").order_by("session_id", "queue_number"):
            _restore(place, released[place.pk], now)


def _restore(place: Booking, state: str, now: datetime) -> None:
    """The state before the merge, if the session still has room for it."""
    session = place.session
    if session.state == SessionState.CANCELLED:
        return
    place.during = (session.starts_at, session.ends_at)
    is_taken = state in SEATED and session.bookings.seated().count() >= session.places
    elsewhere = Booking.objects.enrolled().filter(
        participant=place.participant_id, during__overlap=(session.starts_at, session.ends_at)
    )
    if state in ENROLLED and elsewhere.exclude(pk=place.pk).exists():
        return
    if is_taken:  # the place goes, so that the line may offer this session again
        since = {place.participant_id: place.booked_at}
        Booking.objects.filter(participant=place.participant_id, session__head=session).delete()
        place.delete()
        waits.join_many(
            since=since, activity_id=session.activity_id, area_id=session.kecamatan_id, by=None, now=now
        )
        return
    place.state = state
    place.save(update_fields=["state", "during"])


_TABLE = Table.of(Booking._meta.get_field("participant"))


def _places(participant_id: int) -> list[Booking]:
    rows = Booking.objects.filter(participant=participant_id).select_related("session").order_by("pk")
    return list(rows)


def _present(*ids: int) -> set[tuple[int, int]]:
    scans = AttendanceScan.objects.standing().filter(participant__in=ids)
    return set(scans.values_list("session_id", "participant_id"))


def _rank(place: Booking, present: set[tuple[int, int]]) -> tuple[bool, int, Any]:
    was_there = (place.session_id, place.participant_id) in present
    return (not was_there, _BEST.index(BookingState(place.state)), place.session.starts_at)


def _excludes(one: Booking, other: Booking, now: datetime) -> bool:
    """Whether one person cannot hold both: at one time, or two coming seats for one activity of a year."""
    if other.state not in _HOLDS:
        return False
    a, b = one.session, other.session
    both_enrolled = one.state in ENROLLED and other.state in ENROLLED
    if both_enrolled and a.starts_at < b.ends_at and b.starts_at < a.ends_at:
        return True
    is_coming = all(s.state == SessionState.PUBLISHED and s.starts_at > now for s in (a, b))
    years = {timezone.localtime(s.starts_at).year for s in (a, b)}
    both_seated = one.state in SEATED and other.state in SEATED
    return is_coming and both_seated and a.activity_id == b.activity_id and len(years) == 1


def attendance_of(ids: Sequence[int]) -> dict[int, str]:
    """For the comparison of two people: how often each was there, and their coming places."""
    scans = AttendanceScan.objects.counted().filter(participant__in=ids).order_by()
    present = dict(scans.values_list("participant").annotate(Count("session", distinct=True)))
    places = Booking.objects.filter(participant__in=ids, state__in=_HOLDS)
    coming = places.filter(session__state=SessionState.PUBLISHED).order_by()
    booked = dict(coming.values_list("participant").annotate(Count("pk")))
    return {
        pk: _("%(present)d times present, %(booked)d coming places")
        % {"present": present.get(pk, 0), "booked": booked.get(pk, 0)}
        for pk in ids
    }
