import pytest

from participants import searching
from participants.searching import Kind, Query


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", Query(Kind.EMPTY)),
        ("  siti   rahmawati ", Query(Kind.NAME, "siti rahmawati")),
        ("jb-pm-00417", Query(Kind.NUMBER, "JB-PM-00417")),
        ("417", Query(Kind.SERIAL, "417")),
        ("3173 0241 0199 0001", Query(Kind.NIK, "3173024101990001")),
        ("0812-3456-7890", Query(Kind.PHONE, "+6281234567890")),
        ("62811812345", Query(Kind.PHONE, "+62811812345")),
        ("31730241", Query(Kind.UNREADABLE)),
        ("siti 081234567890", Query(Kind.UNREADABLE)),
    ],
)
def test_the_search_box_understands_names_numbers_nik_and_phone(typed, meant):
    assert searching.read(typed) == meant


@pytest.mark.parametrize("typed", ["3173024101990001", "0812-3456-7890", "siti 081234567890", "31730241"])
def test_nothing_with_the_digits_of_a_personal_number_may_stand_in_an_address(typed):
    assert searching.tidy(typed) == ""


def test_a_participant_number_may_stand_in_an_address():
    assert searching.tidy("jb-pm-00417") == "JB-PM-00417"
