import pytest

from okoce.values.rupiah import (
    RupiahError,
    RupiahProblem,
    format_rupiah,
    parse_rupiah,
    parse_spoken,
    short_rupiah,
)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("500.000", 500_000),
        ("Rp500.000", 500_000),
        ("Rp 1.500.000,-", 1_500_000),
        ("Rp1.500.000,00", 1_500_000),
        ("1500000", 1_500_000),
        ("rp. 2.000", 2_000),
        ("0", 0),
        (" 1.000 ", 1_000),
    ],
)
def test_amounts_are_read_as_people_write_them(text, amount):
    assert parse_rupiah(text) == amount


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", RupiahProblem.EMPTY),
        ("Rp", RupiahProblem.EMPTY),
        ("1.5", RupiahProblem.FORMAT),
        ("500,000", RupiahProblem.FORMAT),
        ("1,5 juta", RupiahProblem.FORMAT),
        ("1.500,50", RupiahProblem.FORMAT),
        ("1.5000", RupiahProblem.FORMAT),
        ("٥٠٠", RupiahProblem.FORMAT),
        ("-500", RupiahProblem.NEGATIVE),
        ("Rp -500.000", RupiahProblem.NEGATIVE),
        ("9223372036854775808", RupiahProblem.TOO_LARGE),
    ],
)
def test_what_could_mean_two_amounts_is_refused(text, problem):
    with pytest.raises(RupiahError) as error:
        parse_rupiah(text)

    assert error.value.code == problem


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "Rp0"), (1_234_567, "Rp1.234.567"), (-5_000, "−Rp5.000"), (999, "Rp999")]
)
def test_amounts_are_shown_without_space_or_decimals(amount, text):
    assert format_rupiah(amount) == text


def test_what_is_shown_can_be_read_back():
    assert [parse_rupiah(format_rupiah(n)) for n in (0, 7, 1_000, 98_765_432)] == [0, 7, 1_000, 98_765_432]


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (950_000, "Rp950.000"),
        (8_400_000, "Rp8,4 juta"),
        (8_000_000, "Rp8 juta"),
        (8_490_000, "Rp8,4 juta"),
        (1_250_000_000, "Rp1,2 miliar"),
        (2_000_000_000_000, "Rp2 triliun"),
    ],
)
def test_large_amounts_have_a_short_form_that_never_rounds_up(amount, text):
    assert short_rupiah(amount) == text


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("500rb", 500_000),
        ("500 ribu", 500_000),
        ("Rp 500 Rb", 500_000),
        ("750k", 750_000),
        ("1,5 juta", 1_500_000),
        ("1.5jt", 1_500_000),
        ("1,25 jt", 1_250_000),
        ("2 juta 300 ribu", 2_300_000),
        ("1 miliar", 1_000_000_000),
        ("500.000", 500_000),
        ("Rp1.500.000,-", 1_500_000),
        ("0", 0),
    ],
)
def test_rule_38_amounts_as_people_say_them(text, amount):
    assert parse_spoken(text) == amount


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", RupiahProblem.EMPTY),
        ("-1,5 juta", RupiahProblem.NEGATIVE),
        ("-500rb", RupiahProblem.NEGATIVE),
        ("1.500 juta", RupiahProblem.FORMAT),
        ("1,500 ribu", RupiahProblem.FORMAT),
        ("300 ribu 2 juta", RupiahProblem.FORMAT),
        ("2 juta 2 juta", RupiahProblem.FORMAT),
        ("juta", RupiahProblem.FORMAT),
        ("1,5", RupiahProblem.FORMAT),
        ("1,5 jutaan", RupiahProblem.FORMAT),
        ("٥ juta", RupiahProblem.FORMAT),
        ("99999999999 miliar", RupiahProblem.TOO_LARGE),
    ],
)
def test_spoken_amounts_that_could_mean_two_are_refused(text, problem):
    with pytest.raises(RupiahError) as error:
        parse_spoken(text)

    assert error.value.code == problem
