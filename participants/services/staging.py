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
) -> None:
    """A temporary table of this transaction with ``rows``. ``columns``: name to SQL type, ours alone.

    Only the columns of ``joined_on`` are analyzed: statistics of sealed columns cost most and help nobody.
    """
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
    described = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    cursor.execute(f"CREATE TEMPORARY TABLE {table} ({described}) ON COMMIT DROP")
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"ANALYZE {table} ({', '.join(joined_on)})")
