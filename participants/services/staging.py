"""Many rows at once: COPY into a temporary table, then one statement for all of them.

COPY never goes to a table of people itself: row policies do not allow it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db.backends.utils import CursorWrapper


def stage(
    cursor: CursorWrapper,
    table: str,
    columns: Mapping[str, str],
    rows: Iterable[Sequence[Any]],
    *,
    joined_on: Sequence[str],
    is_kept: bool = False,
) -> None:
    """A temporary table with ``rows``. ``columns``: name to SQL type, ours alone.

    It lives as long as the transaction; with ``is_kept`` until ``drop_staged``, or the connection's end.
    Only the columns of ``joined_on`` are analyzed: statistics of sealed columns cost most and help nobody.
    """
    make_staged(cursor, table, columns, is_kept=is_kept)
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    if joined_on:
        cursor.execute(f"ANALYZE {table} ({', '.join(joined_on)})")


def make_staged(
    cursor: CursorWrapper, table: str, columns: Mapping[str, str], *, is_kept: bool = False
) -> None:
    """The temporary table without rows."""
    drop_staged(cursor, table)
    described = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    at_commit = "PRESERVE ROWS" if is_kept else "DROP"
    cursor.execute(f"CREATE TEMPORARY TABLE {table} ({described}) ON COMMIT {at_commit}")


def stage_lines(cursor: CursorWrapper, table: str, columns: Iterable[str], lines: Sequence[str]) -> None:
    """Rows as ``line`` writes them: for thousands of them, where the driver's own way costs twice as much."""
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        copy.write("".join(lines))


# ---------------------------------------------------------------- one row in COPY's text format
NULL, YES, NO = r"\N", "t", "f"
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\x00": None})


def line(ready: Sequence[str], texts: Sequence[str]) -> str:
    """One row. ``ready``: what we wrote ourselves, by the functions below; ``texts`` may hold anything."""
    together = "".join(texts)
    if "\\" in together or not together.isprintable():
        texts = [text.translate(_ESCAPED) for text in texts]
    return "\t".join((*ready, *texts)) + "\n"


def as_bytea(value: bytes | memoryview) -> str:
    return rf"\\x{value.hex()}"


@lru_cache(maxsize=2000)
def as_array(values: tuple[str, ...]) -> str:
    """For ``texts``: what is written here is still to be escaped."""
    quoted = ['"' + value.replace("\\", r"\\").replace('"', r"\"") + '"' for value in values]
    return f"{{{','.join(quoted)}}}"


def drop_staged(cursor: CursorWrapper, table: str) -> None:
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
