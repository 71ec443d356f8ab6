"""When a person can come, in words."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from trainings.services.availability import Times


def times_in_words(times: Times, *, today: date) -> str:
    """Weekday mornings, Saturday or Sunday. Not from 1 Desember 2026 to 31 Desember 2026."""
    if times.mornings and times.afternoons and times.evenings and times.weekends:
        words = _("At any time")
    else:
        said = (
            (times.mornings and times.afternoons, _("weekdays in the daytime")),
            (times.mornings and not times.afternoons, _("weekday mornings")),
            (times.afternoons and not times.mornings, _("weekday afternoons")),
            (times.evenings, _("weekday evenings")),
            (times.weekends, _("Saturday or Sunday")),
        )
        found = ", ".join(label for can, label in said if can)
        words = found[:1].upper() + found[1:]
    if times.away_from is None or times.away_until is None or times.away_until < today:
        return words
    return _("%(times)s. Not from %(first)s to %(last)s.") % {
        "times": words,
        "first": date_format(times.away_from, "SHORT_DATE_FORMAT"),
        "last": date_format(times.away_until, "SHORT_DATE_FORMAT"),
    }
