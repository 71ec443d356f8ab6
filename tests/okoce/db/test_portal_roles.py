"""The application signs in as a role that owns nothing and cannot rewrite what happened.

Everything below is tried for real, on the connection the application uses (the suite works as okoce_app).
"""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from okoce.audit.services import record
from okoce.db.management.commands.grant_app_role import APP_ROLE, append_only_tables
from okoce.db.models import AppendOnly
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

# A model that loses its append-only mark is missing here, and one that gains it is missing there.
APPEND_ONLY = [
    "audit_auditevent",
    "bazaars_absenceevent",
    "bazaars_allocationevent",
    "bazaars_applicationevent",
    "bazaars_arrivalevent",
    "bazaars_arrivalscan",
    "bazaars_bazaarevent",
    "bazaars_conflict",
    "bazaars_decision",
    "bazaars_foodcheck",
    "bazaars_givenupsecrets",
    "bazaars_incidentevent",
    "bazaars_paperseen",
    "bazaars_planphoto",
    "bazaars_planversion",
    "bazaars_salesreportevent",
    "bazaars_siteevent",
    "bazaars_stallmove",
    "bazaars_turnledger",
    "bazaars_visitorcount",
    "notifications_channelprice",
    "notifications_decenthours",
    "notifications_deliveryevent",
    "notifications_deliveryreceipt",
    "notifications_messagechain",
    "notifications_messagetext",
    "notifications_sendingtimes",
    "notifications_templatenews",
    "participants_businessevent",
    "participants_businessfigures",
    "participants_consent",
    "participants_outletevent",
    "participants_packagingseen",
    "participants_participantevent",
    "participants_productevent",
    "participants_statuschange",
    "participants_stepreachedevent",
    "participants_steptakenback",
    "participants_transfer",
    "pghistory_context",
    "trainings_attendancescan",
    "trainings_bookingevent",
    "trainings_callattempt",
    "trainings_feedback",
    "trainings_feedbackgiven",
    "trainings_holidayevent",
    "trainings_phaseevent",
    "trainings_printedsheet",
    "trainings_ramadanperiodevent",
    "trainings_release",
    "trainings_releaseentry",
    "trainings_sessionreason",
    "trainings_trainingsessionevent",
]


def select(sql: str, *params: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def refusal_of(sql: str) -> str:
    """What PostgreSQL says to the application's role; fails when it does as it is told."""
    with pytest.raises(ProgrammingError) as refused, transaction.atomic():
        select(sql)
    assert refused.value.__cause__.sqlstate == "42501"  # insufficient_privilege
    return str(refused.value).splitlines()[0]


def table_of(name: str) -> str:
    return connection.ops.quote_name(name)


def test_the_suite_works_as_the_application():
    assert select("SELECT current_user") == [(APP_ROLE,)]


def test_the_role_has_no_special_right():
    rights = "rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"

    assert select(f"SELECT {rights} FROM pg_roles WHERE rolname = %s", APP_ROLE) == [(False,) * 5]


def test_the_role_is_member_of_no_other():
    members = "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = %s::regrole"

    assert select(members, APP_ROLE) == []


def test_the_role_owns_nothing():
    owned = """
        SELECT 'relation', relname::text FROM pg_class WHERE relowner = %(app)s::regrole
        UNION ALL SELECT 'function', proname::text FROM pg_proc WHERE proowner = %(app)s::regrole
        UNION ALL SELECT 'type', typname::text FROM pg_type WHERE typowner = %(app)s::regrole
        UNION ALL SELECT 'schema', nspname::text FROM pg_namespace WHERE nspowner = %(app)s::regrole
        UNION ALL SELECT 'database', datname::text FROM pg_database WHERE datdba = %(app)s::regrole
    """
    with connection.cursor() as cursor:
        cursor.execute(owned, {"app": APP_ROLE})

        assert cursor.fetchall() == []


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE EXTENSION hstore",
        "CREATE ROLE mine",
        "ALTER ROLE okoce_app SUPERUSER",
        "DROP TABLE participants_participant",
        "ALTER TABLE participants_participant ADD mine text",
        "CREATE INDEX mine ON participants_participant (email)",
        "ALTER TABLE participants_participant DISABLE TRIGGER USER",
        "SET session_replication_role = replica",
        "UPDATE django_migrations SET app = app",
        "DELETE FROM django_migrations",
        "COPY participants_participant TO PROGRAM 'cat'",
        "COPY participants_participant TO '/tmp/participants'",
    ],
)
def test_the_role_cannot_change_the_house(sql):
    assert refusal_of(sql) != ""


def test_every_append_only_model_is_covered():
    models = {m._meta.db_table for m in apps.get_models() if issubclass(m, AppendOnly)}
    tracked = {m._meta.db_table for m in apps.get_models() if hasattr(m, "pgh_tracked_model")}

    assert sorted(models | tracked | {"pghistory_context"}) == APPEND_ONLY
    assert append_only_tables() == APPEND_ONLY


def test_every_table_that_history_triggers_write_to_is_covered():
    written = r"""
        SELECT DISTINCT (regexp_matches(p.prosrc, 'INSERT INTO "(\w+)"', 'g'))[1]
        FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal
    """
    tables = {name for (name,) in select(written)}

    assert (tables != set(), tables - set(APPEND_ONLY)) == (True, set())


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_nothing_is_deleted_from(table):
    refusal = f"permission denied for table {table}"

    assert refusal_of(f"DELETE FROM {table_of(table)}") == refusal


@pytest.mark.parametrize("table", [name for name in APPEND_ONLY if name != "pghistory_context"])
def test_nothing_is_changed_in(table):
    column = connection.introspection.get_table_description(connection.cursor(), table)[0].name
    refusal = f"permission denied for table {table}"

    assert refusal_of(f'UPDATE {table_of(table)} SET "{column}" = "{column}"') == refusal


def test_a_written_event_stays_as_it_is():
    officer = UserFactory()
    event = record(officer, "participants.nik.unmasked", officer)

    refusal_of(f"UPDATE audit_auditevent SET action = 'nothing' WHERE id = {event.pk}")
    refusal_of(f"DELETE FROM audit_auditevent WHERE id = {event.pk}")
    assert select("SELECT action FROM audit_auditevent") == [("participants.nik.unmasked",)]


@pytest.mark.parametrize(
    "model",
    [m for m in apps.get_models() if issubclass(m, AppendOnly)],
    ids=lambda model: model._meta.label,
)
def test_a_row_of_an_append_only_model_is_saved_once(model):
    row = model()
    row._state.adding = False

    with pytest.raises(TypeError, match="append-only"):
        row.save()


def test_outside_the_suite_the_role_cannot_empty_a_table():
    """The suite alone may, to clean up: taken back here, and the command does not give it again."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"REVOKE TRUNCATE ON ALL TABLES IN SCHEMA public FROM {APP_ROLE}")
        call_command("grant_app_role")
        cursor.execute(f"SET ROLE {APP_ROLE}")

    may_truncate = (
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
        "AND has_table_privilege(%s, oid, 'TRUNCATE, REFERENCES, TRIGGER')"
    )
    assert select(may_truncate, APP_ROLE) == []
    assert refusal_of("TRUNCATE audit_auditevent") == "permission denied for table audit_auditevent"
