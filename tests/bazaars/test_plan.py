"""Stall numbers as people write them, and the plan as boxes that do not overlap."""

from itertools import combinations

import pytest

from bazaars.plan import (
    STALL_H,
    STALL_W,
    PlacedStall,
    PlanError,
    PlanProblem,
    Zone,
    drawn_plan,
    next_places,
    number_ranges,
    stall_numbers,
)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("A01-A03", ["A01", "A02", "A03"]),
        ("b3", ["B03"]),
        (" a9 - a11 ", ["A09", "A10", "A11"]),
        ("A01–A02", ["A01", "A02"]),
        ("A1 s.d. A2", ["A01", "A02"]),
        ("C99-C101", ["C099", "C100", "C101"]),
    ],
)
def test_stall_numbers_are_read_as_people_write_them(text, numbers):
    assert stall_numbers(text) == numbers


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", PlanProblem.FORMAT),
        ("12", PlanProblem.FORMAT),
        ("A-B", PlanProblem.FORMAT),
        ("A-1", PlanProblem.FORMAT),
        ("A01-A02-A03", PlanProblem.FORMAT),
        ("A01-B04", PlanProblem.TWO_ZONES),
        ("A05-A02", PlanProblem.BACKWARDS),
        ("A00-A02", PlanProblem.BACKWARDS),
        ("A001-A999", PlanProblem.TOO_MANY),
    ],
)
def test_unreadable_stall_numbers_say_why(text, problem):
    with pytest.raises(PlanError) as refused:
        stall_numbers(text)

    assert refused.value.code == problem


def test_new_stalls_stand_below_those_on_the_plan():
    assert next_places(5, first_row=3, per_row=2) == [(3, 1), (3, 2), (4, 1), (4, 2), (5, 1)]


def test_ranges_read_as_people_write_them():
    assert number_ranges(["A02", "A01", "A03", "A07", "B01"]) == ["A01-A03", "A07", "B01"]


def zone(letter: str, count: int, per_row: int) -> Zone:
    places = next_places(count, first_row=1, per_row=per_row)
    return Zone(
        f"{letter}  Sudin",
        f"{count} stan",
        tuple(
            PlacedStall(f"{letter}{n:02}", row, column, "free", "", "")
            for n, (row, column) in enumerate(places)
        ),
    )


def test_no_two_boxes_overlap_and_each_lies_in_its_zone():
    plan = drawn_plan(
        [zone("A", 16, 8), zone("B", 8, 2), zone("C", 8, 2), zone("D", 4, 4), zone("E", 12, 12)]
    )
    boxes = [(zone, box) for zone in plan.zones for box in zone.boxes]

    assert len(boxes) == 48
    for zone_, box in boxes:
        assert zone_.x <= box.x <= box.x + STALL_W <= zone_.x + zone_.width <= plan.width
        assert zone_.y <= box.y <= box.y + STALL_H <= zone_.y + zone_.height <= plan.height
    for (_, a), (_, b) in combinations(boxes, 2):
        assert abs(a.x - b.x) >= STALL_W or abs(a.y - b.y) >= STALL_H
