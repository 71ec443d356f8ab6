"""A registered person beside the row of a list: field by field what each of them says, masked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from participants import import_fields
from participants.import_words import TAKE_LABELS
from participants.models import ImportBatch, ImportRow, Participant, Sector
from participants.services.importing import values_of


@dataclass(frozen=True)
class Fact:
    field: str
    label: Any
    register: str
    listed: str
    is_taken: bool


def facts(row: ImportRow, person: Participant, batch: ImportBatch) -> list[Fact]:
    """One line for everything that differs."""
    values = values_of(row)
    said = {
        "hp": (import_fields.masked_phone(person.phone), import_fields.masked_phone(values.get("hp") or "")),
        "email": (person.email, values.get("email") or ""),
        "alamat": (
            _address(person.address, person.rt, person.rw),
            _address(values.get("alamat"), values.get("rt"), values.get("rw")),
        ),
        "usaha": (_businesses(person), _business(values)),
        "foster": (
            _("not fostered by %(unit)s") % {"unit": _unit(batch)},
            _("fostered by %(unit)s") % {"unit": _unit(batch)},
        ),
    }
    return [
        Fact(name, TAKE_LABELS[name], said[name][0] or "–", said[name][1], name in (row.takes or []))
        for name in row.differs or []
    ]


def _unit(batch: ImportBatch) -> str:
    return batch.organisation.short_name if batch.organisation else ""


def _address(street: Any, rt: Any, rw: Any) -> str:
    area = f"RT {rt} RW {rw}" if rt else ""
    return ", ".join(filter(None, (street or "", area)))


def _business(values: dict[str, Any]) -> str:
    return ", ".join(
        filter(None, (values.get("nama_usaha"), values.get("jenis_usaha"), values.get("status_usaha")))
    )


def _businesses(person: Participant) -> str:
    sectors = dict(Sector.choices())
    return "; ".join(
        ", ".join(filter(None, (one.name, str(sectors.get(one.sector_id, "")), _running(one.is_running))))
        for one in getattr(person, "known_businesses", [])
    )


def _running(is_running: bool | None) -> str:
    return "" if is_running is None else "sudah" if is_running else "belum"
