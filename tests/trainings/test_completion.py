from datetime import date

import pytest

from trainings.completion import Attended, completing, first_of_each

REQUIRED = {"dasar", "izin-keuangan", "kemasan-pemasaran"}


def attended(*pairs) -> list[Attended]:
    return [Attended(activity, on, n) for n, (activity, on) in enumerate(pairs, 1)]


def test_rule_30_three_different_activities_of_one_year_complete_it_on_the_third_day():
    year = attended(
        ("kemasan-pemasaran", date(2026, 9, 3)),
        ("dasar", date(2026, 3, 1)),
        ("izin-keuangan", date(2026, 5, 2)),
    )

    assert completing(year, year=2026, required=REQUIRED) == Attended(
        "kemasan-pemasaran", date(2026, 9, 3), 1
    )


def test_rule_30_the_same_activity_twice_counts_once():
    year = attended(
        ("dasar", date(2026, 3, 1)), ("dasar", date(2026, 4, 1)), ("izin-keuangan", date(2026, 5, 2))
    )

    assert completing(year, year=2026, required=REQUIRED) is None
    assert first_of_each(year, year=2026, required=REQUIRED)["dasar"].on == date(2026, 3, 1)


@pytest.mark.parametrize(("last_day", "is_complete"), [(date(2026, 12, 31), True), (date(2027, 1, 1), False)])
def test_rule_30_new_year_parts_the_years(last_day, is_complete):
    days = attended(
        ("dasar", date(2026, 3, 1)), ("izin-keuangan", date(2026, 5, 2)), ("kemasan-pemasaran", last_day)
    )

    assert (completing(days, year=2026, required=REQUIRED) is not None) == is_complete


def test_an_optional_activity_does_not_stand_in_for_a_required_one():
    year = attended(
        ("dasar", date(2026, 3, 1)), ("izin-keuangan", date(2026, 5, 2)), ("klinik", date(2026, 6, 1))
    )

    assert completing(year, year=2026, required=REQUIRED) is None
