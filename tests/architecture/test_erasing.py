"""Every model says what becomes of it when a person is erased; the database does it where we may not."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from participants import erasing, erasing_sql
from tests.factories import ParticipantFactory


def test_every_model_and_every_text_column_is_in_the_list():
    assert erasing.faults() == [], (
        "Say in the app's erasable.py what becomes of it when a person is erased (participants/erasing.py)"
    )


@pytest.mark.django_db
def test_the_function_in_the_database_is_the_one_of_the_list():
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [erasing_sql.NAME])
        ((body,),) = cursor.fetchall()

    assert body in erasing_sql.statements()[1]


@pytest.mark.django_db
def test_the_function_has_a_fixed_path_belongs_to_the_owner_and_is_not_for_everybody():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT prosecdef, proconfig, proowner::regrole::text, "
            "has_function_privilege('public', oid, 'EXECUTE') FROM pg_proc WHERE proname = %s",
            [erasing_sql.NAME],
        )
        (found,) = cursor.fetchall()

    assert found == (True, ["search_path=pg_catalog, public, pg_temp"], "okoce_owner", False)


@pytest.mark.django_db
def test_the_history_of_somebody_who_is_not_erased_cannot_be_blanked():
    siti = ParticipantFactory()

    with (
        pytest.raises(ProgrammingError, match="is not erased"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT participants_erase_history(%s, NULL, '', '')", [siti.pk])
