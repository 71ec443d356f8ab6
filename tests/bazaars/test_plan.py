"""Stall numbers as people write them, and the plan as boxes that do not overlap."""

from itertools import combinations

import pytest

from bazaars.plan import (
    STALL_H,
    STALL_W,
    STEP_X,
    STEP_Y,
    PlacedStall,
    PlanError,
    PlanProblem,
    Zone,
    drawn_plan,
    even_plan,
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


def zone(letter: str, count: int, per_row: int, *, row: int = 1, column: int = 1, tent=None) -> Zone:
    places = next_places(count, first_row=row, per_row=per_row)
    return Zone(
        f"{letter}  Sudin",
        f"{count} stan",
        tuple(
            PlacedStall(f"{letter}{n:02}", at_row, at_column + column - 1, "free", "", "", tent=tent)
            for n, (at_row, at_column) in enumerate(places)
        ),
        short=letter,
    )


ZONES = [
    zone("A", 16, 8, column=3),
    zone("B", 8, 2, row=3),
    zone("C", 8, 2, row=3, column=11),
    zone("D", 4, 4, row=6, column=3),
    zone("E", 4, 4, row=6, column=7),
]


def test_no_two_boxes_overlap_and_each_lies_in_its_zone():
    plan = drawn_plan(ZONES)
    boxes = [(zone, box) for zone in plan.zones for box in zone.boxes]

    assert len(boxes) == 40
    for zone_, box in boxes:
        assert zone_.x <= box.x <= box.x + STALL_W <= zone_.x + zone_.width <= plan.width
        assert zone_.y <= box.y <= box.y + STALL_H <= zone_.y + zone_.height <= plan.height
    for (_, a), (_, b) in combinations(boxes, 2):
        assert abs(a.x - b.x) >= STALL_W or abs(a.y - b.y) >= STALL_H


def test_no_two_zones_overlap_and_their_names_stand_in_their_frames():
    zones = drawn_plan(ZONES).zones

    assert [zone.label for zone in zones] == [
        f"{x}  Sudin, {n} stan" for x, n in zip("ABCDE", (16, 8, 8, 4, 4), strict=False)
    ]
    for a, b in combinations(zones, 2):
        assert a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y


def test_stalls_stand_where_the_grid_has_them():
    boxes = {box.stall.number: box for zone in drawn_plan(ZONES).zones for box in zone.boxes}

    assert boxes["A00"].y == boxes["A07"].y < boxes["A08"].y < boxes["B00"].y == boxes["C00"].y
    assert boxes["B00"].x < boxes["A00"].x == boxes["D00"].x < boxes["C00"].x


def test_a_zone_between_the_stalls_of_another_has_no_frame():
    inside = Zone("X", "", (PlacedStall("X01", 1, 2, "o", "", ""),))
    around = Zone("A", "", tuple(PlacedStall(f"A{n}", 1, n, "free", "", "") for n in (1, 3)))

    assert [(zone.label, zone.has_frame) for zone in drawn_plan([around, inside]).zones] == [
        ("", False),
        ("X", True),
    ]


def test_a_long_name_gives_way_to_the_letter_where_there_is_no_room():
    small = Zone("X  Mitra dan layanan", "", (PlacedStall("X01", 1, 1, "o", "", ""),), "X")
    beside = zone("A", 4, 4, column=2)

    assert next(zone.label for zone in drawn_plan([small, beside]).zones) == "X"
    assert drawn_plan([small]).zones[0].label == "X  Mitra dan layanan"


def test_a_stage_covers_its_cells_and_a_tent_both_of_its_stalls():
    stage = Zone("X", "", (PlacedStall("X01", 1, 1, "o", "", "", width=3, depth=2),))
    pair = zone("A", 2, 2, row=3, tent=1)

    plan = drawn_plan([stage, pair])

    (box,) = plan.zones[0].boxes
    assert (box.width, box.height) == (2 * STEP_X + STALL_W + 7, STEP_Y + STALL_H)
    (tent,) = plan.tents
    assert all(tent.x < half.x and half.x + half.width < tent.x + tent.width for half in plan.zones[1].boxes)


def test_every_cell_of_an_even_plan_has_the_same_size():
    plan = even_plan(zone("A", 3, 2).stalls, rows=4, columns=5)

    assert (plan.width, plan.height) == (5 * STEP_X + 8, 4 * STEP_Y + 8)
    assert [(box.x, box.y) for box in plan.zones[0].boxes] == [(8, 8), (8 + STEP_X, 8), (8, 8 + STEP_Y)]
