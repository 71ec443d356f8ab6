"""From a file to a report: the whole way, in this process. Untrusted files go through ``runner``."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from participants.importing import areas as area_tables
from participants.importing import duplicates, guard, textfile, workbook
from participants.importing.areas import Areas
from participants.importing.checks import MIN_AGE, Checked, Checker
from participants.importing.codes import ImportRefused
from participants.importing.layout import Table
from participants.importing.report import Report
from participants.importing.workbook import Sheet

PROGRESS_EVERY = 500

Progress = Callable[[str, int, int], None]


def check_file(path: Path, **options: Any) -> Report:
    """As ``check``, for a file on the disk."""
    return check(guard.read(path), **options)


def check(
    content: bytes,
    *,
    kota: str,
    as_of: date,
    areas: Areas | None = None,
    min_age: int = MIN_AGE,
    max_rows: int = guard.MAX_ROWS,
    progress: Progress | None = None,
) -> Report:
    """Everything the file says about people, checked. Raises ImportRefused when it cannot be read.

    ``kota`` is the Kemendagri code of the city the list is for (``31.73``). ``progress`` is called
    with a phase ("reading", "checking", "comparing"), rows done and rows in sight.
    """
    kind = guard.inspect(content)
    tell = progress or (lambda phase, done, total: None)
    tell("reading", 0, 0)
    report = Report(kota, [])
    tables: list[tuple[Table, Sheet]] = []
    in_sight = 0
    known_areas = areas or area_tables.load()
    for sheet in _sheets(content, kind, max_rows):
        if isinstance(sheet, str):
            report.hidden_sheets.append(sheet)
            continue
        table = Table(sheet, known_areas)
        if not table.found:
            report.ignored_sheets.append(sheet.name)
            continue
        tables.append((table, sheet))
        in_sight += len(sheet.rows)
        tell("reading", 0, in_sight)
    if not tables:
        raise ImportRefused("no_header", hidden=len(report.hidden_sheets))
    checker = Checker(known_areas, kota, as_of, min_age)
    for table, sheet in tables:
        checker.date_1904 = sheet.date_1904
        report.rows.extend(_checked(table, checker, report.rows, tell, in_sight, max_rows))
        report.ignored.extend(table.ignored)
    if not report.rows:
        raise ImportRefused("no_people")
    tell("comparing", len(report.rows), len(report.rows))
    duplicates.mark(report.rows)
    return report


def _checked(
    table: Table, checker: Checker, before: list[Checked], tell: Progress, in_sight: int, max_rows: int
) -> Iterator[Checked]:
    done = len(before)
    for row in table.people():
        yield checker.check(row)
        done += 1
        if done > max_rows:
            raise ImportRefused("too_many_rows", limit=max_rows)
        if done % PROGRESS_EVERY == 0:
            tell("checking", done, max(in_sight, done))


def _sheets(content: bytes, kind: str, max_rows: int) -> Iterator[Sheet | str]:
    if kind == "csv":
        yield textfile.read(content, max_rows=max_rows)
    else:
        yield from workbook.read(content)
