from django.db import migrations

# Seats are given on the first day of a class. Whoever writes them there, in whatever way, they are repeated on
# the later days that are still to be held, so that a person is taken on each of them and its list has them all.
# All columns are copied, also those that later migrations add.
FORWARDS = """
CREATE FUNCTION trainings_seats_of_a_class() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO public.trainings_booking
    SELECT (jsonb_populate_record(NEW, jsonb_build_object(
        'id', nextval(pg_get_serial_sequence('public.trainings_booking', 'id')),
        'session_id', later.id,
        'during', tstzrange(later.starts_at, later.ends_at)
    ))).*
    FROM public.trainings_trainingsession later
    WHERE later.head_id = NEW.session_id AND later.state IN ('draft', 'published', 'cancelled')
    ON CONFLICT (session_id, participant_id) DO UPDATE SET
        state = EXCLUDED.state,
        queue_number = EXCLUDED.queue_number,
        answered_at = EXCLUDED.answered_at,
        promoted_at = EXCLUDED.promoted_at;
    RETURN NULL;
END $$;

CREATE TRIGGER trainings_booking_of_a_class_given AFTER INSERT ON trainings_booking
FOR EACH ROW EXECUTE FUNCTION trainings_seats_of_a_class();

CREATE TRIGGER trainings_booking_of_a_class_changed AFTER UPDATE ON trainings_booking
FOR EACH ROW WHEN (
    OLD.participant_id = NEW.participant_id AND OLD.session_id = NEW.session_id
    AND (OLD.state <> NEW.state OR OLD.queue_number <> NEW.queue_number)
) EXECUTE FUNCTION trainings_seats_of_a_class();
"""
BACKWARDS = """
DROP TRIGGER trainings_booking_of_a_class_given ON trainings_booking;
DROP TRIGGER trainings_booking_of_a_class_changed ON trainings_booking;
DROP FUNCTION trainings_seats_of_a_class();
"""


class Migration(migrations.Migration):
    dependencies = [("trainings", "0010_classes_releases_and_conditions")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
