"""The draw does what docs/draw.md says: every subset tried on small instances, its laws on large ones."""

import random

import pytest

from bazaars import draw as drawing
from bazaars.draw import Entry, Frozen, Reason, SeedPart, check_list, draw, next_reserve, seed_from, sha256
from bazaars.feasibility import Bounds, Problem, ProblemCode, Rules, check_rules
from tests.bazaars.draw_cases import defined, parts_of, random_frozen

WIDE = Bounds(0, 99)


def outcome_of(frozen: Frozen, seed: str):
    try:
        result = draw(frozen, seed)
    except drawing.CannotBeDrawn:
        return None
    return list(result.chosen), [(r.id, r.reason.value, list(r.detail)) for r in result.reserve]


def test_five_hundred_small_draws_agree_with_trying_every_subset():
    rng = random.Random(20260811)
    reasons: set[str] = set()
    impossible = 0
    for number in range(500):
        frozen = random_frozen(rng, most_entries=9, most_codes=3, most_places=6)
        seed = sha256(f"seed {number}")
        expected = defined(frozen, seed).outcome()

        assert outcome_of(frozen, seed) == expected

        impossible += expected is None
        reasons |= {why for _, why, _ in (expected or ([], []))[1]}
    assert reasons == {reason.value for reason in Reason}  # the instances reach every branch
    assert 50 < impossible < 300


def test_the_rules_are_refused_exactly_when_no_applicants_could_meet_them():
    rng = random.Random(46)
    for _ in range(400):
        frozen = random_frozen(rng, most_entries=0, most_codes=3, most_places=5)
        plenty = tuple(
            Entry(f"{p}{c}{n}", p, c, 0)
            for p in frozen.rules.pengampu
            for c in frozen.rules.categories
            for n in range(12)
        )

        assert bool(check_rules(frozen.rules)) == bool(check_list(Frozen(frozen.rules, plenty)))


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        (
            Rules(
                30,
                {"A": Bounds(8, 9), "B": Bounds(8, 9), "C": Bounds(6, 9), "D": Bounds(10, 10)},
                {"K": WIDE},
            ),
            Problem(ProblemCode.MINIMUMS_ABOVE_PLACES, "pengampu", ("A", "B", "C", "D"), (8, 8, 6, 10), 30),
        ),
        (
            Rules(4, {"A": WIDE}, {"K": Bounds(3, 3), "L": Bounds(2, 3)}),
            Problem(ProblemCode.MINIMUMS_ABOVE_PLACES, "categories", ("K", "L"), (3, 2), 4),
        ),
        (
            Rules(9, {"A": Bounds(5, 3)}, {"K": WIDE}),
            Problem(ProblemCode.MINIMUM_ABOVE_MAXIMUM, "pengampu", ("A",), (5,), 3),
        ),
        (
            Rules(9, {"A": Bounds(5, 9)}, {"K": Bounds(0, 2), "L": Bounds(0, 2)}),
            Problem(ProblemCode.PENGAMPU_MINIMUMS_ABOVE_CATEGORY_MAXIMUMS, "pengampu", ("A",), (5,), 4),
        ),
        (
            Rules(9, {"A": Bounds(0, 2)}, {"K": Bounds(3, 4)}),
            Problem(ProblemCode.CATEGORY_MINIMUMS_ABOVE_PENGAMPU_MAXIMUMS, "categories", ("K",), (3,), 2),
        ),
        (
            Rules(9, {"A": Bounds(-1, 2)}, {"K": WIDE}),
            Problem(ProblemCode.NEGATIVE, "pengampu", ("A",), (-1,)),
        ),
        (Rules(0, {"A": WIDE}, {"K": WIDE}), Problem(ProblemCode.NO_PLACES)),
    ],
)
def test_impossible_rules_are_refused_with_their_figures(rules, problem):
    assert check_rules(rules) == [problem]


def test_the_sum_in_the_refusal_is_the_sum_of_the_minimums():
    rules = Rules(30, {"A": Bounds(8, 9), "B": Bounds(8, 9), "C": Bounds(16, 16)}, {"K": WIDE})

    assert check_rules(rules)[0].total == 32


def test_a_minimum_without_enough_applicants_names_who_is_missing():
    frozen = Frozen(Rules(5, {"A": WIDE, "B": Bounds(2, 5)}, {"K": WIDE}), (Entry("1", "B", "K", 0),))

    assert check_list(frozen) == [
        Problem(ProblemCode.TOO_FEW_APPLICANTS, "pengampu", ("B",), (1,), 2),
    ]


