"""``participants_undo_import`` finds the people of a list by the uid they have from their row."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("participants.migrations.0015_undo_import").FORWARD
_BY_OUTCOME = """    SELECT coalesce(array_agg(r.participant_id), '{}') INTO people
      FROM public.participants_importrow r
     WHERE r.batch_id = list AND r.outcome = 'new' AND r.participant_id IS NOT NULL;
"""
_BY_UID = """    SELECT coalesce(array_agg(p.id), '{}') INTO people
      FROM public.participants_importrow r JOIN public.participants_participant p ON p.uid = r.uid
     WHERE r.batch_id = list AND r.status IN ('accepted', 'warning');
"""


def replaced(body: str) -> str:
    """Only the function: who may call it stays as it was granted."""
    return body[: body.index("REVOKE")].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("participants", "0021_rows_name_whom_they_found")]

    operations = [
        migrations.RunSQL(replaced(BEFORE.replace(_BY_OUTCOME, _BY_UID)), replaced(BEFORE)),
    ]
