"""Gives the application's role what it needs and no more. Run by the owner after migrate."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction

APP_ROLE = "okoce_app"


def append_only_tables() -> list[str]:
    """Tables of append-only models and of change history."""
    models = apps.get_models()
    return sorted(
        m._meta.db_table
        for m in models
        if getattr(m, "append_only", False)
        or hasattr(m, "pgh_tracked_model")
        or m._meta.label == "pghistory.Context"
    )


def definer_functions(cursor: Any) -> list[str]:
    """Our functions that do one narrow thing with the owner's rights (SECURITY DEFINER)."""
    cursor.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.prosecdef "
        "AND p.pronamespace = 'public'::regnamespace ORDER BY 1"
    )
    return [signature for (signature,) in cursor.fetchall()]


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--truncate", action="store_true", help="tests only: lets the role empty tables")

    def handle(self, *args: Any, truncate: bool = False, **options: Any) -> None:
        # In one transaction: there is no moment in which the role may change what is append-only.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}")
            cursor.execute(
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE}"
            )
            cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")
            database = connection.ops.quote_name(connection.settings_dict["NAME"])
            cursor.execute(f"GRANT TEMPORARY ON DATABASE {database} TO {APP_ROLE}")
            if truncate:
                cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {APP_ROLE}")
            for table in append_only_tables():
                revoked = "UPDATE, DELETE" if table != "pghistory_context" else "DELETE"
                cursor.execute(f"REVOKE {revoked} ON {connection.ops.quote_name(table)} FROM {APP_ROLE}")
            for function in definer_functions(cursor):
                cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {APP_ROLE}")
            cursor.execute(f"REVOKE ALL ON django_migrations FROM {APP_ROLE}")
            cursor.execute(f"GRANT SELECT ON django_migrations TO {APP_ROLE}")