def test_a_minimum_blocked_by_another_maximum_names_that_one():
    rules = Rules(5, {"A": Bounds(2, 5), "B": WIDE}, {"K": Bounds(0, 1), "L": WIDE})
    entries = (Entry("1", "A", "K", 0), Entry("2", "A", "K", 0), Entry("3", "B", "L", 0))

    assert check_list(Frozen(rules, entries)) == [
        Problem(ProblemCode.RULES_COLLIDE, "pengampu", ("A",), (1,), 2, ("K",)),
    ]


def test_a_list_with_a_code_that_has_no_rule_is_refused():
    frozen = Frozen(Rules(5, {"A": WIDE}, {"K": WIDE}), (Entry("1", "B", "K", 0),))

    assert check_list(frozen) == [Problem(ProblemCode.UNKNOWN_CODE, "pengampu", ("B",))]


def big(number: int) -> Frozen:
    """A full programme: 40 places, 300 applicants, 8 pengampu, 6 categories, minimums that bite."""
    rng = random.Random(number)
    pengampu, categories = [f"P{n}" for n in range(8)], [f"K{n}" for n in range(6)]
    weights = [rng.randint(1, 9) for _ in categories]
    entries = tuple(
        Entry(
            rng.randbytes(8).hex(),
            rng.choice(pengampu),
            rng.choices(categories, weights)[0],
            rng.randint(0, 6),
        )
        for _ in range(300)
    )
    low = {p: rng.randint(1, 5) for p in pengampu}
    high = {c: rng.randint(5, 12) for c in categories}
    return Frozen(
        Rules(
            40, {p: Bounds(low[p], low[p] + 4) for p in pengampu}, {c: Bounds(2, high[c]) for c in categories}
        ),
        entries,
    )


def test_nobody_with_fewer_turns_is_passed_over_unless_the_stated_reason_proves_it():
    for number in range(40):
        frozen = big(number)
        result = draw(frozen, sha256(str(number)))
        by_id = {entry.id: entry for entry in frozen.entries}
        place = {entry_id: n for n, entry_id in enumerate(result.order)}
        chosen = [by_id[i] for i in result.chosen]
        for reserve in result.reserve:
            loser = by_id[reserve.id]
            before = [e for e in chosen if place[e.id] < place[loser.id]]
            favoured = [e for e in chosen if e.turns > loser.turns]
            match reserve.reason:
                case Reason.PLACES_FULL:
                    assert favoured == []
                    assert len(before) == result.size
                case Reason.PENGAMPU_FULL:
                    assert reserve.detail == (loser.pengampu,)
                    assert [e for e in favoured if e.pengampu == loser.pengampu] == []
                    full = frozen.rules.pengampu[loser.pengampu].max
                    assert sum(e.pengampu == loser.pengampu for e in before) == full
                case Reason.CATEGORY_FULL:
                    assert reserve.detail == (loser.category,)
                    assert [e for e in favoured if e.category == loser.category] == []
                    full = frozen.rules.categories[loser.category].max
                    assert sum(e.category == loser.category for e in before) == full
                case Reason.KEPT_FOR_MINIMUM:
                    # nobody of the same pengampu and category comes later; every code named was still short
                    assert [e for e in favoured if e.cell == loser.cell] == []
                    short = [
                        c
                        for c, b in frozen.rules.pengampu.items()
                        if [e.pengampu for e in before].count(c) < b.min
                    ]
                    short += [
                        c
                        for c, b in frozen.rules.categories.items()
                        if [e.category for e in before].count(c) < b.min
                    ]
                    assert list(reserve.detail) == sorted(short)
                    assert reserve.detail != ()
                case Reason.WOULD_EMPTY_A_PLACE:
                    assert [e for e in favoured if e.cell == loser.cell] == []


def test_the_largest_possible_number_is_always_placed():
    for number in range(40):
        frozen = big(number)

        assert len(draw(frozen, sha256(str(number))).chosen) == draw(frozen, sha256("other seed")).size


def test_the_same_input_gives_the_same_result_in_whatever_sequence_it_comes():
    frozen = big(7)
    shuffled = list(frozen.entries)
    random.Random(1).shuffle(shuffled)
    again = Frozen(
        Rules(
            40, dict(reversed(frozen.rules.pengampu.items())), dict(reversed(frozen.rules.categories.items()))
        ),
        tuple(shuffled),
    )

    assert (again.hash, draw(again, "s")) == (frozen.hash, draw(frozen, "s"))


