"""Finds the people in a sheet: below which header, and in how many tables side by side.

Titles, column numbers, repeated headers, totals, notes and signature blocks are ignored, not
rejected. A row is a person when its name or its NIK cell is filled and it is none of those: what each row is
stands in ``parts``. Rows are read once, in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from participants.importing.areas import Areas
from participants.importing.cells import Cell
from participants.importing.headers import (
    LAST_HEADER_ROW,
    Columns,
    columns_of,
    is_header,
    labels_of,
    with_second_line,
)
from participants.importing.mapping import SheetMapping
from participants.importing.parts import BLANKS, Part
from participants.importing.rows import Ignored, Row
from participants.importing.workbook import Sheet

HEAD = 60  # rows that are looked at before the first one is read
# "PALMERAH (2)" and "7. Palmerah": Excel's own mark of a copy, and a count of the sheets.
_NUMBERING = re.compile(r"^\s*\d+\s*[.)\-]\s*|\s*\(?\d+\)?\s*$")
_IN_PARTS = ("hp", "tempat_tgl_lahir", "jenis_kelamin")  # may stand in several columns of one table


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands and what it says: ``index`` counts from 0 within the sheet's rows."""

    index: int
    lines: int
    labels: list[str]
    columns: Columns


class Table:
    """A sheet with a header: yields its people and remembers what it left out."""

    def __init__(
        self, sheet: Sheet, areas: Areas, mapping: SheetMapping | None = None, *, without_header: bool = False
    ) -> None:
        self.sheet = sheet
        self.ignored: list[Ignored] = []
        self._areas = areas
        self._rows = iter(sheet.rows)
        wanted = mapping.header_row or 0 if mapping else 0
        self.head: list[list[Cell]] = list(islice(self._rows, max(HEAD, wanted + 2)))
        self.header = self._chosen_header(mapping) if mapping else self._find_header()
        if self.header is None and without_header:
            self.header = self._by_content()
        self.found = self.header is not None
        self._parts: list[Part] = []
        if self.header is not None:
            self._parts = self._divided(self.header, mapping)

    # ------------------------------------------------------------ header
    def _find_header(self, last_row: int = LAST_HEADER_ROW) -> Header | None:
        last = min(len(self.head), last_row - self.sheet.first_row + 1)
        for index in range(max(last, 0)):
            if (header := self._header_at(index)) is not None:
                return header
        return None

    def _header_at(self, index: int) -> Header | None:
        labels = labels_of(self.head[index])
        columns = columns_of(labels)
        lines = 1
        if is_header(columns, labels):
            labels, lines = self._with_second_line(index, labels, columns)
        elif ("nama" in columns or "nik" in columns) and not self._is_header_row(index + 1):
            labels, lines = self._with_second_line(index, labels, columns)
            if lines == 1 or not is_header(columns_of(labels), labels):
                return None
        else:
            return None
        return Header(index, lines, labels, columns_of(labels))

    def proposed_header(self) -> Header | None:
        """The header, or what could be one: below the first rows, or none but columns that speak."""
        return self.header or self._find_header(HEAD) or self._by_content()

    def _by_content(self) -> Header | None:
        """Fields from the cells alone; the label row above them, if there is one, is a title then."""
        from participants.importing.proposing import propose  # noqa: PLC0415 (few files need it)

        rows = [row for row in self.head if sum(cell not in BLANKS for cell in row) > 1]
        fields = propose(rows, self._areas)
        columns: Columns = {}
        for index in sorted(fields):
            columns.setdefault(fields[index], []).append(index)
        if "nik" not in columns or "nama" not in columns:
            return None
        return Header(0, 0, [], columns)

    def _chosen_header(self, mapping: SheetMapping) -> Header | None:
        if not mapping.is_read:
            return None
        if mapping.header_row is None:
            found = self._find_header(HEAD)
        else:
            index = mapping.header_row - self.sheet.first_row
            if mapping.header_row == 0 or not 0 <= index < len(self.head):
                found = Header(0, 0, [], {})
            else:
                labels = labels_of(self.head[index])
                labels, lines = self._with_second_line(index, labels, columns_of(labels))
                found = Header(index, lines, labels, columns_of(labels))
        if mapping.columns is not None:
            base = found or Header(0, 0, [], {})
            return Header(base.index, base.lines, base.labels, mapping.fields())
        if found is None or not is_header(found.columns, found.labels):
            return None
        return found

    def _is_header_row(self, index: int) -> bool:
        if index >= len(self.head):
            return False
        labels = labels_of(self.head[index])
        return is_header(columns_of(labels), labels)

    def _with_second_line(self, index: int, labels: list[str], columns: Columns) -> tuple[list[str], int]:
        if index + 1 >= len(self.head):
            return labels, 1
        return with_second_line(self.head[index + 1], labels, columns)

    def _divided(self, header: Header, mapping: SheetMapping | None) -> list[Part]:
        """One table, or several that stand side by side below one header row."""
        is_given = mapping is not None and mapping.columns is not None
        bounds = _side_by_side(header.columns, header.labels, is_given=is_given)
        parts = []
        for low, high in bounds:
            columns = {
                name: [index for index in indexes if low <= index < high]
                for name, indexes in header.columns.items()
            }
            columns = {name: indexes for name, indexes in columns.items() if indexes}
            labels = [label if low <= index < high else "" for index, label in enumerate(header.labels)]
            part = Part(self, self.sheet, self._areas, (low, high) if len(bounds) > 1 else None)
            part.kecamatan = "" if self.sheet.is_text_file else _NUMBERING.sub("", self.sheet.name)
            if mapping is not None and mapping.kecamatan:
                part.kecamatan = self._areas.names.get(mapping.kecamatan, mapping.kecamatan)
            part.use(labels, columns)
            parts.append(part)
        return parts

    # ------------------------------------------------------------ rows
    def people(self) -> Iterator[Row]:
        header = self.header
        assert header is not None
        for index, cells in enumerate(self.head[: header.index]):
            self._read_above(index, cells)
        for index in range(header.index, header.index + header.lines):
            self.ignore(index, "kepala")
        begin = header.index + header.lines
        if not header.lines:
            begin = self._first_person(begin)
        for index in range(begin, len(self.head)):
            for part in self._parts:
                yield from part.feed(index, self.head[index])
        count = len(self.head)
        self.head = []
        alone = self._parts[0] if len(self._parts) == 1 else None
        for index, cells in enumerate(self._rows, count):
            if alone is not None and (row := alone.certain(index, cells)) is not None:
                yield row
                continue
            for part in self._parts:
                yield from part.feed(index, cells)
        for part in self._parts:
            yield from part.finish()

    def _read_above(self, index: int, cells: Sequence[Cell]) -> None:
        for part in self._parts:
            part.read_section(cells)
        if any(cell not in BLANKS for cell in cells):
            self.ignore(index, "judul")

    def _first_person(self, begin: int) -> int:
        """Without a header: what stands above the first NIK is a title."""
        for index in range(begin, len(self.head)):
            if any(part.has_nik(self.head[index]) for part in self._parts):
                for above in range(begin, index):
                    self._read_above(above, self.head[above])
                return index
        return begin

    def ignore(self, index: int, kind: str) -> None:
        self.ignored.append(Ignored(self.sheet.name, self.sheet.first_row + index, kind))


