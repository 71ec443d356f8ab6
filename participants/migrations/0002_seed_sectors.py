from django.db import migrations

SECTORS = [
    ("kuliner", "Kuliner", "Food"),
    ("minuman", "Minuman", "Drinks"),
    ("fashion", "Fashion", "Fashion"),
    ("kerajinan", "Kerajinan", "Crafts"),
    ("jasa", "Jasa", "Services"),
    ("perdagangan", "Perdagangan", "Trade"),
    ("pertanian", "Pertanian dan perikanan", "Farming and fishery"),
    ("lain", "Lain-lain", "Other"),
]


def seed(apps, schema_editor):
    Sector = apps.get_model("participants", "Sector")
    for position, (code, name_id, name_en) in enumerate(SECTORS, 1):
        Sector.objects.update_or_create(
            code=code, defaults={"name_id": name_id, "name_en": name_en, "position": position}
        )


class Migration(migrations.Migration):
    dependencies = [("participants", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop, elidable=False)]
