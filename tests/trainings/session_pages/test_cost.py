"""A page asks the database as often for one row as for three."""

import pytest
from django.urls import reverse

from tests.factories import (
    BookingFactory,
    ScanFactory,
    SessionFactory,
    WaitingFactory,
)
from tests.factories.trainings import day_at
from trainings.models import TrainingSession

pytestmark = pytest.mark.django_db


def one_more_of_everything(n: int) -> TrainingSession:
    session = None
    for i in range(n):
        session = SessionFactory(starts_at=day_at(0, 9 + 3 * i), kecamatan_id="31.73.07")
        for _ in range(n):
            BookingFactory(session=session, participant__user=None)
            WaitingFactory(activity_id=session.activity_id)
        held = SessionFactory(state="held", starts_at=day_at(-1, 7 + 3 * i))
        ScanFactory(session=held, participant=BookingFactory(session=held).participant)
    return session


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "query", "queries"),
    [
        ("sessions", {}, 14),
        ("sessions", {"tampilan": "daftar"}, 6),
        ("session", {}, 9),
        ("attendance", {}, 8),
        ("attendance", {"tampilkan": "tunggu"}, 8),
        ("invite", {}, 11),
        ("add", {"q": "siti"}, 6),
        ("all_but", {}, 7),
        ("attendance_sheet", {}, 11),
        ("schedule", {}, 6),
    ],
)
def test_a_page_costs_the_same_with_one_row_and_with_three(
    camat, django_assert_num_queries, rows, name, query, queries
):
    session = one_more_of_everything(rows)
    args = [] if name in ("sessions", "schedule") else [session.pk]
    camat.get(reverse(f"trainings:{name}", args=args), query)

    with django_assert_num_queries(queries):
        camat.get(reverse(f"trainings:{name}", args=args), query)
