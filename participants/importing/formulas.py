"""Where a workbook has formulas, and numbers a float cannot hold: from the bytes, without evaluating any.

Three formats, one answer: ``Corrections`` by sheet. Bytes are looked at in windows, so that a sheet of
200 MB of XML needs no more memory than a small one.
"""

import io
import re
import struct
import zipfile
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from typing import IO, Protocol
from xml.parsers import expat

from participants.importing import compound
from participants.importing.cells import FORMULA, Cell

WIDEST = 1_000  # a formula right of this column corrects nothing
_WINDOW = 4 * 1024 * 1024
_EXACT_FLOAT = 2**53
_LONGEST_CELL = 20_000  # bytes from the start of a cell to its value; a formula has at most 8,192 characters
_LONGEST_MARK = 64
_MOST_PLACES = 4_000_000
_COLUMN_BITS = 14
_COLUMN_MASK = (1 << _COLUMN_BITS) - 1

_MEMBER_OF_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
_RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_REFERENCE = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
# Begins with plain letters, which are searched ten times faster; what stands before them is asked afterwards.
_LONG_NUMBER = re.compile(rb"v>(?<=<v>)([0-9]{16,17})(?:\.0+)?</")
_PREFIXED = re.compile(rb":[fv][\s>/]")  # a colon is rare: both are looked for at once
_PREFIXED_LONG_NUMBER = re.compile(rb"<\w+:v>([0-9]{16,17})(?:\.0+)?</")
_DATE_1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true)[\"']")
_ROW_OR_CELL_OR_FORMULA = re.compile(rb"<(?:\w+:)?(row|c|f)\b([^>]*)>")
_ROW_NUMBER = re.compile(rb"\br=[\"']([0-9]+)[\"']")
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\s[^>]*ref=[\"'][A-Z]+([0-9]+):[A-Z]+([0-9]+)[\"']")
_BYTES_A_ROW = 900


class Corrections:
    """What stands in some cells instead of what calamine says: rows and columns count from 0."""

    def __init__(self) -> None:
        self._formulas = array("Q")
        self._numbers: dict[int, list[tuple[int, int]]] = {}
        self._is_sorted = True

    def add_formula(self, row: int, column: int) -> None:
        if column < 1 << _COLUMN_BITS and len(self._formulas) < _MOST_PLACES:
            place = row << _COLUMN_BITS | column
            if self._formulas and place < self._formulas[-1]:
                self._is_sorted = False
            self._formulas.append(place)

    def add_number(self, row: int, column: int, number: int) -> None:
        self._numbers.setdefault(row, []).append((column, number))

    def corrected(self, rows: Iterable[list[Cell]], first: int) -> Iterator[list[Cell]]:
        """``rows``, which begin at row ``first``, with what really stands in them."""
        places = self._formulas if self._is_sorted else array("Q", sorted(self._formulas))
        numbers, count = self._numbers, len(places)
        at = bisect_left(places, first << _COLUMN_BITS)
        following = places[at] >> _COLUMN_BITS if at < count else -1
        for number, row in enumerate(rows, first):
            while number == following:
                column = places[at] & _COLUMN_MASK
                if column < len(row):
                    row[column] = FORMULA
                at += 1
                following = places[at] >> _COLUMN_BITS if at < count else -1
            if numbers and number in numbers:
                for column, value in numbers[number]:
                    if column < len(row):
                        row[column] = value
            yield row


class NoCorrections(Corrections):
    """A sheet whose cells are all as calamine says."""


class AboutFile(Protocol):
    date_1904: bool

    def corrections(self, sheet: str) -> Corrections: ...
    def __enter__(self) -> "AboutFile": ...
    def __exit__(self, *error: object) -> None: ...


def of(content: bytes, kind: str) -> AboutFile:
    """What has to be known about the file besides its values. ``kind`` is guard's."""
    kinds: dict[str, Callable[[bytes], AboutFile]] = {"xls": AboutBinary, "ods": AboutOpenDocument}
    return kinds.get(kind, AboutArchive)(content)


