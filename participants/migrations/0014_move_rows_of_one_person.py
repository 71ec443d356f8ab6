"""Rows that are append-only still belong to somebody: when two rows are one person, they change hands.

Nothing else of them changes, and only between the two rows of a merge, in its direction.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION public.participants_move_rows(merge_id bigint, rows_of text, holder text, ids bigint[])
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $move$
DECLARE
    leaves bigint;
    gets bigint;
    moved bigint;
BEGIN
    SELECT CASE WHEN undone_at IS NULL THEN merged_id ELSE survivor_id END,
           CASE WHEN undone_at IS NULL THEN survivor_id ELSE merged_id END
      INTO leaves, gets FROM public.participants_merge WHERE id = merge_id;
    IF leaves IS NULL THEN
        RAISE EXCEPTION 'no merge %', merge_id USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM pg_catalog.pg_constraint c
        JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND c.confrelid = 'public.participants_participant'::regclass
          AND n.nspname = 'public' AND t.relname = rows_of AND a.attname = holder
          AND array_length(c.conkey, 1) = 1
    ) THEN
        RAISE EXCEPTION '% does not point to a participant', rows_of USING ERRCODE = 'insufficient_privilege';
    END IF;
    EXECUTE format('UPDATE public.%I SET %I = $1 WHERE id = ANY ($2) AND %I = $3', rows_of, holder, holder)
      USING gets, ids, leaves;
    GET DIAGNOSTICS moved = ROW_COUNT;
    RETURN moved;
END
$move$;
REVOKE ALL ON FUNCTION public.participants_move_rows(bigint, text, text, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.participants_move_rows(bigint, text, text, bigint[]) TO okoce_app;
"""


class Migration(migrations.Migration):
    dependencies = [("participants", "0013_people_who_are_one")]

    operations = [
        migrations.RunSQL(
            FUNCTION,
            "DROP FUNCTION public.participants_move_rows(bigint, text, text, bigint[])",
        )
    ]
