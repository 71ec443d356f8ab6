"""The one way to blank what is append-only: a function of the database, made anew after every migration.

Its text comes from participants.erasing, so a new history column is covered as soon as its line is there. It
belongs to the owner of the tables (SECURITY DEFINER, fixed search path), takes only the id of a participant
who is marked as erased already, sets only the columns of the list to their empty values, and writes its own
line into the audit trail.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, models

from okoce.db.management.commands.grant_app_role import APP_ROLE
from participants import erasing
from participants.erasing import Fate, Sql

NAME = "participants_erase_history"
ACTION = "participants.history.erased"

SIGNATURE = f"public.{NAME}(bigint, bigint, text, text)"

# Names with a prefix: a column of any table may be called "unit".
_BODY = """
CREATE FUNCTION public.{name}(arg_person bigint, arg_actor bigint, arg_unit text, arg_request text)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $erase$
#variable_conflict error
DECLARE
    var_changed bigint := 0;
    var_rows bigint;
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM public.participants_participant WHERE id = arg_person AND erased_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'participant % is not erased', arg_person USING ERRCODE = 'insufficient_privilege';
    END IF;
{steps}
    IF var_changed > 0 THEN
        INSERT INTO public.audit_auditevent
            (at, actor_id, unit, action, target_type, target_id, count, details, request_id)
        VALUES (clock_timestamp(), arg_actor, left(arg_unit, 160), '{action}', 'participants.participant',
            arg_person::text, var_changed, '{{}}', left(arg_request, 32));
    END IF;
    RETURN var_changed;
END
$erase$
"""
_STEP = """    UPDATE public.{table} SET {sets} WHERE {where} AND ({differs});
    GET DIAGNOSTICS var_rows = ROW_COUNT;
    var_changed := var_changed + var_rows;"""


def statements() -> list[str]:
    """What the owner runs. Only tables and columns that exist now are in it."""
    steps = "\n".join(_steps())
    return [
        f"DROP FUNCTION IF EXISTS {SIGNATURE}",
        _BODY.format(name=NAME, steps=steps, action=ACTION),
        f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {APP_ROLE}",
    ]


def _steps() -> Iterator[str]:
    for line in erasing.lines():
        model = line.model_class
        if line.history and (events := erasing.history_of(model)) is not None:
            where = "pgh_obj_id = arg_person" if line.person == "pk" else _where(events, line.person)
            yield from _step(events, where, line.history)
        if line.fate is Fate.BLANKED and line.is_append_only:
            yield from _step(model, _where(model, line.person), line.columns)


def _where(model: type[models.Model], path: str) -> str:
    """The condition that a row leads to ``arg_person``: ``participant`` or ``business__participant``."""
    quote, (first, _more, rest) = connection.ops.quote_name, path.partition("__")
    field = model._meta.get_field(first)
    if not rest:
        return f"{quote(field.column)} = arg_person"
    further = field.related_model
    inner = f"SELECT id FROM public.{quote(further._meta.db_table)} WHERE {_where(further, rest)}"  # noqa: S608
    return f"{quote(field.column)} IN ({inner})"


def _step(model: type[models.Model], where: str, values: Any) -> Iterator[str]:
    quote = connection.ops.quote_name
    present = _columns_of(model._meta.db_table)
    columns = {str(model._meta.get_field(name).column): value for name, value in values.items()}
    columns = {name: value for name, value in columns.items() if name in present}
    if not columns:
        return
    told = {name: _literal(value) for name, value in columns.items()}
    yield _STEP.format(
        table=quote(model._meta.db_table),
        sets=", ".join(f"{quote(name)} = {value}" for name, value in told.items()),
        where=where,
        differs=" OR ".join(f"{quote(name)} IS DISTINCT FROM {value}" for name, value in told.items()),
    )


def _columns_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND table_name = %s",
            [table],
        )
        return {name for (name,) in cursor.fetchall()}


def _literal(value: Any) -> str:
    """An empty value as SQL: nothing else is ever written."""
    if isinstance(value, Sql):
        return f"({value.text})"
    if value in ([], {}):
        return "'{}'"
    return {None: "NULL", "": "''"}[value]


def install(**_kwargs: Any) -> None:
    """After every migrate, as the owner. Does nothing while the tables are not there yet."""
    needed = {"erased_at"} <= _columns_of("participants_participant")
    if not needed or "details" not in _columns_of("audit_auditevent"):
        return
    with connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)
