"""From a file to a report: the whole way, in this process. Untrusted files go through ``runner``."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from participants.importing import areas as area_tables
from participants.importing import guard, textfile, workbook
from participants.importing.areas import Areas
from participants.importing.checks import MIN_AGE, Checked, Checker
from participants.importing.codes import ImportRefused
from participants.importing.duplicates import Doubles
from participants.importing.layout import Table
from participants.importing.mapping import COLUMN_FIELDS, Mappings
from participants.importing.report import Report
from participants.importing.rows import Row
from participants.importing.workbook import Entries, Sheet

MOST_COLUMNS = 60  # of a sheet that are told by name
PROGRESS_EVERY = 500
OUR_OWN_SHEETS = frozenset(("PETUNJUK", "PILIHAN"))  # of the template; nobody wonders that they are not read

Progress = Callable[[str, int, int], None]
Each = Callable[[Checked], None]


def check_file(path: Path, **options: Any) -> Report:
    """As ``check``, for a file on the disk."""
    return check(guard.read(path), **options)


def check(
    content: bytes,
    *,
    kota: str,
    as_of: date,
    kind: str | None = None,
    mappings: Mappings | None = None,
    areas: Areas | None = None,
    min_age: int = MIN_AGE,
    max_rows: int = guard.MAX_ROWS,
    progress: Progress | None = None,
    each: Each | None = None,
) -> Report:
    """Everything the file says about people, checked. Raises ImportRefused when it cannot be read.

    ``kota`` is the Kemendagri code of the city the list is for (``31.73``). ``kind`` is "paste" for text
    from a message or a sheet; files say themselves what they are. ``progress`` is called with a phase
    ("reading", "checking", "comparing"), rows done and rows in sight. With ``each`` the rows are handed
    over one by one, finished, and not kept: a list of 280,000 people needs little memory.
    """
    kind = kind or guard.inspect(content)
    tell = progress or (lambda phase, done, total: None)
    tell("reading", 0, 0)
    known_areas = areas or area_tables.load()
    report = Report(kota)
    keep = each or report.rows.append
    checker, doubles = Checker(known_areas, kota, as_of, min_age), Doubles()
    in_sight = workbook.heights(content) if kind == "xlsx" else 0
    seen, has_table, is_grid_empty = 0, False, True
    for sheet in sheets(content, kind, max_rows, mappings):
        seen += sheet.height
        in_sight = max(in_sight, seen)
        is_grid_empty = is_grid_empty and not sheet.height
        people = _people(sheet, kind, mappings, known_areas, report)
        if people is None:
            continue
        has_table = True
        checker.date_1904 = sheet.date_1904
        tell("reading", report.count, in_sight)
        for row in people:
            checked = checker.check(row)
            doubles.mark(checked)
            report.add(checked)
            keep(checked)
            if report.count > max_rows:
                raise ImportRefused("too_many_rows", limit=max_rows)
            if report.count % PROGRESS_EVERY == 0:
                tell("checking", report.count, max(in_sight, report.count))
    if not has_table:
        _refuse_without_table(content, kind, report, is_empty=is_grid_empty)
    if not report.count:
        raise ImportRefused("no_people")
    tell("comparing", report.count, report.count)
    return report


def _people(
    sheet: Sheet, kind: str, mappings: Mappings | None, known_areas: Areas, report: Report
) -> Iterator[Row] | None:
    """The people of one sheet, or None for a sheet that is not read."""
    mapping = mappings.of(sheet.name) if mappings else None
    if sheet.is_hidden and (mapping is None or not mapping.is_read):
        if sheet.name not in OUR_OWN_SHEETS:
            report.hidden_sheets.append(sheet.name)
        return None
    if isinstance(sheet, Entries):
        report.ignored.extend(sheet.ignored)
        return iter(sheet.people)
    table = Table(sheet, known_areas, mapping, without_header=kind == "paste")
    if not table.found:
        if sheet.name not in OUR_OWN_SHEETS:
            report.ignored_sheets.append(sheet.name)
        return None
    report.columns.append(columns_of(table))
    return _noted(table, report)


def columns_of(table: Table) -> dict[str, Any]:
    """How a sheet is read: the words above its columns, and what each was taken for."""
    header = table.header
    assert header is not None
    fields = {index: name for name, indexes in header.columns.items() for index in indexes}
    width = max([*fields, len(header.labels) - 1]) + 1
    named = [
        {
            "label": (header.labels[index] if index < len(header.labels) else "")[:60],
            "field": name if (name := fields.get(index, "")) in COLUMN_FIELDS and name != "ignored" else "",
        }
        for index in range(min(width, MOST_COLUMNS))
    ]
    return {"name": table.sheet.name, "columns": named}


def _noted(table: Table, report: Report) -> Iterator[Row]:
    yield from table.people()
    report.ignored.extend(sorted(table.ignored, key=lambda one: one.row))


def _refuse_without_table(content: bytes, kind: str, report: Report, *, is_empty: bool) -> None:
    if is_empty and kind in ("xlsx", "ods"):
        raise ImportRefused("only_picture" if guard.has_pictures(content) else "no_cells")
    raise ImportRefused("no_header", hidden=len(report.hidden_sheets))


def sheets(content: bytes, kind: str, max_rows: int, mappings: Mappings | None = None) -> Iterator[Sheet]:
    """The sheets of a file of any kind, in order."""
    if kind == "paste":
        from participants.importing import pasted  # noqa: PLC0415 (its patterns take longer than a small file)

        yield pasted.read(content, max_rows=max_rows)
    elif kind == "csv":
        yield textfile.read(content, max_rows=max_rows)
    else:
        yield from workbook.read(content, kind, hidden=mappings.wants if mappings else None)
