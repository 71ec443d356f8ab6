"""Many rows at once: COPY into a temporary table, then one statement for all of them.

COPY never goes to a table of people itself: row policies do not allow it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    drop_staged(cursor, table)
    described = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    at_commit = "PRESERVE ROWS" if is_kept else "DROP"
    cursor.execute(f"CREATE TEMPORARY TABLE {table} ({described}) ON COMMIT {at_commit}")
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    if joined_on:
        cursor.execute(f"ANALYZE {table} ({', '.join(joined_on)})")


def drop_staged(cursor: CursorWrapper, table: str) -> None:
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
