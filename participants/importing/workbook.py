"""Reads workbooks: values from calamine, and what calamine does not tell from the file itself.

Calamine gives the last computed value of a formula as if it were typed, and numbers as floats. So
one pass over the bytes (``formulas``) finds the formula cells, and the numbers too long for a float.
Rows come one after the other: a sheet of 280,000 people is never a list.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import python_calamine
from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from participants.importing import formulas
from participants.importing.cells import Cell
from participants.importing.codes import ImportRefused
from participants.importing.formulas import Corrections, NoCorrections
from participants.importing.rows import Ignored, Row

MAX_CELLS = 8_000_000  # of one sheet, and as many by filling merged ranges
MAX_PADDING = 2_000  # rows a merged range may reach below the last value

Merged = tuple[tuple[int, int], tuple[int, int]]


@dataclass
class Sheet:
    """The cells of one sheet. The row of index i in ``rows`` is ``first_row + i`` as the program counts.

    ``rows`` may be read only once; ``height`` is about how many there are.
    """

    name: str
    rows: Iterable[list[Cell]]
    first_row: int = 1
    date_1904: bool = False
    is_text_file: bool = False
    height: int = 0
    is_hidden: bool = False
    # Rows (index in ``rows``) and the columns that one horizontal merged range covers there.
    wide_merges: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


@dataclass
class Entries(Sheet):
    """People found in loose text: there are no columns to be mapped."""

    people: list[Row] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)


def read(
    content: bytes, kind: str = "xlsx", *, hidden: Callable[[str], bool] | None = None
) -> Iterator[Sheet]:
    """The sheets in order. A hidden one has no rows, except where ``hidden`` says that it is wanted."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except python_calamine.PasswordError as error:
        raise ImportRefused("encrypted") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise ImportRefused("damaged") from error
    about_file = formulas.of(content, kind)
    with about_file:
        for about in workbook.sheets_metadata:
            if about.typ != SheetTypeEnum.WorkSheet:
                continue
            is_hidden = about.visible != SheetVisibleEnum.Visible
            if is_hidden and not (hidden and hidden(about.name)):
                yield Sheet(about.name, [], is_hidden=True)
                continue
            try:
                sheet = workbook.get_sheet_by_name(about.name)
            except (python_calamine.CalamineError, ValueError) as error:
                raise ImportRefused("damaged") from error
            read = _read_sheet(sheet, about_file.corrections(about.name), date_1904=about_file.date_1904)
            read.is_hidden = is_hidden
            yield read
            read.rows = ()  # let go of the cells before the next sheet is taken in
            del sheet, read


def heights(content: bytes) -> int:
    """About how many rows the sheets of an xlsx have, from what they say at their beginning."""
    return formulas.declared_rows(content)


def _read_sheet(sheet: CalamineSheet, corrections: Corrections, *, date_1904: bool) -> Sheet:
    if sheet.start is None or sheet.end is None:
        return Sheet(sheet.name, [], date_1904=date_1904)
    top = sheet.start[0]
    height = sheet.end[0] - top + 1
    if height * (sheet.end[1] + 1) > MAX_CELLS:
        raise ImportRefused("too_large")
    read = Sheet(sheet.name, [], first_row=top + 1, date_1904=date_1904, height=height)
    ranges = [one for one in sheet.merged_cell_ranges or [] if one[0] != one[1]]
    rows = _rows(sheet, corrections)
    read.rows = _with_merged(read, rows, ranges, top, sheet.end[1] + 1, height) if ranges else rows
    return read


def _rows(sheet: CalamineSheet, corrections: Corrections) -> Iterator[list[Cell]]:
    assert sheet.start is not None
    top, left = sheet.start
    margin: list[Cell] = [""] * left
    rows: Iterator[list[Cell]] = iter(sheet.iter_rows())  # type: ignore[arg-type]
    for _ in range(top):
        next(rows)
    if left:
        rows = ([*margin, *cells] for cells in rows)
    return rows if isinstance(corrections, NoCorrections) else corrections.corrected(rows, top)


def _with_merged(
    sheet: Sheet, rows: Iterator[list[Cell]], ranges: Sequence[Merged], top: int, width: int, height: int
) -> Iterator[list[Cell]]:
    """A merged range counts for every cell it spans."""
    waiting = sorted(ranges, reverse=True)
    active: list[tuple[int, int, int, Cell]] = []  # last row, first and last column, value
    filled = 0
    for index, row in enumerate(_padded(rows, ranges, top, width, height)):
        if active:
            active = [one for one in active if one[0] >= index]
        while waiting and waiting[-1][0][0] - top <= index:
            (first, left), (last, right) = waiting.pop()
            value = row[left] if left < len(row) and first - top == index else ""
            if value != "" and value is not None:
                active.append((last - top, left, right, value))
        for _last, left, right, value in active:
            if left >= width:
                continue
            end = min(right, width - 1)
            filled += end - left + 1
            if filled > MAX_CELLS:
                raise ImportRefused("too_large")
            row[left : end + 1] = [value] * (end - left + 1)
            if right > left:
                sheet.wide_merges.setdefault(index, []).append((left, right))
        yield row


def _padded(
    rows: Iterator[list[Cell]], ranges: Sequence[Merged], top: int, width: int, height: int
) -> Iterator[list[Cell]]:
    """The rows, and below them those that only a merged range reaches."""
    count = 0
    for row in rows:
        count += 1
        yield row
    reach = max((last - top + 1 for (first, _l), (last, _r) in ranges if first - top < height), default=0)
    for _ in range(count, min(reach, count + MAX_PADDING)):
        yield [""] * width
