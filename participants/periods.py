"""Which days figures may still change on. Pure.

Reports are made by quarter. A quarter is closed once it is over: a fact that is recorded later and happened
in it counts from the first day of the present quarter, so that what was reported stays as it was.
"""

from __future__ import annotations

from datetime import date

from okoce.values.period import quarter_of


def counts_from(day: date, *, today: date) -> date:
    """The day from which a fact of ``day``, recorded ``today``, is in the figures."""
    return max(day, quarter_of(today).first)
