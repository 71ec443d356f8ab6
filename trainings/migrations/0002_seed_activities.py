from django.db import migrations

# The programme names three required activities a year; the titles are ours until the programme settles them.
ACTIVITIES = [
    ("dasar", "Motivasi dan dasar kewirausahaan", "Motivation and basics of entrepreneurship"),
    ("izin-keuangan", "Perizinan dan keuangan usaha", "Permits and business finance"),
    ("kemasan-pemasaran", "Pengemasan dan pemasaran", "Packaging and marketing"),
]


def seed(apps, schema_editor):
    Activity = apps.get_model("trainings", "Activity")
    for position, (code, name_id, name_en) in enumerate(ACTIVITIES, 1):
        Activity.objects.update_or_create(
            code=code,
            defaults={"name_id": name_id, "name_en": name_en, "position": position, "is_required": True},
        )


class Migration(migrations.Migration):
    dependencies = [("trainings", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop, elidable=False)]
