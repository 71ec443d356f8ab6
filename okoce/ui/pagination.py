"""Pages of long lists by keyset: every page costs the same, the hundredth as much as the first.

A page is found by the values of its border row, not by counting rows away. The cursor in the address
is opaque base64 JSON. It is not signed: it only moves inside a queryset that the person may see anyway,
and a damaged one leads to the first page.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.http import HttpRequest
from django.utils.formats import number_format

PARAMETER = "halaman"
COUNT_CAP = 1000  # rows; counting stops there


@dataclass(frozen=True)
class OrderField:
    """One column of the order: its lookup path, direction, type, and whether it may be empty."""

    path: str
    descending: bool
    field: models.Field
    nullable: bool

    def term(self, *, backward: bool) -> Any:
        expression = F(self.path)
        return expression.desc() if self.descending != backward else expression.asc()

    def upward(self, *, backward: bool) -> bool:
        return self.descending == backward

    def value_of(self, row: Any) -> Any:
        if isinstance(row, dict):
            return row[self.path] if self.path in row else row[self.path.removesuffix("_id")]
        for name in self.path.split("__"):
            row = getattr(row, name)
        return row


@dataclass(frozen=True)
class KeysetPage:
    """One page of a list. ``start`` and ``end`` are positions counted from 1, 0 when there is no row."""

    rows: list[Any]
    next_url: str | None
    previous_url: str | None
    count: int
    count_is_capped: bool
    start: int
    end: int

    @property
    def count_label(self) -> str:
        """The number of rows in the language of the page; "1.000+" when counting stopped there."""
        label = str(number_format(self.count, force_grouping=True))
        return f"{label}+" if self.count_is_capped else label

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


class _RowComparison(Func):
    """``(a, b) > (x, y)``: one index condition for a whole border row."""

    conditional = True
    output_field = models.BooleanField()

    def __init__(self, paths: Sequence[str], values: Sequence[Value], *, greater: bool):
        super().__init__(*[F(path) for path in paths], *values)
        self.width = len(paths)
        self.greater = greater

    def as_sql(self, compiler, connection, **kwargs):
        parts = [compiler.compile(expression) for expression in self.get_source_expressions()]
        left = ", ".join(sql for sql, _ in parts[: self.width])
        right = ", ".join(sql for sql, _ in parts[self.width :])
        parameters = [parameter for _, some in parts for parameter in some]
        return f"(({left}) {'>' if self.greater else '<'} ({right}))", parameters


def keyset_page(
    queryset: models.QuerySet,
    request: HttpRequest,
    *,
    order: Sequence[str],
    size: int = 50,
    count_cap: int = COUNT_CAP,
    known_count: int | None = None,
    first_rows: Callable[[int], list[Any]] | None = None,
) -> KeysetPage:
    """The page of ``queryset`` that the address asks for, ordered by ``order`` (names, "-" for descending).

    ``pk`` is added as last word where ``order`` does not end in it, so that rows never hide behind equals.
    Empty values sort as PostgreSQL sorts them: last when ascending, first when descending. Rows may be
    objects, or dictionaries that contain every field of the order (``values(…, "pk")``). For objects,
    a path over a relation needs ``select_related``. Counting stops at ``count_cap``, and is left out where
    the caller has the number already (``known_count``). ``first_rows`` gives so many rows of the first page
    where the caller has a cheaper way to the same ones.
    """
    fields = _order_fields(queryset, order)
    cursor = _read_cursor(request.GET.get(PARAMETER), fields)
    if first_rows is not None and cursor is None:
        return _page(first_rows(size + 1), queryset, request, fields, None, size, count_cap, known_count)
    page = _fetch(queryset, request, fields, cursor, size, count_cap, known_count)
    if cursor and (not page.rows or (cursor["back"] and len(page.rows) < size)):
        page = _fetch(queryset, request, fields, None, size, count_cap, known_count)
    return page


def _fetch(queryset, request, fields, cursor, size, count_cap, known_count) -> KeysetPage:
    backward = bool(cursor and cursor["back"])
    ordered = queryset.order_by(*[field.term(backward=backward) for field in fields])
    if cursor:
        ordered = ordered.filter(_beyond(fields, cursor["values"], backward=backward))
    rows = list(ordered[: size + 1])
    return _page(rows, queryset, request, fields, cursor, size, count_cap, known_count)


def _page(rows, queryset, request, fields, cursor, size, count_cap, known_count) -> KeysetPage:
    """``rows`` is one more than the page, when there is a further one."""
    backward = bool(cursor and cursor["back"])
    more = len(rows) > size
    rows = rows[:size]
    if backward:
        rows.reverse()
    has_next = backward or more
    has_previous = more if backward else cursor is not None
    if not cursor and not more:
        count = len(rows)
    elif known_count is not None:
        count, count_cap = known_count, known_count
    else:
        count = queryset.order_by()[: count_cap + 1].count()
    start = _start(cursor, len(rows), has_previous=has_previous) if rows else 0
    return KeysetPage(
        rows=rows,
        next_url=_url(request, fields, rows[-1], back=False, at=start + len(rows))
        if rows and has_next
        else None,
        previous_url=_url(request, fields, rows[0], back=True, at=start) if rows and has_previous else None,
        count=min(count, count_cap),
        count_is_capped=count > count_cap,
        start=start,
        end=start + len(rows) - 1 if rows else 0,
    )


def _start(cursor, length: int, *, has_previous: bool) -> int:
    if not cursor or not has_previous:
        return 1
    return max(2, cursor["at"] - length) if cursor["back"] else cursor["at"]


def _order_fields(queryset: models.QuerySet, order: Sequence[str]) -> list[OrderField]:
    names = list(order)
    primary = queryset.model._meta.pk.name
    if names[-1].lstrip("-") not in ("pk", primary) if names else True:
        names.append("-pk" if names and names[-1].startswith("-") else "pk")
    return [_order_field(queryset, name) for name in names]


def _order_field(queryset: models.QuerySet, name: str) -> OrderField:
    path, descending = name.lstrip("-"), name.startswith("-")
    annotation = queryset.query.annotations.get(path)
    if annotation is not None:
        return OrderField(path, descending, annotation.output_field, nullable=True)
    model, nullable = queryset.model, False
    parts = path.split("__")
    for position, part in enumerate(parts):
        try:
            field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        except FieldDoesNotExist as error:
            raise ValueError(f"keyset order: {model.__name__} has no field {part!r}") from error
        nullable = nullable or bool(field.null)
        if position < len(parts) - 1:
            model = field.related_model
    if field.is_relation:  # compare what the column holds, not the object behind it
        path, field = path.removesuffix(parts[-1]) + field.attname, field.target_field
    return OrderField(path, descending, field, nullable)


def _beyond(fields: Sequence[OrderField], values: Sequence[Any], *, backward: bool) -> Any:
    """The rows after the border row (before it, when ``backward``)."""
    upward = {field.upward(backward=backward) for field in fields}
    if len(upward) == 1 and not any(field.nullable for field in fields):
        typed = [Value(v, output_field=f.field) for f, v in zip(fields, values, strict=True)]
        return _RowComparison([f.path for f in fields], typed, greater=upward.pop())
    condition, equal = Q(), Q()
    for field, value in zip(fields, values, strict=True):
        further = _further(field, value, upward=field.upward(backward=backward))
        if further is not None:
            condition |= equal & further
        equal &= Q(**{f"{field.path}__isnull": True}) if value is None else Q(**{field.path: value})
    return condition


def _further(field: OrderField, value: Any, *, upward: bool) -> Q | None:
    """``field`` beyond ``value``; an empty value counts as the greatest. None when nothing can be beyond."""
    if upward:
        if value is None:
            return None
        found = Q(**{f"{field.path}__gt": value})
        return found | Q(**{f"{field.path}__isnull": True}) if field.nullable else found
    if value is None:
        return Q(**{f"{field.path}__isnull": False})
    return Q(**{f"{field.path}__lt": value})


def _url(request: HttpRequest, fields, row, *, back: bool, at: int) -> str:
    values = [_plain(field.value_of(row)) for field in fields]
    packed = json.dumps([int(back), at, values], separators=(",", ":"), ensure_ascii=False).encode()
    query = request.GET.copy()
    query[PARAMETER] = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    return f"{request.path}?{query.urlencode()}"


def _plain(value: Any) -> Any:
    """A value that JSON can hold and ``field.to_python`` reads back exactly (to the microsecond)."""
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _read_cursor(text: str | None, fields: Sequence[OrderField]) -> dict[str, Any] | None:
    if not text or len(text) > 2000:
        return None
    try:
        back, at, values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if len(values) != len(fields) or not isinstance(at, int) or isinstance(at, bool):
            return None
        read = [None if v is None else f.field.to_python(v) for f, v in zip(fields, values, strict=True)]
        for field, value in zip(fields, read, strict=True):
            if value is None and not field.nullable:
                return None
            if isinstance(value, str) and "\x00" in value:
                return None
            if isinstance(value, int) and not -(2**63) <= value < 2**63:
                return None
    except (ValueError, TypeError, ValidationError, binascii.Error, RecursionError, OverflowError):
        return None
    return {"back": bool(back), "at": min(max(at, 1), 10**9), "values": read}
