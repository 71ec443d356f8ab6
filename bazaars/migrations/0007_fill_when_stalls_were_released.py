"""Stalls released and sites cancelled before there was a place for when and why."""

from django.db import migrations
from django.db.models import F


def fill(apps, schema_editor):
    allocations = apps.get_model("bazaars", "Allocation").objects
    # Until now only the joining of two people released a stall.
    released = allocations.filter(state="released", released_at__isnull=True)
    released.update(released_at=F("decided_at"), release_kind="merged")
    allocations.filter(state="confirmed", confirmed_at__isnull=True).update(confirmed_at=F("decided_at"))
    sites = apps.get_model("bazaars", "Site").objects
    cancelled = sites.filter(state="cancelled", cancelled_at__isnull=True)
    cancelled.update(cancelled_at=F("updated_at"), cancel_reason="-")


class Migration(migrations.Migration):
    dependencies = [("bazaars", "0006_after_the_draw")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=False)]
