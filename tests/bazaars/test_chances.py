"""Chances worked out beforehand: against enumeration by hand, against the draw, and quick."""

import time

import pytest

from bazaars.chances import Chances, chances, fitting, supposed
from bazaars.draw import Entry, Frozen
from bazaars.feasibility import Bounds, ProblemCode, Rules
from tests.bazaars.test_draw import WIDE, big


def entries(pengampu: str, count: int, turns: int = 0, category: str = "K") -> tuple[Entry, ...]:
    return tuple(Entry(f"{pengampu}{category}{turns}-{n}", pengampu, category, turns) for n in range(count))


def share(found: Chances, kind: str, code: str) -> float:
    return next(group.ruled for group in found.of(kind) if group.code == code)


def test_without_quotas_that_bite_both_chances_are_the_places_shared_by_turns():
    frozen = Frozen(Rules(6, {"A": WIDE}, {"K": WIDE}), entries("A", 4) + entries("A", 8, turns=1))

    found = chances(frozen)

    assert [(g.code, g.applicants, g.free, g.ruled) for g in found.of("turns")] == [
        ("0", 4, 1.0, 1.0),
        ("1", 8, 0.25, 0.25),
    ]
    assert (found.placed, found.overtaken) == (6, 0)


def test_a_minimum_lifts_its_own_group_and_lowers_the_others():
    people = entries("A", 10) + entries("B", 10)
    free = chances(Frozen(Rules(10, {"A": WIDE, "B": WIDE}, {"K": WIDE}), people))
    ruled = chances(Frozen(Rules(10, {"A": WIDE, "B": Bounds(8, 10)}, {"K": WIDE}), people))

    assert share(free, "pengampu", "B") == pytest.approx(0.5, abs=0.05)
    assert share(ruled, "pengampu", "B") >= 0.8
    assert share(ruled, "pengampu", "A") <= 0.2
    assert sum(g.given for g in ruled.of("pengampu")) == pytest.approx(10)


def test_a_minimum_for_people_with_more_turns_is_counted_as_going_before_others():
    people = entries("A", 10) + entries("B", 5, turns=1)
    found = chances(Frozen(Rules(10, {"A": WIDE, "B": Bounds(4, 5)}, {"K": WIDE}), people))

    assert found.overtaken == 4
    assert [g.ruled for g in found.of("turns")] == [0.6, 0.8]


def test_a_list_that_cannot_be_drawn_says_why_instead():
    frozen = Frozen(Rules(5, {"A": WIDE, "B": Bounds(2, 5)}, {"K": WIDE}), entries("A", 9))

    assert [p.code for p in chances(frozen)] == [ProblemCode.TOO_FEW_APPLICANTS]


def test_the_same_list_gives_the_same_figures():
    assert chances(big(1)) == chances(big(1))


def test_three_hundred_applicants_take_at_most_a_second():
    started = time.process_time()
    found = chances(big(2))

    assert time.process_time() - started < 1
    assert isinstance(found, Chances)
    assert found.runs >= 100


def test_the_supposed_applicants_are_two_a_place_and_equal_for_every_agency():
    rules = Rules(30, {"A": WIDE, "B": WIDE, "C": WIDE}, {"K": WIDE, "L": WIDE})
    made_up = supposed(rules, categories=["K", "L"])

    assert [sum(e.pengampu == code for e in made_up) for code in "ABC"] == [20, 20, 20]
    assert {(e.category, e.turns) for e in made_up} == {("K", 0), ("L", 0)}


def test_applicants_without_a_rule_are_left_out():
    rules = Rules(3, {"A": WIDE}, {"K": WIDE})

    assert fitting(entries("A", 2) + entries("B", 2) + entries("A", 1, category="L"), rules) == entries(
        "A", 2
    )
