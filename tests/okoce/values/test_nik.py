from datetime import date

import pytest

from okoce.values import nik
from okoce.values.nik import NikError, NikProblem

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "digits", "sex", "born"),
    [
        ("3173021708450001", "3173021708450001", "L", date(1945, 8, 17)),
        ("31.73.02.570895.0003", "3173025708950003", "P", date(1995, 8, 17)),
        ("3173 0241 0199 0001", "3173024101990001", "P", date(1999, 1, 1)),
        ("3173026902000001", "3173026902000001", "P", date(2000, 2, 29)),
        ("3173 0217-0845–0001", "3173021708450001", "L", date(1945, 8, 17)),
        ("３１７３０２１７０８４５０００１", "3173021708450001", "L", date(1945, 8, 17)),
        ("\ufeff3173\u200b021708450001 ", "3173021708450001", "L", date(1945, 8, 17)),
        ("9603015506010002", "9603015506010002", "P", date(2001, 6, 15)),
        ("3173027112900001", "3173027112900001", "P", date(1990, 12, 31)),
    ],
)
def test_a_nik_is_read_with_its_sex_and_birth_date(text, digits, sex, born):
    found = nik.parse(text)

    assert (found.digits, found.sex, found.birth_date(TODAY)) == (digits, sex, born)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", NikProblem.EMPTY),
        (" . - ", NikProblem.EMPTY),
        ("3173026902010001", NikProblem.DATE),
        ("3173023002900001", NikProblem.DATE),
        ("3173021213900001", NikProblem.DATE),
        ("3173021200900001", NikProblem.DATE),
        ("3173028101900001", NikProblem.DAY),
        ("3173020001900001", NikProblem.DAY),
        ("3173024001900001", NikProblem.DAY),
        ("3173027201900001", NikProblem.DAY),
        ("3173021708450000", NikProblem.SERIAL),
        ("3173021708450O01", NikProblem.NOT_DIGITS),
        ("317302170845000١", NikProblem.NOT_DIGITS),
        ("317302170845000", NikProblem.LENGTH),
        ("31730217084500011", NikProblem.LENGTH),
    ],
)
def test_what_is_no_nik_says_why(text, problem):
    with pytest.raises(NikError) as error:
        nik.parse(text)

    assert error.value.code == problem


def test_the_error_holds_no_digit_of_the_number():
    with pytest.raises(NikError) as error:
        nik.parse("317302170845000")

    assert not any(char.isdigit() for char in str(error.value))


def test_a_retired_province_is_no_error():
    assert nik.parse("5401011001700001").has_known_province is False


def test_the_province_of_jakarta_is_known():
    assert nik.parse("3173021708450001").has_known_province is True


def test_a_two_digit_year_that_would_be_in_the_future_belongs_to_the_last_century():
    assert nik.parse("3173022311260001").birth_date(TODAY) == date(1926, 11, 23)


def test_a_two_digit_year_up_to_today_belongs_to_this_century():
    assert nik.parse("3173022211260001").birth_date(TODAY) == date(2026, 11, 22)


def test_the_text_form_of_a_nik_is_masked():
    found = nik.parse("3173021708450001")

    assert (str(found), repr(found)) == ("317302******0001", "Nik('317302******0001')")


def test_what_is_not_sixteen_long_is_hidden_whole():
    assert nik.mask("31730217") == "********"
