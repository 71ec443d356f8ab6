import pytest

from okoce.values import text


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  a  b\n c\t", "a b c"),
        ("a\u200bb\u00adc\ufeff", "abc"),
        ("\u202eabc\u202c", "abc"),
        ("a\x00b\x07", "ab"),
        ("１２\u00a0３", "12 3"),
        ("kopi ☕", "kopi ☕"),
        ("", ""),
    ],
)
def test_text_is_cleaned(raw, cleaned):
    assert text.clean(raw) == cleaned


def test_area_names_are_compared_by_letters_and_digits():
    assert text.letters_and_digits("Kel. Pal-Merah  2") == "kelpalmerah2"
