"""Questions that every page asks are planned once a connection; nothing else of a connection is kept."""

import pytest
from django.db import ProgrammingError, connection

from okoce.accounts.models import User
from okoce.db import prepared

pytestmark = pytest.mark.django_db
NOBODY = -1


@pytest.fixture
def question():
    return prepared.compiled(User.objects.filter(pk=NOBODY).values_list("username"))


def statements():
    """Text, and how often it was run with the one plan and with a plan of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements "
            "WHERE statement LIKE '%%username%%'"
        )
        return cursor.fetchall()


def test_a_question_is_planned_once_and_asked_with_other_values(question, django_user_model):
    sql, values = question
    one, two = (django_user_model.objects.create_user(name) for name in ("satu", "dua"))

    first = prepared.ask(sql, prepared.filled(values, {NOBODY: one.pk}))
    second = prepared.ask(sql, prepared.filled(values, {NOBODY: two.pk}))

    assert (first, second) == ([("satu",)], [("dua",)])
    ((_statement, with_one_plan, with_own_plan),) = statements()
    assert (with_one_plan, with_own_plan) == (2, 0)


def test_the_text_of_other_statements_is_not_kept(question):
    prepared.ask(question[0], question[1])
    for _ in range(10):
        User.objects.filter(username="rahasia").exists()

    assert connection.connection.prepare_threshold is None
    assert "rahasia" not in str(connection.connection._prepared._counts)
    assert not [text for text, *_plans in statements() if "rahasia" in text]


def test_a_fault_leaves_the_connection_as_it_was(question):
    with pytest.raises(ProgrammingError, match="placeholders"):
        prepared.ask(question[0], [])

    assert connection.connection.prepare_threshold is None
    assert prepared.ask(question[0], question[1]) == []
