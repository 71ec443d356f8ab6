"""What a session was last known to be, what it is now, and whom the difference concerns."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from trainings.models import TrainingSession
from trainings.rules import hours, long_day

TIME, VENUE, TRAINER, SEATS, DAYS = "time", "venue", "trainer", "seats", "days"
TELLS_PEOPLE = frozenset({TIME, VENUE, DAYS})  # whoever has a place must know of these


def snapshot(session: TrainingSession) -> dict[str, Any]:
    """The plan as plain values for JSON: times ISO, room and trainer by id and by name. Of a day of a class
    the other days too, in one query."""
    others = {"days": _other_days(session)} if session.day_count > 1 else {}
    return others | {
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "venue": session.venue_id,
        "venue_name": session.venue.name,
        "trainer": session.trainer_id,
        "trainer_name": session.trainer.name if session.trainer else "",
        "seats": session.capacity,
    }


def _other_days(session: TrainingSession) -> list[str]:
    days = TrainingSession.objects.active().filter(Q(pk=session.class_id) | Q(head=session.class_id))
    starts = days.exclude(pk=session.pk).order_by("starts_at").values_list("starts_at", flat=True)
    return [start.astimezone(UTC).isoformat() for start in starts]


def differences(before: dict[str, Any], after: dict[str, Any]) -> frozenset[str]:
    """Which of time, venue, trainer, seats and days of the class differ; a room only renamed does not."""
    found = set()
    if any(moment(before[name]) != moment(after[name]) for name in ("starts_at", "ends_at")):
        found.add(TIME)
    found |= {name for name in (VENUE, TRAINER, SEATS) if before[name] != after[name]}
    if "days" in before and before["days"] != after.get("days", []):
        found.add(DAYS)
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
    if DAYS in changed:
        old, new = set(before["days"]), set(after.get("days", []))
        found += [_("Further day: %(day)s") % {"day": long_day(moment(d))} for d in sorted(new - old)]
        found += [_("Day taken off: %(day)s") % {"day": long_day(moment(d))} for d in sorted(old - new)]
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
