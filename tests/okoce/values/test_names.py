import pytest

from okoce.values import names


@pytest.mark.parametrize(
    "written",
    [
        "Nur'aini",
        "NUR’AINI",
        "Nurʼaini",
        "nur`aini ",
        "Hj. Nur'aini",
        "Nur'aini, S.Pd",
        "Nur'aini S.E.",
        "Dra. Hj. Nur'aini, S.E., M.M.",
    ],
)
def test_titles_case_and_apostrophes_do_not_change_the_key(written):
    assert names.key(written) == "nur'aini"


@pytest.mark.parametrize(
    "written", ["M. Rojali", "Moh. Rojali", "MUHAMMAD ROJALI", "Mochamad Rojali", "H. M. Rojali"]
)
def test_short_forms_of_muhammad_have_one_key(written):
    assert names.key(written) == "muhammad rojali"


@pytest.mark.parametrize("written", ["St. Rohmah", "Siti  Rohmah", "Hj. ST ROHMAH"])
def test_short_forms_of_siti_have_one_key(written):
    assert names.key(written) == "siti rohmah"


@pytest.mark.parametrize(
    ("written", "key"), [("Haji", "haji"), ("M", "m"), ("Supriyadi", "supriyadi"), ("Se", "se")]
)
def test_a_single_word_is_a_full_name(written, key):
    assert names.key(written) == key


def test_clean_keeps_what_was_typed_apart_from_the_invisible():
    assert names.clean("\ufeffSi\u200bti\u00a0 Ma'ruf 😊\u200d") == "Siti Ma'ruf"


def test_emoji_of_several_parts_go_whole():
    assert names.clean("Sri ✨👩🏽‍🍳☕\ufe0f Lestari") == "Sri Lestari"


@pytest.mark.parametrize(
    ("name", "valid"), [("Supriyadi", True), ("Peserta 17", False), ("---", False), ("", False)]
)
def test_a_name_has_letters_and_no_digits(name, valid):
    assert names.is_valid(name) is valid


def test_letters_leave_out_everything_else():
    assert names.letters("H. Sa'ad bin Ma'ruf") == "hsaadbinmaruf"
