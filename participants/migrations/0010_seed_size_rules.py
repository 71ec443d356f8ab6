"""The size classes of PP 7/2021, article 35, as data with validity. Bounds are inclusive."""

from datetime import date

from django.db import migrations

BILLION = 1_000_000_000
PP_7_2021 = (("micro", 1, 2), ("small", 5, 15), ("medium", 10, 50))


def seed(apps, schema_editor):
    rules, _made = apps.get_model("participants", "SizeRules").objects.update_or_create(
        code="pp-7-2021",
        defaults={"legal_basis": "PP 7/2021 pasal 35", "valid_from": date(2021, 2, 2)},
    )
    bounds = apps.get_model("participants", "SizeBound").objects
    for size, capital, sales in PP_7_2021:
        bounds.update_or_create(
            rules=rules, size=size, defaults={"capital_max": capital * BILLION, "sales_max": sales * BILLION}
        )


class Migration(migrations.Migration):
    dependencies = [("participants", "0009_standing_dossier_business")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop, elidable=False)]