def test_within_one_class_every_applicant_has_the_same_chance():
    """Chi-square over 2,000 seeds: 20 alike applicants, 5 places; 43.8 is the 0.1 % point of 19 degrees."""
    rules = Rules(5, {"A": WIDE}, {"K": WIDE})
    entries = tuple(Entry(f"pendaftar-{n:02}", "A", "K", 0) for n in range(20))
    won = dict.fromkeys((e.id for e in entries), 0)
    for number in range(2000):
        for chosen in draw(Frozen(rules, entries), sha256(f"undian {number}")).chosen:
            won[chosen] += 1

    assert sum((count - 500) ** 2 / 500 for count in won.values()) < 43.8


def test_hash_seed_and_lot_are_those_of_the_definition():
    frozen = Frozen(
        Rules(1, {"KPKP": Bounds(0, 1)}, {"KULINER": Bounds(0, 1)}),
        (Entry("b", "KPKP", "KULINER", 0), Entry("a", "KPKP", "KULINER", 2)),
    )
    canonical = (
        '{"applications":[{"category":"KULINER","id":"a","pengampu":"KPKP","turns":2},'
        '{"category":"KULINER","id":"b","pengampu":"KPKP","turns":0}],'
        '"categories":{"KULINER":{"max":1,"min":0}},"pengampu":{"KPKP":{"max":1,"min":0}},"places":1}'
    )
    parts = [SeedPart("KPKP", sha256("satu"), "satu"), SeedPart("PKK", sha256("dua"), "dua")]

    assert frozen.hash == sha256(canonical)
    assert seed_from(frozen.hash, parts) == sha256(f"okoce-draw-v1\n{frozen.hash}\nsatu\ndua")
    assert drawing.lot("abc", "a") == sha256("abc:a")


def test_a_secret_that_does_not_fit_its_commitment_stops_the_draw():
    with pytest.raises(drawing.SeedMismatch) as stopped:
        seed_from("0" * 64, [SeedPart("KPKP", sha256("satu"), "dua")])

    assert stopped.value.source == "KPKP"


def test_frozen_survives_the_way_through_the_record():
    frozen = big(3)

    assert Frozen.from_dict(frozen.as_dict()).hash == frozen.hash


def test_a_released_place_goes_to_the_first_reserve_that_fits():
    rules = Rules(2, {"A": Bounds(0, 1), "B": Bounds(1, 2)}, {"K": WIDE})
    frozen = Frozen(rules, tuple(Entry(i, i[0], "K", 0) for i in ("A1", "A2", "B1", "B2")))
    order = ("A1", "A2", "B1", "B2")

    assert next_reserve(frozen, order, holding={"A1"}, passed={"B1"}) == "B2"
    assert next_reserve(frozen, order, holding={"B1"}, passed={"A1"}) == "A2"
    assert next_reserve(frozen, order, holding={"A1", "B1"}, passed=()) is None


def test_a_minimum_that_nobody_can_meet_any_more_keeps_nobody_out():
    rules = Rules(2, {"A": Bounds(0, 2), "B": Bounds(1, 2)}, {"K": WIDE})
    frozen = Frozen(rules, tuple(Entry(i, i[0], "K", 0) for i in ("A1", "A2", "B1")))

    assert next_reserve(frozen, ("A1", "A2", "B1"), holding={"A1"}, passed=()) == "B1"
    assert next_reserve(frozen, ("A1", "A2", "B1"), holding={"A1"}, passed={"B1"}) == "A2"


def test_after_a_draw_the_next_reserve_always_keeps_every_rule_that_can_be_kept():
    rng = random.Random(5)
    for _ in range(150):
        frozen = random_frozen(rng, most_entries=9, most_codes=3, most_places=5)
        seed = seed_from(frozen.hash, parts_of(rng))
        definition = defined(frozen, seed)
        if not definition.allowed_sets():
            continue
        result = draw(frozen, seed)
        for released in result.chosen:
            holding = set(result.chosen) - {released}
            ids = [e.id for e in definition.order]
            possible = [
                members
                for members in definition.allowed_sets()
                if holding <= {ids[n] for n in members} and released not in {ids[n] for n in members}
            ]
            expected = next(
                (
                    i
                    for n, i in enumerate(ids)
                    if i not in holding and any(n in members for members in possible)
                ),
                None,
            )
            if possible:
                assert next_reserve(frozen, result.order, holding, {released}) == expected
