"""Nur'aini is found by aini: the index of words parts names at apostrophes and hyphens too."""

import django.contrib.postgres.indexes
from django.db import migrations

import participants.querysets


class Migration(migrations.Migration):
    dependencies = [('participants', '0015_undo_import')]

    operations = [
        migrations.RemoveIndex(model_name="participant", name="participants_name_words"),
        migrations.AddIndex(
            model_name="participant",
            index=django.contrib.postgres.indexes.GinIndex(
                participants.querysets.NameWords("name_key"), name="participants_name_words"
            ),
        ),
    ]