# ---------------------------------------------------------------- xlsx
class AboutArchive:
    """The parts of an xlsx."""

    def __init__(self, content: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        self._members, self.date_1904 = _sheet_members(self._archive)

    def __enter__(self) -> "AboutArchive":
        return self

    def __exit__(self, *_error: object) -> None:
        self._archive.close()

    def corrections(self, sheet: str) -> Corrections:
        member = self._members.get(sheet)
        if not member:
            return NoCorrections()
        with self._archive.open(member) as xml:
            found, has_references = _corrections(xml)
        if not has_references:
            # Some writers leave out the cell references: then everything has to be counted.
            with self._archive.open(member) as xml:
                found = _counted(xml)
        return found


def declared_rows(content: bytes) -> int:
    """About how many rows the sheets have: what each says of itself, else by its size."""
    total = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            name = member.filename.lower()
            if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
                continue
            with archive.open(member) as xml:
                match = _DIMENSION.search(xml.read(2048))
            guess = member.file_size // _BYTES_A_ROW
            total += min(int(match[2]) - int(match[1]) + 1, guess * 10 + 100) if match else guess
    return total


def _corrections(xml: IO[bytes]) -> tuple[Corrections, bool]:
    """Formula cells and long numbers of one sheet; whether every one of them had a reference."""
    found = Corrections()
    carry, is_last = b"", False
    begin = 0  # of what has not been looked at yet, within the window
    while not is_last:
        piece = xml.read(_WINDOW)
        is_last = not piece
        window = carry + piece
        end = len(window) if is_last else max(begin, len(window) - _LONGEST_MARK)
        for position, value in _marks(window, begin, end):
            place = _place_before(window, position)
            if place is None:
                return found, False
            if value is FORMULA:
                found.add_formula(*place)
            else:
                found.add_number(*place, value)  # type: ignore[arg-type]
        keep = max(0, end - _LONGEST_CELL)
        carry, begin = window[keep:], end - keep
    return found, True


def _marks(xml: bytes, begin: int, end: int) -> Iterator[tuple[int, Cell]]:
    """Where in ``xml`` from ``begin`` before ``end`` a formula or a long number stands."""
    position = xml.find(b"<f", begin)
    while 0 <= position < end:
        if xml[position + 2 : position + 3] in (b" ", b">", b"/"):
            yield position, FORMULA
        position = xml.find(b"<f", position + 2)
    is_prefixed = _PREFIXED.search(xml) is not None
    if is_prefixed:  # perhaps a writer that prefixes every element
        for match in re.compile(rb"<\w+:f[\s>/]").finditer(xml, begin):
            if match.start() < end:
                yield match.start(), FORMULA
    for pattern in (_LONG_NUMBER, _PREFIXED_LONG_NUMBER) if is_prefixed else (_LONG_NUMBER,):
        for match in pattern.finditer(xml, begin):
            if match.start() < end and (number := int(match[1])) > _EXACT_FLOAT:
                yield match.start(), number


def _place_before(xml: bytes, position: int) -> tuple[int, int] | None:
    """Row and column of the cell element that ``position`` lies in; None without a reference."""
    # As almost every program writes it: <c r="A6" s="3"><f>
    start = xml.rfind(b'<c r="', max(0, position - 48), position)
    if start >= 0 and xml.find(b"<", start + 1, position) < 0:
        reference = xml[start + 6 : xml.find(b'"', start + 6, position + 1)]
        letters = reference.rstrip(b"0123456789")
        if (
            0 < len(letters) <= 3
            and letters.isalpha()
            and letters.isupper()
            and len(reference) > len(letters)
        ):
            return int(reference[len(letters) :]) - 1, column_index(letters)
    floor = max(0, position - _LONGEST_CELL)
    start = _last_cell(xml, b"<c", floor, position)
    if start < 0:
        start = _last_cell(xml, b":c", floor, position)
    if start < 0:
        return None
    match = _REFERENCE.search(xml, start, xml.find(b">", start, position) + 1)
    return (int(match[2]) - 1, column_index(match[1])) if match else None


def _last_cell(xml: bytes, mark: bytes, floor: int, position: int) -> int:
    start = xml.rfind(mark, floor, position)
    while start >= 0 and xml[start + 2 : start + 3] not in (b" ", b">", b"/"):
        start = xml.rfind(mark, floor, start)
    return start


def _counted(xml: IO[bytes]) -> Corrections:
    found = Corrections()
    row = column = -1
    carry = b""
    while True:
        piece = xml.read(_WINDOW)
        window = carry + piece
        end = window.rfind(b"<") if piece else len(window)  # the last tag may not be whole
        for match in _ROW_OR_CELL_OR_FORMULA.finditer(window, 0, max(end, 0)):
            kind, reference = match[1], _REFERENCE.search(match[2])
            if kind == b"row":
                number = _ROW_NUMBER.search(match[2])
                row, column = int(number[1]) - 1 if number else row + 1, -1
            elif kind == b"c":
                column = column_index(reference[1]) if reference else column + 1
            elif row >= 0 and column >= 0:
                found.add_formula(row, column)
        if not piece:
            return found
        carry = window[max(end, 0) :][-_WINDOW:]


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


# ---------------------------------------------------------------- ods
class AboutOpenDocument:
    """The one content.xml of an OpenDocument spreadsheet; dates in it are dates, whatever they count from."""

    date_1904 = False
    _TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "

    def __init__(self, content: bytes) -> None:
        self._sheets: dict[str, Corrections] = {}
        self._row = self._column = 0
        self._repeat_row = 1
        self._current = Corrections()
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("content.xml") as xml:
            try:
                parser.ParseFile(xml)
            except expat.ExpatError:
                self._sheets.clear()  # calamine says whether it can be read

    def __enter__(self) -> "AboutOpenDocument":
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def corrections(self, sheet: str) -> Corrections:
        return self._sheets.get(sheet, NoCorrections())

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not name.startswith(self._TABLE):
            return
        kind = name[len(self._TABLE) :]
        if kind == "table":
            self._row = self._column = 0
            self._current = self._sheets[attributes.get(f"{self._TABLE}name", "")] = Corrections()
        elif kind == "table-row":
            self._column = 0
            self._repeat_row = _count(attributes.get(f"{self._TABLE}number-rows-repeated"))
        elif kind in ("table-cell", "covered-table-cell"):
            repeat = _count(attributes.get(f"{self._TABLE}number-columns-repeated"))
            if f"{self._TABLE}formula" in attributes:
                for row in range(self._row, self._row + min(self._repeat_row, 1000)):
                    for column in range(self._column, self._column + min(repeat, WIDEST)):
                        self._current.add_formula(row, column)
            self._column += repeat

    def _end(self, name: str) -> None:
        if name == f"{self._TABLE}table-row":
            self._row += self._repeat_row


def _count(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 8 else 1


# ---------------------------------------------------------------- xls
class AboutBinary:
    """The records of an old workbook (BIFF5 and BIFF8)."""

    _BOF, _EOF, _BOUNDSHEET, _DATEMODE = 0x0809, 0x000A, 0x0085, 0x0022
    _FORMULAS = frozenset((0x0006, 0x0206, 0x0406))

    def __init__(self, content: bytes) -> None:
        self.date_1904 = False
        self._sheets: list[tuple[str, int]] = []
        self._stream = compound.stream(content, ("Workbook", "Book"))
        self._read_globals()

    def __enter__(self) -> "AboutBinary":
        return self

    def __exit__(self, *_error: object) -> None:
        self._stream = b""

    def corrections(self, sheet: str) -> Corrections:
        begin = next((offset for name, offset in self._sheets if name == sheet), None)
        if begin is None:
            return NoCorrections()
        found, depth = Corrections(), 0
        for kind, data in self._records(begin):
            if kind == self._BOF:
                depth += 1
            elif kind == self._EOF:
                depth -= 1
                if depth <= 0:
                    break
            elif kind in self._FORMULAS and depth == 1 and len(data) >= 4:
                found.add_formula(*struct.unpack_from("<HH", data))
        return found

    def _read_globals(self) -> None:
        is_8 = True
        for kind, data in self._records(0):
            if kind == self._BOF and len(data) >= 2:
                is_8 = struct.unpack_from("<H", data)[0] == 0x0600
            elif kind == self._DATEMODE and len(data) >= 2:
                self.date_1904 = data[0] == 1
            elif kind == self._BOUNDSHEET and len(data) > 7:
                self._sheets.append((_sheet_name(data, is_8=is_8), struct.unpack_from("<I", data)[0]))
            elif kind == self._EOF:
                return

    def _records(self, at: int) -> Iterator[tuple[int, bytes]]:
        stream = self._stream
        while at + 4 <= len(stream):
            kind, size = struct.unpack_from("<HH", stream, at)
            yield kind, stream[at + 4 : at + 4 + size]
            at += 4 + size


def _sheet_name(data: bytes, *, is_8: bool) -> str:
    length = data[6]
    if not is_8:
        return data[7 : 7 + length].decode("cp1252", "replace")
    if data[7] & 1:
        return data[8 : 8 + 2 * length].decode("utf-16-le", "replace")
    return data[8 : 8 + length].decode("latin-1")
