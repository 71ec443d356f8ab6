"""Stalls outside the draw were partners' stalls; who stands there was told by whom they are kept for."""

from django.db import migrations
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Substr


def fill(apps, schema_editor):
    Stall = apps.get_model("bazaars", "Stall")
    Organisation = apps.get_model("organisations", "Organisation")
    names = Organisation.objects.filter(pk=OuterRef("zone_id")).values(short=Substr("short_name", 1, 40))
    Stall.objects.filter(is_partner=True).update(kind="partner", label=Coalesce(Subquery(names), Value("")))


class Migration(migrations.Migration):

    dependencies = [
        ('bazaars', '0010_stall_facts'),
        ('organisations', '0001_initial'),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
