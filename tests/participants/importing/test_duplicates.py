import pytest

from participants.importing.duplicates import is_slip
from tests.participants.importing.lists import HEADER, check, nik, outcome, person, save


@pytest.mark.parametrize(
    ("left", "right", "slip"),
    [
        ("3173071708459001", "3173071708459002", True),
        ("3173071708459001", "3173071708459010", True),
        ("3173071708459001", "3173071708459001", False),
        ("3173071708459001", "3173071708459100", False),
        ("3173071708459012", "3173071708459120", False),
        ("1234", "123", False),
    ],
)
def test_a_slip_is_one_digit_or_one_swap_of_neighbours(left, right, slip):
    assert is_slip(left, right) is slip


def test_the_same_nik_points_at_the_first_row_that_counts(tmp_path):
    same = {"nik": nik(9001)}
    rows = [HEADER, person(1, nama="1", **same), person(2, **same), person(3, **same), person(4, **same)]

    report = check(save(tmp_path / "a.xlsx", rows))

    assert [(row["row"], row["status"], row["duplicate_of"]) for row in report.as_json()["rows"]] == [
        (2, "rejected", None),
        (3, "accepted", None),
        (4, "duplicate", "Daftar!3"),
        (5, "duplicate", "Daftar!3"),
    ]


def test_the_same_person_with_a_slip_in_the_nik(tmp_path):
    rows = [HEADER, person(1, nama="Siti Rohmah"), person(2, nama="SITI  ROHMAH", nik=nik(9011))]

    assert outcome(check(save(tmp_path / "a.xlsx", rows)))[1] == (3, "duplicate", ["D_DUGAAN_NAMA_TGL"])


def test_twins_are_two_people(tmp_path):
    rows = [HEADER, person(1, nama="Hasan Sanip"), person(2, nama="Husen Sanip")]

    assert outcome(check(save(tmp_path / "a.xlsx", rows))) == [(2, "accepted", []), (3, "accepted", [])]


def test_one_name_and_birthday_with_quite_another_nik_are_two_people(tmp_path):
    rows = [HEADER, person(1, nama="Siti Rohmah"), person(2, nama="Siti Rohmah", nik=nik(9567))]

    assert outcome(check(save(tmp_path / "a.xlsx", rows)))[1] == (3, "accepted", [])
