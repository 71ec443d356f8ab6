"""A call goes with its seat. The portal's role may not delete calls, so that the database does it."""

import django.db.models.deletion
from django.db import migrations, models

CASCADE = """
DO $$
DECLARE
    old text;
BEGIN
    SELECT conname INTO STRICT old FROM pg_constraint
    WHERE contype = 'f' AND conrelid = 'trainings_callattempt'::regclass
      AND confrelid = 'trainings_booking'::regclass;
    EXECUTE format('ALTER TABLE trainings_callattempt DROP CONSTRAINT %I', old);
END
$$;
ALTER TABLE trainings_callattempt ADD CONSTRAINT trainings_callattempt_booking_id_fk
    FOREIGN KEY (booking_id) REFERENCES trainings_booking (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
"""
PLAIN = """
ALTER TABLE trainings_callattempt DROP CONSTRAINT trainings_callattempt_booking_id_fk;
ALTER TABLE trainings_callattempt ADD CONSTRAINT trainings_callattempt_booking_id_fk
    FOREIGN KEY (booking_id) REFERENCES trainings_booking (id) DEFERRABLE INITIALLY DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("trainings", "0020_calls_about_seats")]

    operations = [
        migrations.AlterField(
            model_name="callattempt",
            name="booking",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING, related_name="calls", to="trainings.booking"
            ),
        ),
        migrations.RunSQL(CASCADE, PLAIN),
    ]
