"""What a file looks like, before anybody decides how it is read: sheets, header, columns with samples."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from okoce.values.text import clean
from participants.importing import areas as area_tables
from participants.importing import engine, guard, mapping
from participants.importing.areas import Areas
from participants.importing.cells import FORMULA, Cell, is_filled, text_of
from participants.importing.layout import Header, Table
from participants.importing.mapping import Mappings, SheetMapping
from participants.importing.workbook import Entries, Sheet

SAMPLES = 3
LONGEST_SAMPLE = 40
MOST_SHEETS = 60
MOST_COLUMNS = 60

_LONG_DIGITS = re.compile(r"\d(?:[\s.\-]?\d){5,}")
_ADDRESS_SIGN = re.compile(r"[^\s@](?=[^\s@]*@)")


def describe(content: bytes, *, kind: str | None = None, mappings: Mappings | None = None) -> dict[str, Any]:
    """``{"sheets": [{name, is_read, header_row, why_not, fingerprint, rows, columns}]}``.

    A sheet that the engine would not read has a proposal all the same, where one can be made.
    """
    kind = kind or guard.inspect(content)
    areas = area_tables.load()
    wanted = mappings or Mappings()
    found = [
        _sheet(sheet, areas, wanted.of(sheet.name), is_paste=kind == "paste")
        for sheet in islice(_all_sheets(content, kind), MOST_SHEETS)
        if sheet.name not in engine.OUR_OWN_SHEETS
    ]
    return {"kind": kind, "sheets": found}


class _Everything(Mappings):
    def wants(self, sheet: str) -> bool:
        return sheet not in engine.OUR_OWN_SHEETS


def _all_sheets(content: bytes, kind: str) -> Any:
    return engine.sheets(content, kind, guard.MAX_ROWS, _Everything())


def _sheet(sheet: Sheet, areas: Areas, given: SheetMapping | None, *, is_paste: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"name": sheet.name, "is_hidden": sheet.is_hidden, "rows": sheet.height}
    if isinstance(sheet, Entries):
        return {**told, **_of_entries(sheet)}
    is_off = given is not None and not given.is_read
    table = Table(sheet, areas, None if is_off else given, without_header=is_paste)
    header = table.proposed_header()
    if is_off:
        why_not = "off"
    elif sheet.is_hidden and given is None:
        why_not = "hidden"
    elif table.found:
        why_not = ""
    else:
        why_not = "no_header" if any(_is_any(row) for row in table.head) else "empty"
    return {
        **told,
        "is_read": not why_not,
        "why_not": why_not,
        "header_row": header.index + sheet.first_row if header is not None and header.lines else 0,
        "fingerprint": mapping.fingerprint(header.labels) if header is not None else "",
        "columns": _columns(table, header),
    }


def _is_any(row: list[Cell]) -> bool:
    return any(is_filled(cell) for cell in row)


def _columns(table: Table, header: Header | None) -> list[dict[str, Any]]:
    rows = table.head[header.index + header.lines :] if header is not None else table.head
    labels = header.labels if header is not None else []
    fields = {index: name for name, indexes in header.columns.items() for index in indexes} if header else {}
    width = min(max((len(row) for row in table.head), default=0), MOST_COLUMNS)
    columns = []
    for index in range(width):
        label = labels[index] if index < len(labels) else ""
        samples = _samples(rows, index)
        if not label and not samples:
            continue
        name = fields.get(index, "")
        columns.append(
            {
                "index": index,
                "letter": mapping.column_letter(index),
                "label": label,
                "field": name if name in mapping.COLUMN_FIELDS else "ignored",
                "samples": samples,
            }
        )
    return columns


def _samples(rows: list[list[Cell]], index: int) -> list[str]:
    found: list[str] = []
    for row in rows:
        cell = row[index] if index < len(row) else ""
        if cell is FORMULA:
            text = "=…"
        elif is_filled(cell):
            text = masked(text_of(cell))
        else:
            continue
        if text not in found:
            found.append(text)
        if len(found) == SAMPLES:
            break
    return found


def _of_entries(sheet: Entries) -> dict[str, Any]:
    used = [name for name in mapping.COLUMN_FIELDS if any(row.cells.get(name) for row in sheet.people)]
    return {
        "is_read": bool(sheet.people),
        "why_not": "" if sheet.people else "no_people",
        "header_row": 0,
        "fingerprint": "",
        "is_loose": True,
        "columns": [
            {
                "index": index,
                "letter": "",
                "label": "",
                "field": name,
                "samples": list(
                    dict.fromkeys(
                        masked(text_of(row.cells[name])) for row in sheet.people if row.cells.get(name)
                    )
                )[:SAMPLES],
            }
            for index, name in enumerate(used)
        ],
    }


def masked(text: str) -> str:
    """A sample without personal numbers: of six digits and more, and of addresses, little is left."""
    text = _LONG_DIGITS.sub(lambda match: _hidden(match[0]), clean(text))
    if "@" in text:
        text = _ADDRESS_SIGN.sub("*", text)
    return text if len(text) <= LONGEST_SAMPLE else text[: LONGEST_SAMPLE - 1] + "…"


def _hidden(number: str) -> str:
    digits = [index for index, char in enumerate(number) if char.isdigit()]
    shown = {*digits[:4], *digits[-2:]} if len(digits) > 8 else set(digits[:2])
    return "".join(
        "*" if char.isdigit() and index not in shown else char for index, char in enumerate(number)
    )
