"""From which age somebody may take part, and from which nobody has to agree for them."""

from __future__ import annotations

from datetime import date

from django.conf import settings

from okoce.values.period import age_on

ADULT = 18  # UU 27/2022 art. 25: below, a parent or guardian agrees


def minimum() -> int:
    """Completed years on the day of registration. The programme names none, so it is a setting."""
    return settings.MINIMUM_AGE


def is_too_young(born: date, on: date) -> bool:
    return age_on(born, on) < minimum()


def needs_guardian(born: date, on: date) -> bool:
    """Also false for those who may not register at all: they are told so, and asked nothing more."""
    return minimum() <= age_on(born, on) < ADULT and born <= on
