"""Removes the people that one saved list made, with their history: what the application's role may not do itself.

Narrow: only of a list that is being rolled back, only people whose registration it was. Whatever else refers
to one of them makes the whole call fail.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION participants_undo_import(list bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    people bigint[];
    removed integer;
BEGIN
    PERFORM 1 FROM public.participants_importbatch WHERE id = list AND state = 'undoing' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'list % is not being rolled back', list;
    END IF;
    SELECT coalesce(array_agg(r.participant_id), '{}') INTO people
      FROM public.participants_importrow r
     WHERE r.batch_id = list AND r.outcome = 'new' AND r.participant_id IS NOT NULL;
    IF EXISTS (
        SELECT FROM unnest(people) AS p(id) WHERE NOT EXISTS (
            SELECT FROM public.participants_stepreached s
             WHERE s.participant_id = p.id AND s.step = 1 AND s.evidence = 'import:' || list)
    ) THEN
        RAISE EXCEPTION 'list % did not register all of these people', list;
    END IF;
    UPDATE public.participants_importrow SET participant_id = NULL WHERE participant_id = ANY (people);
    DELETE FROM public.participants_consent WHERE participant_id = ANY (people);
    DELETE FROM public.participants_fosterlink WHERE participant_id = ANY (people);
    DELETE FROM public.participants_enrolment WHERE participant_id = ANY (people);
    DELETE FROM public.participants_stepreached WHERE participant_id = ANY (people);
    DELETE FROM public.participants_business WHERE participant_id = ANY (people);
    DELETE FROM public.participants_participant WHERE id = ANY (people);
    GET DIAGNOSTICS removed = ROW_COUNT;
    DELETE FROM public.participants_businessevent WHERE participant_id = ANY (people);
    DELETE FROM public.participants_stepreachedevent WHERE participant_id = ANY (people);
    DELETE FROM public.participants_participantevent WHERE pgh_obj_id = ANY (people);
    RETURN removed;
END $$;
REVOKE ALL ON FUNCTION participants_undo_import(bigint) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("participants", "0014_move_rows_of_one_person")]

    operations = [
        migrations.RunSQL(FORWARD, "DROP FUNCTION participants_undo_import(bigint)"),
    ]
