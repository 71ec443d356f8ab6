"""What an export can hold: one column a line, in groups, with where its values come from.

Apps above add theirs in AppConfig.ready(): ``register(source, columns)``. A source answers for a few thousand
people at once; the columns name what of its answer they show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from okoce.values.sheets import Kind
from participants.enums import Step

# people, day → {participant: values in the order of the source's columns}
Source = Callable[[Sequence[int], date], Mapping[int, Sequence[Any]]]

PERSON, PLACE, CONTACT, BUSINESS, PROGRAMME = "person", "place", "contact", "business", "programme"
GROUPS = {
    PERSON: _("The person"),
    PLACE: _("Where they live"),
    CONTACT: _("How to reach them"),
    BUSINESS: pgettext_lazy("group of columns", "Business"),
    PROGRAMME: _("The programme"),
}


@dataclass(frozen=True)
class ExportColumn:
    """``is_personal``: full numbers, only for roles that may and with a tick of their own."""

    code: str
    label: Any
    group: str
    kind: Kind = Kind.TEXT
    width: int = 16
    is_personal: bool = False
    is_usual: bool = False


OWN = (
    ExportColumn("number", _("Participant number"), PERSON, width=15, is_usual=True),
    ExportColumn("name", _("Full name"), PERSON, width=28, is_usual=True),
    ExportColumn("nik", "NIK", PERSON, width=18, is_personal=True),
    ExportColumn("sex", _("Sex"), PERSON, width=11, is_usual=True),
    ExportColumn("age", _("Age"), PERSON, Kind.NUMBER, 7, is_usual=True),
    ExportColumn("birth_date", _("Birth date"), PERSON, Kind.DATE, 12),
    ExportColumn("birth_place", _("Birth place"), PERSON),
    ExportColumn("kelurahan", _("Kelurahan"), PLACE, width=20, is_usual=True),
    ExportColumn("kecamatan", _("Kecamatan"), PLACE, width=20, is_usual=True),
    ExportColumn("city", _("City"), PLACE, width=18),
    ExportColumn("address", _("Address"), PLACE, width=30),
    ExportColumn("rt", "RT", PLACE, width=6),
    ExportColumn("rw", "RW", PLACE, width=6),
    ExportColumn("outside", _("Outside Jakarta"), PLACE, width=12),
    ExportColumn("phone", _("Phone number"), CONTACT, width=17, is_personal=True),
    ExportColumn("email", _("E-mail"), CONTACT, width=26),
    ExportColumn("messages", _("Agreed to messages"), CONTACT, width=12),
    ExportColumn("business", _("Business name"), BUSINESS, width=26, is_usual=True),
    ExportColumn("sector", _("Kind of business"), BUSINESS, is_usual=True),
    ExportColumn("category", _("Category"), BUSINESS, width=18, is_usual=True),
    ExportColumn("agencies", _("Pengampu agency"), PROGRAMME, width=24, is_usual=True),
    ExportColumn("mentor", _("Mentor"), PROGRAMME, width=22),
    ExportColumn("status", _("State"), PROGRAMME, width=14, is_usual=True),
    ExportColumn("source", _("Came by"), PROGRAMME),
    ExportColumn("registered_on", _("Registered on"), PROGRAMME, Kind.DATE, 12, is_usual=True),
    *(ExportColumn(f"p{s.value}", f"P{s.value} {s.label}", PROGRAMME, Kind.DATE, 12) for s in Step),
)

_above: list[tuple[Source, tuple[ExportColumn, ...]]] = []


def register(source: Source, columns: Iterable[ExportColumn]) -> None:
    """Columns of an app above. The same codes again replace the earlier ones."""
    given = tuple(columns)
    codes = {column.code for column in given}
    _above[:] = [(s, c) for s, c in _above if not codes & {column.code for column in c}]
    _above.append((source, given))


def from_above() -> list[tuple[Source, tuple[ExportColumn, ...]]]:
    return list(_above)


def all_columns() -> dict[str, ExportColumn]:
    columns = [*OWN, *(column for _source, columns in _above for column in columns)]
    order = list(GROUPS)
    return {column.code: column for column in sorted(columns, key=lambda c: order.index(c.group))}


def chosen(codes: Iterable[str], *, may_personal: bool) -> list[ExportColumn]:
    """Those of ``codes`` that exist and may be given, in the order of ``all_columns``."""
    wanted = set(codes)
    return [c for c in all_columns().values() if c.code in wanted and (may_personal or not c.is_personal)]
