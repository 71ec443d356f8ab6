"""Questions that every page asks, planned once a connection and not once a request.

Planning a small join costs PostgreSQL more than answering it. What is compiled here is a queryset like
everywhere else: it is written with marks in the place of its values, turned into SQL once, and asked with
other values from then on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection
from django.db.models import QuerySet

Compiled = tuple[str, tuple[Any, ...]]


def plan_once(connection: Any, **_signal: Any) -> None:
    """For a new connection: what is prepared is planned once, whatever its values. Nothing else is."""
    if connection.vendor == "postgresql":
        connection.connection.execute("SET plan_cache_mode = force_generic_plan")


class _Cursor(psycopg.Cursor):
    """Sends values apart from the text, and has the text prepared."""

    def execute(self, query: Any, params: Any = None, **kwargs: Any) -> Any:
        # Django's connections prepare nothing, whatever a cursor asks for. Allowed for everything, psycopg
        # would keep the text of each statement, with the values in it, to count how often it comes.
        self.connection.prepare_threshold = 0
        try:
            return super().execute(query, params, **{"prepare": True, **kwargs})
        finally:
            self.connection.prepare_threshold = None


def ask(sql: str, params: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows. Goes through Django's own wrappers: transactions, faults and query logs are as usual."""
    connection.ensure_connection()
    # psycopg tells the log no text of what was prepared.
    kind = psycopg.Cursor if connection.queries_logged else _Cursor
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrap(kind(connection.connection)) as cursor:  # type: ignore[arg-type]
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def compiled(queryset: QuerySet[Any]) -> Compiled:
    """The SQL of a queryset and its values in order; keep it for the life of the process."""
    sql, params = queryset.query.sql_with_params()
    return sql, tuple(params)


def filled(values: Sequence[Any], marks: Mapping[Any, Any]) -> list[Any]:
    """``values`` with each mark replaced by what is asked for now."""
    return [marks.get(value, value) if value.__hash__ else value for value in values]
