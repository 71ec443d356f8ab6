"""Where stalls stand on the grid: what cannot be, and what changed."""

import pytest

from bazaars.layout import (
    Standing,
    difference,
    in_pairs,
    numbers_from,
    off_plan,
    over_each_other,
    read_cells,
    side_by_side,
    twice,
    without_size,
)
from bazaars.plan import PlanError


def row(*columns, number="A", at=1):
    return [Standing(f"{number}{column:02}", at, column) for column in columns]


def test_a_number_is_told_once_however_often_it_stands_there():
    assert twice([*row(1, 2), *row(1, at=2), *row(1, at=3)]) == ["A01"]


@pytest.mark.parametrize(
    ("place", "is_off"),
    [
        ((1, 1, 1, 1), False),
        ((6, 8, 1, 1), False),
        ((0, 1, 1, 1), True),
        ((1, 0, 1, 1), True),
        ((7, 1, 1, 1), True),
        ((1, 9, 1, 1), True),
        ((6, 8, 2, 1), True),
        ((6, 8, 1, 2), True),
    ],
)
def test_off_the_plan_counts_every_cell(place, is_off):
    assert off_plan([Standing("A01", *place)], rows=6, columns=8) == (["A01"] if is_off else [])


@pytest.mark.parametrize("size", [(0, 1), (1, 0), (-2, 1)])
def test_nothing_is_smaller_than_a_cell(size):
    assert without_size([Standing("A01", 1, 1, *size), Standing("A02", 1, 2)]) == ["A01"]


def test_stalls_that_share_a_cell_are_named_in_pairs():
    stage = Standing("X01", 1, 1, width=3, depth=2)

    assert over_each_other([stage, *row(3, 4, at=2)]) == [("X01", "A03")]


@pytest.mark.parametrize(
    ("other", "touches"),
    [((1, 2), True), ((2, 1), True), ((2, 2), False), ((1, 3), False), ((3, 1), False)],
)
def test_side_by_side_is_along_a_side_not_a_corner(other, touches):
    assert side_by_side(Standing("A01", 1, 1), Standing("A02", *other)) is touches


def test_pairs_follow_the_numbers():
    one, two, three, four = row(1, 2, 3, 4)

    assert in_pairs([four, two, one, three]) == [(one, two), (three, four)]
    assert in_pairs([one, two, three]) is None
    assert in_pairs([one, three]) is None


def test_numbers_go_on_from_the_first():
    assert numbers_from("b9", 3) == ["B09", "B10", "B11"]


@pytest.mark.parametrize("first", ["", "A", "A01-A02", "A00", "A999"])
def test_a_first_number_that_cannot_be_read_is_refused(first):
    with pytest.raises(PlanError):
        numbers_from(first, 2)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("12@3,4 13@3,5", {12: (3, 4), 13: (3, 5)}),
        ("", None),
        ("12", None),
        ("12@3,-4", None),
        ("a@1,1", None),
    ],
)
def test_cells_are_read_whole_or_not_at_all(text, cells):
    assert read_cells(text) == cells


def kept(number, row=1, column=1, **facts):
    return {"number": number, "row": row, "column": column, "has_power": False, **facts}


def test_a_difference_names_each_stall_by_what_happened_to_it():
    before = [kept("A01"), kept("A02", column=2), kept("A03", column=3)]
    after = [kept("A01", row=5, has_power=True), kept("A03", column=3), kept("B01", column=9)]

    assert difference(before, after) == {
        "added": ["B01"],
        "removed": ["A02"],
        "moved": ["A01"],
        "changed": ["A01"],
    }
    assert difference(before, before) == {}
