"""Two rows side by side, as plain values: what is the same, what differs, what may be chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from participants import areas
from participants.models import Participant

Fact = tuple[Any, Callable[[Sequence[int]], dict[int, str]]]
_facts: list[Fact] = []


def register_fact(label: Any, of: Callable[[Sequence[int]], dict[int, str]]) -> None:
    """A line of an app above: ``of(ids)`` says in a few words what each person has there."""
    _facts.append((label, of))


@dataclass(frozen=True)
class Line:
    """``name``: the field of the form, where a value can be chosen; empty where it is only shown."""

    label: str
    first: str
    second: str
    name: str = ""
    is_number: bool = False

    @property
    def differs(self) -> bool:
        return self.first != self.second


def lines(first: Participant, second: Participant, *, is_opened: bool = False) -> list[Line]:
    """Every field in the order of the registration form; personal numbers masked, unless they were opened.

    Of the birth date the year: with the masked NIK the day would tell the whole NIK.
    """

    def masked(name: str, of: Callable[[Participant], str]) -> Callable[[Participant], str]:
        return (lambda p: _full(p, name) if getattr(p, name) else "") if is_opened else of

    def birth(person: Participant) -> str:
        day = person.birth_date
        return date_format(day, "LONG_DATE_FORMAT") if is_opened else f"•• •• {day.year}"

    def line(label: str, of: Callable[[Participant], Any], name: str = "", *, number: bool = False) -> Line:
        a, b = (str(of(person) or "") for person in (first, second))
        if number and a == b and of(first) and _full(first, name) != _full(second, name):
            a, b = f"{a} (1)", f"{b} (2)"  # the masks are the same, the numbers are not
        return Line(label, a, b, name, number)

    return [
        line(_("Full name"), lambda p: p.full_name, "full_name"),
        line(_("NIK"), masked("nik", lambda p: _dots(p.masked_nik)), "nik", number=True),
        line(_("Birth date"), birth, "birth_date", number=True),
        line(_("Birth place"), lambda p: p.birth_place, "birth_place"),
        line(_("Sex"), lambda p: p.get_sex_display(), "sex"),
        line(_("Phone number"), masked("phone", lambda p: _dots(p.masked_phone)), "phone", number=True),
        line(_("Family card number (KK)"), masked("kk", lambda p: _dots(p.masked_kk)), "kk", number=True),
        line(_("E-mail"), lambda p: p.email, "email"),
        line(_("Street and number"), _street, "address"),
        line(_("Category"), lambda p: p.get_category_display(), "category"),
        line(_("Area"), _area),
        line(_("State"), lambda p: p.get_status_display()),
    ]


def facts(first: Participant, second: Participant) -> list[Line]:
    """Where and by whom each was registered, and what each has in the apps above."""
    found = [
        Line(_("Registered"), *(_registered(person) for person in (first, second))),
        Line(_("Businesses"), *(_businesses(person) for person in (first, second))),
    ]
    for label, of in _facts:
        known = of([first.pk, second.pk])
        found.append(Line(str(label), known.get(first.pk, "-"), known.get(second.pk, "-")))
    return found


def _full(person: Participant, name: str) -> str:
    return str(getattr(person, name))


def _dots(masked: str) -> str:
    return masked.replace("*", "•")


def _street(person: Participant) -> str:
    rt_rw = f"RT/RW {person.rt}/{person.rw}" if person.rt and person.rw else ""
    return ", ".join(filter(None, (person.address, rt_rw)))


def _area(person: Participant) -> str:
    return area_of(person) or _("Outside Jakarta")


def area_of(person: Participant) -> str:
    """Kelurahan, kecamatan and city."""
    parts = (areas.name_of(person.kelurahan_id), areas.name_of(person.kecamatan_id))
    return ", ".join(filter(None, (*parts, areas.short_name(person.city_id))))


def _registered(person: Participant) -> str:
    unit, by = person.registered_at_unit, person.registered_by
    day = date_format(person.registered_on, "SHORT_DATE_FORMAT")
    return ", ".join(filter(None, (day, unit.short_name if unit else "", by.full_name if by else "")))


def _businesses(person: Participant) -> str:
    return ", ".join(b.name or "-" for b in person.businesses.all()) or "-"
