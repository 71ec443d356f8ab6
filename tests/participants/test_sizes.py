"""Size classes by law: bounds inclusive, sales before capital."""

import pytest

from participants.sizes import Bound, Measured, size_of

BILLION = 1_000_000_000
PP_7_2021 = [
    Bound("medium", 10 * BILLION, 50 * BILLION),
    Bound("micro", 1 * BILLION, 2 * BILLION),
    Bound("small", 5 * BILLION, 15 * BILLION),
]


@pytest.mark.parametrize(
    ("sales", "size"),
    [
        (0, "micro"),
        (2_000_000_000, "micro"),
        (2_000_000_001, "small"),
        (15_000_000_000, "small"),
        (15_000_000_001, "medium"),
        (50_000_000_000, "medium"),
        (50_000_000_001, "large"),
    ],
)
def test_rule_22_the_size_class_by_sales_with_inclusive_bounds(sales, size):
    assert size_of(PP_7_2021, capital=None, annual_sales=sales) == Measured(size, "sales")


@pytest.mark.parametrize(
    ("capital", "size"),
    [
        (1_000_000_000, "micro"),
        (1_000_000_001, "small"),
        (5_000_000_001, "medium"),
        (10_000_000_001, "large"),
    ],
)
def test_rule_22_a_business_that_begins_is_measured_by_its_capital(capital, size):
    assert size_of(PP_7_2021, capital=capital, annual_sales=None) == Measured(size, "capital")


def test_a_business_that_sells_is_measured_by_its_sales():
    assert size_of(PP_7_2021, capital=9 * BILLION, annual_sales=1) == Measured("micro", "sales")


def test_nothing_told_is_no_class():
    assert size_of(PP_7_2021, capital=None, annual_sales=None) is None
