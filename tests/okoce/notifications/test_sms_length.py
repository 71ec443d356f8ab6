"""How many SMS a text is, as the operators count it."""

import pytest

from okoce.notifications.sms_length import as_sms, sms_length, sms_parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("字" * 70, 1),
        ("字" * 71, 2),
        ("字" * 134, 2),
        ("字" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_parts_are_counted_as_operators_count_them(text, parts):
    assert sms_parts(text) == parts


def test_a_letter_of_two_places_is_not_cut_in_two():
    # 152 letters leave one place in the first part: the euro sign begins the second.
    text = "a" * 152 + "€" + "a" * 152
    assert sms_length(text).parts == 3
    assert sms_parts("a" * 306) == 2  # as many places without it


def test_a_wide_letter_is_not_cut_in_two():
    assert sms_parts("字" * 66 + "😀" + "字" * 66) == 3


def test_fancy_apostrophes_and_dashes_do_not_make_a_text_longer():
    text = "Jum’at – “Pelatihan dasar”… é ā" + "a" * 100
    assert as_sms(text).startswith('Jum\'at - "Pelatihan dasar"... é a')
    assert sms_length(text).is_small_alphabet
    assert sms_parts(text) == 1


def test_letters_that_would_be_lost_stay_and_are_named():
    told = sms_length("Halo 😀 字 😀")
    assert (told.parts, told.odd) == (1, "😀字")


def test_what_is_left_in_the_last_part_is_told():
    assert sms_length("a" * 150).left == 10
    assert sms_length("a" * 161).left == 145


def test_line_ends_of_windows_count_once():
    assert sms_length("a\r\nb").places == 3
