"""What a session was last known to be, what it is now, and whom the difference concerns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from trainings.models import TrainingSession
from trainings.rules import hours, long_day

TIME, VENUE, TRAINER, SEATS = "time", "venue", "trainer", "seats"
TELLS_PEOPLE = frozenset({TIME, VENUE})  # whoever has a place must know of these


def snapshot(session: TrainingSession) -> dict[str, Any]:
    """The plan as plain values for JSON: times ISO, room and trainer by id and by name."""
    return {
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "venue": session.venue_id,
        "venue_name": session.venue.name,
        "trainer": session.trainer_id,
        "trainer_name": session.trainer.name if session.trainer else "",
        "seats": session.capacity,
    }


def differences(before: dict[str, Any], after: dict[str, Any]) -> frozenset[str]:
    """Which of time, venue, trainer and seats differ; a room that was only renamed does not."""
    found = set()
    if any(moment(before[name]) != moment(after[name]) for name in ("starts_at", "ends_at")):
        found.add(TIME)
    found |= {name for name in (VENUE, TRAINER, SEATS) if before[name] != after[name]}
    return frozenset(found)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def words(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The change log of one session, a sentence for each thing that changed."""
    if not before:
        return []
    changed, found = differences(before, after), []
    if TIME in changed:
        found.append(_("Time: %(before)s, now %(after)s") % {"before": when(before), "after": when(after)})
    if VENUE in changed:
        found.append(
            _("Venue: %(before)s, now %(after)s")
            % {"before": before["venue_name"], "after": after["venue_name"]}
        )
    if TRAINER in changed:
        none = _("nobody yet")
        found.append(
            _("Trainer: %(before)s, now %(after)s")
            % {"before": before["trainer_name"] or none, "after": after["trainer_name"] or none}
        )
    if SEATS in changed:
        found.append(
            _("Seats: %(before)s, now %(after)s") % {"before": before["seats"], "after": after["seats"]}
        )
    return found


def when(plan: dict[str, Any]) -> str:
    """Rabu 19 Agustus 2026, 09.00-12.00"""
    start, end = moment(plan["starts_at"]), moment(plan["ends_at"])
    return f"{long_day(start)}, {hours(start, end)}"


def where(plan: dict[str, Any]) -> str:
    """Rabu 19 Agustus 2026, 09.00-12.00, Aula Kantor Kecamatan"""
    return f"{when(plan)}, {plan['venue_name']}"
