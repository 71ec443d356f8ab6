import pytest

from trainings.sheet_rows import NotRows, read


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("3, 17, 41-43", [3, 17, 41, 42, 43]),
        ("3 17\n41 - 43", [3, 17, 41, 42, 43]),
        ("17;3;3", [3, 17]),
        ("41 sampai 43", [41, 42, 43]),
        ("41s/d43", [41, 42, 43]),
        ("1-100", list(range(1, 101))),
        ("7-7", [7]),
    ],
)
def test_rows_are_read_as_people_write_them(text, rows):
    assert read(text, count=100) == rows


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("0", ["0"]),
        ("101", ["101"]),
        ("43-41", ["43-41"]),
        ("3, x", ["x"]),
        ("99-101", ["99-101"]),
        ("-3", ["-3"]),
    ],
)
def test_what_is_no_row_of_the_sheet_is_named(text, wrong):
    with pytest.raises(NotRows) as refused:
        read(text, count=100)

    assert refused.value.parts == wrong
