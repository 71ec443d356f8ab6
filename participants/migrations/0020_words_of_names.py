"""The words of a name are kept beside it: parting thousands of names anew took most of a search."""

from django.db import migrations

ADD = """
ALTER TABLE participants_participant ADD COLUMN name_words tsvector GENERATED ALWAYS AS (
    array_to_tsvector(array_remove(string_to_array(translate(name_key, '''-', '  '), ' '), ''))
) STORED;
CREATE INDEX participants_name_words ON participants_participant USING gin (name_words);
"""
DROP = "ALTER TABLE participants_participant DROP COLUMN name_words;"


class Migration(migrations.Migration):
    dependencies = [("participants", "0019_who_was_in_an_export")]

    operations = [
        migrations.RemoveIndex(model_name="participant", name="participants_name_words"),
        migrations.RunSQL(ADD, DROP),
    ]
