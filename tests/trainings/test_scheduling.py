from datetime import date, datetime

import pytest

from trainings.scheduling import JAKARTA, Concern, concerns, day_of

LONG_AGO = date(2026, 8, 1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 8, day, hour, minute, tzinfo=JAKARTA)


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (at(12, 9), at(12, 12), ()),  # Wednesday
        (at(16, 9), at(16, 12), (Concern.SUNDAY,)),
        (at(14, 9), at(14, 11, 30), ()),  # Friday, ends as the prayer begins
        (at(14, 9), at(14, 12), (Concern.FRIDAY_PRAYER,)),
        (at(14, 13), at(14, 15), ()),
        (at(12, 7), at(12, 9), (Concern.OUTSIDE_HOURS,)),
        (at(12, 14), at(12, 16, 1), (Concern.OUTSIDE_HOURS,)),
    ],
)
def test_rule_26_a_time_that_is_better_avoided_is_named(start, end, found):
    assert concerns(start, end, today=LONG_AGO) == found


@pytest.mark.parametrize(
    ("today", "found"), [(date(2026, 8, 9), ()), (date(2026, 8, 10), (Concern.SHORT_NOTICE,))]
)
def test_rule_27_three_days_lie_between_the_invitation_and_the_session(today, found):
    assert concerns(at(12, 9), at(12, 12), today=today) == found


def test_days_change_at_midnight_in_jakarta():
    assert day_of(datetime.fromisoformat("2026-12-31T17:10:00+00:00")) == date(2027, 1, 1)
