from django.apps import AppConfig
from django.db.backends.signals import connection_created


class DbConfig(AppConfig):
    name = "okoce.db"
    label = "okoce_db"

    def ready(self) -> None:
        from okoce.db import prepared  # noqa: PLC0415  the database is set up only now

        connection_created.connect(prepared.plan_once, dispatch_uid="okoce.db.prepared")