def _side_by_side(
    columns: Mapping[str, Sequence[int]], labels: Sequence[str], *, is_given: bool
) -> list[tuple[int, int]]:
    """The column ranges of the tables below one header row; mostly there is one."""
    whole = [(0, 1 << 20)]
    if len(columns.get("nama", ())) < 2 or len(columns.get("nik", ())) < 2:
        return whole
    fields = sorted(
        (index, name) for name, indexes in columns.items() if name != "ignored" for index in indexes
    )
    starts, seen = [0], set[str]()
    for position, (index, name) in enumerate(fields):
        if name in seen and name not in _IN_PARTS and {"nama", "nik"} <= seen:
            rest = {other for _index, other in fields[position:]}
            if {"nama", "nik"} <= rest:
                starts.append(index)
                seen = set()
        seen.add(name)
    if len(starts) < 2:
        return whole
    if not is_given and not all(_begins_anew(start, columns, labels) for start in starts[1:]):
        return whole
    return list(zip(starts, [*starts[1:], 1 << 20], strict=True))


def _begins_anew(start: int, columns: Mapping[str, Sequence[int]], labels: Sequence[str]) -> bool:
    """A table of its own has its own count, a gap before it, or the very same words above it."""
    if start in columns.get("no", ()) or (start > 0 and start - 1 < len(labels) and not labels[start - 1]):
        return True
    first = {name: indexes[0] for name, indexes in columns.items()}
    again = {name: next((i for i in columns[name] if i >= start), -1) for name in ("nama", "nik")}
    return all(labels[first[name]].casefold() == labels[again[name]].casefold() for name in again)
