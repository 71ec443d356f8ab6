from django.db import migrations

CRITERIA = [
    ("mutu", "Mutu produk", "Quality", "Rapi, bersih, layak jual", "Neat, clean, fit to be sold"),
    ("kemasan", "Kemasan", "Packaging", "Kuat, berlabel, menarik", "Strong, labelled, attractive"),
    ("kesiapan", "Kesiapan", "Readiness", "Stok cukup, harga jelas", "Enough stock, clear prices"),
    ("kekhasan", "Kekhasan", "Character", "Berbeda dari yang lain", "Unlike what others sell"),
]


def add(apps, schema_editor):
    criteria = apps.get_model("bazaars", "Criterion")
    for position, (code, name_id, name_en, help_id, help_en) in enumerate(CRITERIA, 1):
        criteria.objects.update_or_create(
            code=code,
            defaults={
                "name_id": name_id,
                "name_en": name_en,
                "help_id": help_id,
                "help_en": help_en,
                "position": position,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("bazaars", "0015_curation")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
