"""How long before its occasion a kind is sent: the portal's own times, or those of the province."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.notifications import kinds
from okoce.notifications.kinds import Kind
from okoce.notifications.models import SendingTimes

MOST: Final = 5
SHORTEST, LONGEST = timedelta(minutes=30), timedelta(days=30)


class TimesChangedMeanwhile(Exception):
    """Somebody else set the times since the page was opened."""


def of(kind: Kind) -> tuple[timedelta, ...]:
    """The times in force, the longest first. One query."""
    newest = newest_of(kind)
    if newest is None:
        return kind.times
    return tuple(timedelta(minutes=minutes) for minutes in newest.minutes_before)


def newest_of(kind: Kind) -> SendingTimes | None:
    return SendingTimes.objects.filter(kind=kind.code).order_by("-version").first()


def _counted(before: timedelta) -> tuple[int, str]:
    """In the largest unit that fits whole: ``(7, "d")``, ``(2, "h")``, ``(90, "m")``."""
    minutes = round(before.total_seconds() / 60)
    if minutes % 1440 == 0:
        return minutes // 1440, "d"
    return (minutes // 60, "h") if minutes % 60 == 0 else (minutes, "m")


def occasion(before: timedelta) -> str:
    """``7d``, ``1d``, ``2h``, ``90m``: how a key names the time."""
    count, unit = _counted(before)
    return f"{count}{unit}"


def typed(before: timedelta) -> str:
    """7 days: as people write it."""
    count, unit = _counted(before)
    said = {
        "d": ngettext("%(count)d day", "%(count)d days", count),
        "h": ngettext("%(count)d hour", "%(count)d hours", count),
        "m": ngettext("%(count)d minute", "%(count)d minutes", count),
    }
    return said[unit] % {"count": count}


def words(before: timedelta) -> str:
    """7 days before."""
    count, unit = _counted(before)
    said = {
        "d": ngettext("%(count)d day before", "%(count)d days before", count),
        "h": ngettext("%(count)d hour before", "%(count)d hours before", count),
        "m": _("%(count)d minutes before"),
    }
    return said[unit] % {"count": count}


def problems_of(times: Sequence[timedelta]) -> list[str]:
    """What is wrong with times that somebody typed, in sentences."""
    found = []
    if len(times) > MOST:
        found.append(_("At most %(most)d times: nobody wants to be reminded more often.") % {"most": MOST})
    if any(not SHORTEST <= one <= LONGEST for one in times):
        found.append(_("A time lies between 30 minutes and 30 days before."))
    if len(set(times)) != len(times):
        found.append(_("The same time is there twice."))
    return found


@transaction.atomic
def set_times(
    *, kind: str, times: Iterable[timedelta], reason: str, based_on: int, by: User
) -> SendingTimes | None:
    """Keep new times; those that are in force already change nothing. Raises TimesChangedMeanwhile."""
    known = kinds.get(kind)
    wanted = tuple(sorted(times, reverse=True))
    if not known.times or problems_of(wanted):
        raise ValueError(f"the times of {kind} have faults")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('okoce.times'), hashtext(%s))", [kind])
    newest = newest_of(known)
    if wanted == of(known):
        return newest
    if (newest.version if newest else 0) != based_on:
        raise TimesChangedMeanwhile
    row = SendingTimes.objects.create(
        kind=kind, version=based_on + 1, reason=reason, created_by=by,
        minutes_before=[round(one.total_seconds() / 60) for one in wanted],
    )  # fmt: skip
    record(by, "notifications.times.changed", row, kind=kind, times=[occasion(one) for one in wanted])
    return row
