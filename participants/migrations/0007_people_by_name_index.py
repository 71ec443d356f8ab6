from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The list by name, at any depth, without sorting everybody."""

    atomic = False

    dependencies = [("participants", "0006_lists_views_deeds_exports")]

    operations = [
        AddIndexConcurrently(
            "participant", models.Index(fields=["name_key", "id"], name="participants_by_name")
        ),
    ]
