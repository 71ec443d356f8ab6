from datetime import datetime, timedelta

import pytest

from trainings.stay import CAME, WENT, Stay, measure

START = datetime(2026, 8, 12, 9)
END = datetime(2026, 8, 12, 12)


def at(hour: float) -> datetime:
    return datetime(2026, 8, 12) + timedelta(hours=hour)


@pytest.mark.parametrize(
    ("events", "stay"),
    [
        ([], Stay(0, False)),
        ([(CAME, at(9)), (WENT, at(12))], Stay(180, False)),
        ([(CAME, at(8)), (WENT, at(13))], Stay(180, False)),
        ([(CAME, at(9)), (WENT, at(10)), (CAME, at(11)), (WENT, at(11.5))], Stay(90, False)),
        ([(WENT, at(10)), (CAME, at(9))], Stay(60, False)),
        ([(CAME, at(9))], Stay(0, True)),
        ([(CAME, at(9)), (CAME, at(10)), (WENT, at(11))], Stay(120, False)),
        ([(WENT, at(10))], Stay(0, False)),
        ([(CAME, at(12.5)), (WENT, at(13))], Stay(0, False)),
    ],
)
def test_hours_are_counted_between_coming_and_leaving_within_the_session(events, stay):
    assert measure(events, starts_at=START, ends_at=END) == stay
