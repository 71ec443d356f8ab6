"""What is kept of a row: values without their names, cells with theirs."""

import json
from datetime import date

from participants.importing import areas, kept
from participants.importing.checks import Checker
from participants.importing.rows import Row

VALUES = {**dict.fromkeys(kept.FIELDS), "nama": 'Siti "Ti" Aminah', "nik": "3" * 16, "hp": "+6281200000001"}


def test_a_checked_row_has_its_values_in_the_order_they_are_kept_in():
    checked = Checker(areas.load(), "31.73", date(2018, 3, 14)).check(Row("S", 2, {"nama": "Siti"}))

    assert tuple(checked.values) == kept.FIELDS


def test_values_come_back_under_their_names():
    assert kept.read(kept.of_values(VALUES)) == VALUES
    assert list(kept.values_in(kept.of_values(VALUES).encode())) == [*VALUES.values()]


def test_values_that_were_sealed_with_their_names_are_still_read():
    before = json.dumps(VALUES)

    assert kept.read(before) == VALUES
    assert list(kept.values_in(before.encode())) == [*VALUES.values()]


def test_a_field_that_was_added_since_is_empty():
    assert kept.read('["Siti","3173"]') == {**dict.fromkeys(kept.FIELDS), "nama": "Siti", "nik": "3173"}


def test_cells_of_a_row_that_is_not_saved_keep_their_names():
    assert kept.read(kept.of_cells({"nik": "317", "nama": "Siti"})) == {"nik": "317", "nama": "Siti"}


def test_the_phone_is_found_behind_any_name_and_nowhere_else():
    without = {**VALUES, "hp": None, "alamat": "+6281200000002"}

    assert kept.phone_in(kept.of_values(VALUES).encode()) == b"+6281200000001"
    assert kept.phone_in(kept.of_values({**VALUES, "nama": 'A","1\\'}).encode()) == b"+6281200000001"
    assert kept.phone_in(kept.of_values(without).encode()) is None
