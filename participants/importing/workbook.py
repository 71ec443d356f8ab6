"""Reads an xlsx file: values from calamine, and what calamine does not tell from the sheets' XML.

Calamine gives the last computed value of a formula as if it were typed, and numbers as floats. So
one pass over the sheets' bytes finds the formula cells, and the numbers too long for a float.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

import python_calamine
from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from participants.importing.cells import FORMULA, Cell
from participants.importing.codes import ImportRefused

MAX_CELLS = 4_000_000  # of one sheet, merged ranges filled in
MAX_PADDING = 2_000  # rows a merged range may reach below the last value

_EXACT_FLOAT = 2**53
_LONGEST_CELL = 20_000  # bytes from the start of a cell to its value; a formula has at most 8,192 characters
_MEMBER_OF_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
_RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_REFERENCE = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
# Begins with plain letters, which are searched ten times faster; what stands before them is asked afterwards.
_LONG_NUMBER = re.compile(rb"v>(?<=<v>)([0-9]{16,17})(?:\.0+)?</")
_PREFIXED_LONG_NUMBER = re.compile(rb"<\w+:v>([0-9]{16,17})(?:\.0+)?</")
_DATE_1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true)[\"']")
_ROW_OR_CELL_OR_FORMULA = re.compile(rb"<(?:\w+:)?(row|c|f)\b([^>]*)>")


@dataclass
class Sheet:
    """The cells of one sheet. ``rows[i]`` is row ``first_row + i`` as the program counts, from 1."""

    name: str
    rows: list[list[Cell]]
    first_row: int = 1
    date_1904: bool = False
    is_text_file: bool = False
    # Rows (index in ``rows``) and the columns that one horizontal merged range covers there.
    wide_merges: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


def read(content: bytes) -> Iterator[Sheet | str]:
    """The visible sheets in order; the name alone of a sheet that is hidden and so not read."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise ImportRefused("damaged") from error
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members, date_1904 = _sheet_members(archive)
        for about in workbook.sheets_metadata:
            if about.typ != SheetTypeEnum.WorkSheet:
                continue
            if about.visible != SheetVisibleEnum.Visible:
                yield about.name
                continue
            try:
                sheet = workbook.get_sheet_by_name(about.name)
            except (python_calamine.CalamineError, ValueError) as error:
                raise ImportRefused("damaged") from error
            member = members.get(about.name)
            xml = archive.read(member) if member else b""
            yield _read_sheet(sheet, xml, date_1904=date_1904)


def _read_sheet(sheet: CalamineSheet, xml: bytes, *, date_1904: bool) -> Sheet:
    if sheet.start is None or sheet.end is None:
        return Sheet(sheet.name, [], date_1904=date_1904)
    top, left = sheet.start
    if (sheet.end[0] - top + 1) * (sheet.end[1] + 1) > MAX_CELLS:
        raise ImportRefused("too_large")
    margin: list[Cell] = [""] * left
    rows: list[list[Cell]] = [[*margin, *row] for row in sheet.to_python(skip_empty_area=True)]
    read = Sheet(sheet.name, rows, first_row=top + 1, date_1904=date_1904)
    for row, column, value in _corrections(xml):
        index = row - 1 - top
        if value is FORMULA and not 0 <= index < len(rows):
            continue
        if 0 <= index < len(rows) and column < len(rows[index]):
            rows[index][column] = value
    _fill_merged(read, sheet.merged_cell_ranges or [], top)
    return read


def _fill_merged(sheet: Sheet, ranges: list[tuple[tuple[int, int], tuple[int, int]]], top: int) -> None:
    """A merged range counts for every cell it spans."""
    rows, filled = sheet.rows, 0
    width = len(rows[0]) if rows else 0
    for (row0, column0), (row1, column1) in ranges:
        first, last = row0 - top, row1 - top
        if not 0 <= first < len(rows) or column0 >= width:
            continue
        value = rows[first][column0]
        if value == "" or value is None:
            continue
        while last >= len(rows) and len(rows) - first < MAX_PADDING:
            rows.append([""] * width)
        last, right = min(last, len(rows) - 1), min(column1, width - 1)
        filled += (last - first + 1) * (right - column0 + 1)
        if filled > MAX_CELLS:
            raise ImportRefused("too_large")
        for index in range(first, last + 1):
            rows[index][column0 : right + 1] = [value] * (right - column0 + 1)
            if column1 > column0:
                sheet.wide_merges.setdefault(index, []).append((column0, column1))


