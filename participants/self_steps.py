"""The steps of a self-registration: one group of questions a page, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from participants import ages

IDENTITY, GUARDIAN, AREA, ADDRESS = "identitas", "wali", "wilayah", "alamat"
CONTACT, BUSINESS, PHOTO, CONSENT = "kontak", "usaha", "foto", "persetujuan"

LABELS: dict[str, Any] = {
    IDENTITY: _("Identity"),
    GUARDIAN: _("Parent or guardian"),
    AREA: _("Kecamatan"),
    ADDRESS: _("Address"),
    CONTACT: _("Contact"),
    BUSINESS: _("Business"),
    PHOTO: _("Photo of the identity card"),
    CONSENT: _("Consent"),
}


def steps_for(typed: Mapping[str, Any], *, today: date) -> list[str]:
    """The steps somebody goes through: under eighteen, one more."""
    born = born_on(typed)
    is_young = born is not None and ages.needs_guardian(born, today)
    return [step for step in LABELS if step != GUARDIAN or is_young]


def born_on(typed: Mapping[str, Any]) -> date | None:
    return date.fromisoformat(typed["birth_date"]) if typed.get("birth_date") else None


def missing(typed: Mapping[str, Any], *, today: date) -> str | None:
    """The first step that is not answered yet; None when everything is there."""
    done = typed.get("done", ())
    return next((step for step in steps_for(typed, today=today) if step not in done), None)


def after(step: str, typed: Mapping[str, Any], *, today: date) -> str | None:
    """The step that follows; None after the last one."""
    steps = steps_for(typed, today=today)
    if step not in steps:
        return steps[0]
    place = steps.index(step) + 1
    return steps[place] if place < len(steps) else None


def before(step: str, typed: Mapping[str, Any], *, today: date) -> str | None:
    steps = steps_for(typed, today=today)
    place = steps.index(step) if step in steps else 0
    return steps[place - 1] if place else None
