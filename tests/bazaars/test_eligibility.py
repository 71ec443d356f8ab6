from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.utils.timezone import get_default_timezone

from bazaars.eligibility import Applicant, Call, Obstacle, obstacles

OPEN = datetime(2026, 8, 1, 8, tzinfo=get_default_timezone())
CLOSE = datetime(2026, 8, 10, 23, 59, tzinfo=get_default_timezone())
FIT = Applicant(is_active=True, city="31.73", has_business=True, fostered_by={"kpkp-31-73"})
CALL = Call(city="31.73", pengampu={"kpkp-31-73"}, opens_at=OPEN, closes_at=CLOSE, is_open=True)


@pytest.mark.parametrize(
    ("applicant", "expected"),
    [
        (FIT, []),
        (replace(FIT, is_active=False), [Obstacle.NOT_ACTIVE]),
        (replace(FIT, city="31.71"), [Obstacle.OTHER_CITY]),
        (replace(FIT, has_business=False), [Obstacle.NO_BUSINESS]),
        (replace(FIT, fostered_by={"pkk-31-73"}), [Obstacle.NO_PENGAMPU]),
        (replace(FIT, elsewhere="Rusun Tambora"), [Obstacle.SAME_DAYS]),
        (replace(FIT, city="31.71", fostered_by=set()), [Obstacle.OTHER_CITY, Obstacle.NO_PENGAMPU]),
    ],
)
def test_every_obstacle_is_named(applicant, expected):
    assert obstacles(applicant, CALL, now=OPEN) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (OPEN - timedelta(seconds=1), [Obstacle.NOT_OPEN_YET]),
        (CLOSE - timedelta(seconds=1), []),
        (CLOSE, [Obstacle.CLOSED]),
        (CLOSE + timedelta(seconds=1), [Obstacle.CLOSED]),
    ],
)
def test_the_deadline_is_exact_to_the_second(now, expected):
    assert obstacles(FIT, CALL, now=now) == expected


def test_a_frozen_call_is_closed():
    assert obstacles(FIT, replace(CALL, is_open=False), now=CLOSE) == [Obstacle.CLOSED]
