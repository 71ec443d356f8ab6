import pytest

from okoce.values import phone
from okoce.values.phone import PhoneError, PhoneProblem


@pytest.mark.parametrize(
    "text",
    [
        "0812-3456-7890",
        "(0812) 34567890",
        "+62 812 3456 7890",
        "6281234567890",
        "62081234567890",
        "0062 812 3456 7890",
        "81234567890",
        "+62 0812.3456.7890",
        "'081234567890",
        "０８１２３４５６７８９０",
        "0812\u20113456\u20117890\u200b",
    ],
)
def test_every_way_of_writing_one_mobile_number_gives_one_text(text):
    assert phone.parse(text) == "+6281234567890"


@pytest.mark.parametrize("text", ["0811812345", "62811812345", "811812345", "+62811812345"])
def test_short_numbers_are_not_given_the_country_code_twice(text):
    assert phone.parse(text) == "+62811812345"


def test_a_landline_is_a_number_without_messages():
    number = phone.parse("021-5550123")

    assert (number, phone.is_mobile(number)) == ("+62215550123", False)


def test_a_mobile_number_takes_messages():
    assert phone.is_mobile("+6281234567890") is True


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", PhoneProblem.EMPTY),
        (" - ", PhoneProblem.EMPTY),
        ("08123456", PhoneProblem.LENGTH),
        ("08120000000000000", PhoneProblem.LENGTH),
        ("0800000", PhoneProblem.LENGTH),
        ("08o1234567890", PhoneProblem.LETTERS),
        ("hubungi Budi", PhoneProblem.LETTERS),
        ("081234567890 / 081398765432", PhoneProblem.SEVERAL),
        ("081234567890/081398765432", PhoneProblem.SEVERAL),
        ("081234567890 081398765432", PhoneProblem.SEVERAL),
        ("081234567890 dan 081398765432", PhoneProblem.SEVERAL),
        ("+60 12-345 6789", PhoneProblem.FOREIGN),
    ],
)
def test_what_is_no_usable_number_says_why(text, problem):
    with pytest.raises(PhoneError) as error:
        phone.parse(text)

    assert error.value.code == problem


def test_a_foreign_number_is_taken_once_confirmed():
    assert phone.parse("+60 12-345 6789", allow_foreign=True) == "+60123456789"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("0812-3456-7890", ("+6281234567890", 1)),
        ("WA: 081234567890", ("+6281234567890", 1)),
        ("(0812) 34567890", ("+6281234567890", 1)),
        ("+62 0812 3456 7890", ("+6281234567890", 1)),
        ("081234567890 / 081398765432", ("+6281234567890", 2)),
        ("081234567890 081398765432", ("+6281234567890", 2)),
        ("0812 3456 7890, 0813-9876-5432", ("+6281234567890", 2)),
        ("081234567890 atau 081398765432", ("+6281234567890", 2)),
        ("021-5550000", (None, 1)),
        ("0812", (None, 0)),
        ("0800000", (None, 1)),
        ("08120000000000000", (None, 1)),
        ("tidak punya", (None, 0)),
    ],
)
def test_the_first_mobile_number_of_a_cell_is_found(cell, expected):
    assert phone.mobile_in(cell) == expected


def test_a_number_is_shown_as_people_write_it():
    assert phone.display("+6281234567890") == "0812-3456-7890"


def test_a_foreign_number_is_shown_internationally():
    assert phone.display("+60123456789") == "+60123456789"


def test_a_masked_number_keeps_its_beginning_and_end():
    assert phone.mask("+6281234567890") == "0812-****-*890"
