from datetime import date

import pytest

from okoce.values import period


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 1, 1), "2026-Q1"),
        (date(2026, 3, 31), "2026-Q1"),
        (date(2026, 4, 1), "2026-Q2"),
        (date(2026, 12, 31), "2026-Q4"),
    ],
)
def test_quarters_begin_on_their_borders(day, code):
    assert period.quarter_of(day).code == code


def test_a_quarter_is_its_three_months():
    quarter = period.parse("2024-Q1")

    assert [month.code for month in quarter.months()] == ["2024-01", "2024-02", "2024-03"]


def test_both_borders_belong_to_the_period():
    month = period.parse("2024-02")

    assert (month.first in month, month.last in month, month.end in month) == (True, True, False)


def test_february_of_a_leap_year_has_29_days():
    assert period.parse("2024-02").days == 29


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [("2026", "2025", "2027"), ("2026-Q1", "2025-Q4", "2026-Q2"), ("2026-12", "2026-11", "2027-01")],
)
def test_periods_follow_each_other(code, before, after):
    found = period.parse(code)

    assert (found.previous().code, found.next().code) == (before, after)


@pytest.mark.parametrize("code", ["", "26", "2026-13", "2026-Q5", "2026-1", "x"])
def test_what_is_no_period_is_refused(code):
    with pytest.raises(ValueError, match="not a period"):
        period.parse(code)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 10, 15), 3, date(2027, 1, 15)),
        (date(2026, 1, 31), -2, date(2025, 11, 30)),
    ],
)
def test_months_are_added_safely_at_their_end(day, months, expected):
    assert period.add_months(day, months) == expected


@pytest.mark.parametrize(
    ("day", "age"), [(date(2018, 3, 13), 16), (date(2018, 3, 14), 17), (date(2018, 12, 31), 17)]
)
def test_age_counts_completed_years(day, age):
    assert period.age_on(date(2001, 3, 14), day) == age


def test_somebody_born_on_29_february_ages_on_1_march():
    born = date(2000, 2, 29)

    assert [period.age_on(born, day) for day in (date(2017, 2, 28), date(2017, 3, 1))] == [16, 17]