def _corrections(xml: bytes) -> Iterator[tuple[int, int, Cell]]:
    """(row from 1, column from 0, value) of formula cells, and of numbers a float cannot hold."""
    found = list(_marked_cells(xml))
    if found and any(place is None for place, _value in found):
        # Some writers leave out the cell references: then everything has to be counted.
        yield from _counted_formulas(xml)
        return
    for place, value in found:
        if place is not None:
            yield place[0], place[1], value


def _marked_cells(xml: bytes) -> Iterator[tuple[tuple[int, int] | None, Cell]]:
    position = xml.find(b"<f")
    while position >= 0:
        if xml[position + 2 : position + 3] in (b" ", b">", b"/"):
            yield _place_before(xml, position), FORMULA
        position = xml.find(b"<f", position + 2)
    if b":f" in xml:  # perhaps a writer that prefixes every element
        for match in re.finditer(rb"<\w+:f[\s>/]", xml):
            yield _place_before(xml, match.start()), FORMULA
    for pattern in (_LONG_NUMBER, _PREFIXED_LONG_NUMBER) if b":v>" in xml else (_LONG_NUMBER,):
        for match in pattern.finditer(xml):
            number = int(match[1])
            if number > _EXACT_FLOAT:
                yield _place_before(xml, match.start()), number


def _place_before(xml: bytes, position: int) -> tuple[int, int] | None:
    """Row and column of the cell element that ``position`` lies in; None without a reference."""
    floor = max(0, position - _LONGEST_CELL)
    start = _last_cell(xml, b"<c", floor, position)
    if start < 0:
        start = _last_cell(xml, b":c", floor, position)
    if start < 0:
        return None
    match = _REFERENCE.search(xml, start, xml.find(b">", start, position) + 1)
    return (int(match[2]), column_index(match[1])) if match else None


def _last_cell(xml: bytes, mark: bytes, floor: int, position: int) -> int:
    start = xml.rfind(mark, floor, position)
    while start >= 0 and xml[start + 2 : start + 3] not in (b" ", b">", b"/"):
        start = xml.rfind(mark, floor, start)
    return start


def _counted_formulas(xml: bytes) -> Iterator[tuple[int, int, Cell]]:
    row = column = 0
    for match in _ROW_OR_CELL_OR_FORMULA.finditer(xml):
        kind, reference = match[1], _REFERENCE.search(match[2])
        if kind == b"row":
            number = re.search(rb"\br=[\"']([0-9]+)[\"']", match[2])
            row, column = int(number[1]) if number else row + 1, -1
        elif kind == b"c":
            column = column_index(reference[1]) if reference else column + 1
        else:
            yield row, column, FORMULA


def column_index(letters: bytes) -> int:
    """'A' is 0, 'AA' is 26."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def _sheet_members(archive: zipfile.ZipFile) -> tuple[dict[str, str], bool]:
    """Where each sheet's XML is, by the sheet's name; whether dates count from 1904."""
    names = {name.lower(): name for name in archive.namelist()}
    try:
        workbook = archive.read(names["xl/workbook.xml"])
        relationships = archive.read(names["xl/_rels/workbook.xml.rels"])
    except KeyError:
        return {}, False
    targets: dict[str, str] = {}
    for match in _RELATIONSHIP.finditer(relationships):
        attributes = _attributes(match[1])
        target = attributes.get("Target", "").lstrip("/")
        target = target if target.lower().startswith("xl/") else f"xl/{target}"
        targets[attributes.get("Id", "")] = names.get(target.lower(), "")
    members = {}
    for match in _MEMBER_OF_SHEET.finditer(workbook):
        attributes = _attributes(match[1])
        relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
        if targets.get(relation):
            members[attributes.get("name", "")] = targets[relation]
    return members, _DATE_1904.search(workbook) is not None


def _attributes(text: bytes) -> dict[str, str]:
    return {
        match[1].decode(): unescape(
            (match[2] if match[2] is not None else match[3]).decode("utf-8", "replace")
        )
        for match in _ATTRIBUTE.finditer(text)
    }
