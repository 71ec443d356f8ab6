from django.db import migrations


def close(apps, schema_editor):
    """Who has a business already does not take the basic class. Source: docs/programme.md, "Who may register"."""
    apps.get_model("trainings", "Activity").objects.filter(code="dasar").update(closed_to=["scaling_up"])


class Migration(migrations.Migration):
    dependencies = [("trainings", "0003_attendance_and_answers")]
    operations = [migrations.RunPython(close, migrations.RunPython.noop, elidable=False)]
