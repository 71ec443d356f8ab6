"""A row of the report as a spreadsheet shows it: cells, and the reason in each cell that is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from okoce.values.text import clean
from participants import areas, import_fields
from participants.import_report import LOOKS, NOT_SAVED, SHARED_PHONE, Look
from participants.import_words import FIELD_LABELS, TAKE_LABELS, mend
from participants.importing.codes import Code, Status, status_of
from participants.models import ImportBatch, ImportRow
from participants.models.imports import IGNORED, BatchState, RowOutcome
from participants.services.importing import SAVED, values_of

# Columns of the table: heading, and the cells that stand in them.
COLUMNS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("NIK"), ("nik",)),
    (_("Born, sex"), ("tgl_lahir", "jenis_kelamin")),
    (_("Phone, e-mail"), ("hp", "email")),
    (_("Kelurahan"), ("kelurahan",)),
    (_("Kecamatan"), ("kecamatan",)),
    (_("Address"), ("alamat", "rtrw")),
    (_("Business"), ("jenis_usaha", "nama_usaha", "status_usaha")),
)
_SAVED = (Status.ACCEPTED.value, Status.WARNING.value)
HEADINGS = [heading for heading, _fields in COLUMNS]


@dataclass(frozen=True)
class Cell:
    """``field`` where it can be typed anew right here; ``value`` is what then stands in the input."""

    heading: Any
    text: str
    reasons: list[str]
    tone: str
    field: str = ""
    label: Any = ""
    value: str = ""


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    pk: int
    position: int
    sheet: str
    row: int
    name: str
    name_cell: Cell
    cells: list[Cell]
    words: list[str]
    look: Look
    is_registered: bool
    takes: list[Any]
    differs: list[Any]
    is_elsewhere: bool
    can_mend: bool
    can_choose: bool
    may_be_two: bool
    is_left_out: bool
    is_warned: bool


def lines(rows: Iterable[ImportRow], batch: ImportBatch, cause: str = "") -> list[Line]:
    """``cause``: its cell can be typed anew in the table itself."""
    return [_line(row, batch, cause) for row in rows]


def _line(row: ImportRow, batch: ImportBatch, cause: str) -> Line:
    values = values_of(row)
    is_checked = batch.state == BatchState.CHECKED
    is_registered = row.outcome == RowOutcome.EXISTING
    texts = _texts(row, values)
    reasons = _reasons(row, values)
    field = import_fields.COLUMN_OF_CODE.get(cause, "") if is_checked and cause in row.codes else ""
    if is_checked and cause == SHARED_PHONE:
        field = "hp"
    tone = "bad" if row.status in NOT_SAVED else "warn"
    cells = [_cell(heading, fields, texts, reasons, tone, field) for heading, fields in COLUMNS]
    name = _name(texts["nama"])
    return Line(
        pk=row.pk,
        position=row.position,
        sheet=row.sheet,
        row=row.row,
        name=name,
        name_cell=_cell(FIELD_LABELS["nama"], ("nama",), {"nama": name}, reasons, tone, field),
        cells=cells,
        words=reasons.get("", []),
        look=LOOKS[row.status],
        is_registered=is_registered,
        takes=[TAKE_LABELS[name] for name in row.takes or []],
        differs=[TAKE_LABELS[name] for name in row.differs or []],
        is_elsewhere=is_registered and row.differs is None,
        can_mend=is_checked and row.status != IGNORED,
        can_choose=is_checked and row.status == Status.DUPLICATE.value,
        may_be_two=Code.D_DUGAAN_NAMA_TGL in row.codes,
        is_left_out=row.status == IGNORED,
        is_warned=is_checked
        and row.status in _SAVED
        and (row.status == Status.WARNING or bool(row.is_phone_shared)),
    )


def _reasons(row: ImportRow, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong, by the cell it is wrong in; under "" what belongs to no cell."""
    is_rejected = status_of(row.codes) is Status.REJECTED
    found: dict[str, list[str]] = {}
    for code in row.codes:
        if is_rejected and not code.startswith("E_"):
            continue
        words = mend(code, duplicate_of=row.duplicate_of, cells=values)
        found.setdefault(import_fields.COLUMN_OF_CODE.get(code, ""), []).append(words)
    if row.is_phone_shared and not is_rejected:
        words = _(
            "Three rows of this list or more have this number. A family may share one; compare the forms."
        )
        found.setdefault("hp", []).append(str(words))
    return found


def _cell(
    heading: Any,
    fields: tuple[str, ...],
    texts: Mapping[str, str],
    reasons: Mapping[str, list[str]],
    tone: str,
    field: str,
) -> Cell:
    wrong = [words for name in fields for words in reasons.get(name, ())]
    here = field if field in fields else ""
    return Cell(
        heading=heading,
        text=", ".join(texts[name] for name in fields if texts.get(name)),
        reasons=wrong,
        tone=tone if wrong else "",
        field=here,
        label=FIELD_LABELS.get(here, ""),
        value="" if not here or here in import_fields.HIDDEN else texts.get(here, ""),
    )


def _texts(row: ImportRow, values: Mapping[str, Any]) -> dict[str, str]:
    """Every cell as it may be shown."""
    texts = import_fields.shown(values)
    if values and status_of(row.codes) in SAVED:
        for name in ("kecamatan", "kelurahan"):
            texts[name] = areas.name_of(values.get(name))
    texts["tgl_lahir"] = import_fields.masked_birth(texts["tgl_lahir"])
    texts["nik"] = import_fields.masked_nik(texts["nik"])
    texts["hp"] = import_fields.masked_phone(texts["hp"])
    return {name: clean(text)[:80] for name, text in texts.items()}


def _name(name: str) -> str:
    """The name as written; what is no name (digits, a formula) is not repeated."""
    return name[:60] if name and not any(char.isdigit() for char in name) and name[0] != "=" else ""
