"""What the draw promises, as laws over lists that hypothesis makes up: no law asks the draw's own flow."""

import random
from collections import Counter, defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from bazaars import verify_draw
from bazaars.draw import Entry, Frozen, Reason, draw, in_order, sha256
from bazaars.feasibility import Bounds, Rules
from tests.bazaars.draw_cases import defined


@st.composite
def lists_that_can_be_drawn(pick, most: int = 30) -> Frozen:
    """Applicants and rules around a set that meets them, so that quotas bite and nothing is impossible."""
    pengampu = [f"P{n}" for n in range(pick(st.integers(1, 4)))]
    categories = [f"K{n}" for n in range(pick(st.integers(1, 4)))]
    kinds = st.tuples(st.sampled_from(pengampu), st.sampled_from(categories), st.integers(0, 3))
    rows = pick(st.lists(kinds, min_size=1, max_size=most))
    entries = tuple(Entry(f"{n:02x}", p, c, turns) for n, (p, c, turns) in enumerate(rows))
    witness = entries[: pick(st.integers(1, len(entries)))]

    def around(count: int) -> Bounds:
        return Bounds(
            max(0, count - pick(st.sampled_from([0, 0, 1, 9]))), count + pick(st.sampled_from([0, 0, 1, 9]))
        )

    per_pengampu = Counter(e.pengampu for e in witness)
    per_category = Counter(e.category for e in witness)
    rules = Rules(
        len(witness) + pick(st.sampled_from([0, 0, 1, 5])),
        {p: around(per_pengampu[p]) for p in pengampu},
        {c: around(per_category[c]) for c in categories},
    )
    return Frozen(rules, entries)


SEEDS = st.integers(0, 10**6).map(lambda n: sha256(f"undian {n}"))
MANY = settings(
    max_examples=150, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def broken_rules(rules: Rules, entries: list[Entry]) -> list[str]:
    per_pengampu = Counter(e.pengampu for e in entries)
    per_category = Counter(e.category for e in entries)
    return [
        *(["places"] if len(entries) > rules.places else []),
        *(c for c, b in rules.pengampu.items() if not b.min <= per_pengampu[c] <= b.max),
        *(c for c, b in rules.categories.items() if not b.min <= per_category[c] <= b.max),
    ]


@MANY
@given(lists_that_can_be_drawn(), SEEDS)
def test_the_chosen_meet_every_rule_and_everybody_else_has_a_reason(frozen, seed):
    result = draw(frozen, seed)
    by_id = {e.id: e for e in frozen.entries}

    assert broken_rules(frozen.rules, [by_id[i] for i in result.chosen]) == []
    assert sorted([*result.chosen, *(r.id for r in result.reserve)]) == sorted(by_id)
    assert [e.id for e in in_order(frozen.entries, seed)] == list(result.order)


@MANY
@given(lists_that_can_be_drawn(), SEEDS)
def test_rule_48_nobody_is_passed_over_for_more_turns_unless_the_exchange_would_break_a_rule(frozen, seed):
    """Plain counting: give the loser the stall of anybody with more turns, and some rule is broken."""
    result = draw(frozen, seed)
    by_id = {e.id: e for e in frozen.entries}
    chosen = [by_id[i] for i in result.chosen]
    for row in result.reserve:
        loser = by_id[row.id]
        for winner in [e for e in chosen if e.turns > loser.turns]:
            assert row.reason != Reason.PLACES_FULL
            exchanged = [e for e in chosen if e is not winner] + [loser]
            assert broken_rules(frozen.rules, exchanged) != []


@MANY
@given(lists_that_can_be_drawn(), SEEDS)
def test_rule_48_the_stated_reason_proves_why_somebody_stood_back(frozen, seed):
    """Each reason is checked by the code of the published script and by counting those further up."""
    result = draw(frozen, seed)
    place = {entry_id: n for n, entry_id in enumerate(result.order)}
    by_id = {e.id: e for e in frozen.entries}
    data = frozen.as_dict()
    for row in result.reserve:
        loser = by_id[row.id]
        before = [by_id[i] for i in result.chosen if place[i] < place[loser.id]]
        with_loser = Counter([e.cell for e in before] + [loser.cell])
        rules = frozen.rules

        assert all(e.turns <= loser.turns for e in before)
        assert not verify_draw.allowed_set_exists(data, with_loser, result.size, result.size)
        match row.reason:
            case Reason.PLACES_FULL:
                assert len(before) == result.size
            case Reason.PENGAMPU_FULL:
                count = sum(e.pengampu == loser.pengampu for e in before)
                assert (row.detail, count) == ((loser.pengampu,), rules.pengampu[loser.pengampu].max)
            case Reason.CATEGORY_FULL:
                count = sum(e.category == loser.category for e in before)
                assert (row.detail, count) == ((loser.category,), rules.categories[loser.category].max)
            case Reason.KEPT_FOR_MINIMUM:
                assert not verify_draw.allowed_set_exists(data, with_loser, 0, rules.places)
                held = Counter([e.pengampu for e in before] + [e.category for e in before])
                both = {**rules.pengampu, **rules.categories}
                assert row.detail == tuple(sorted(c for c, b in both.items() if held[c] < b.min))
                assert row.detail
            case Reason.WOULD_EMPTY_A_PLACE:
                assert verify_draw.allowed_set_exists(data, with_loser, 0, result.size - 1)


@settings(MANY, max_examples=60)
@given(lists_that_can_be_drawn(most=8), SEEDS)
def test_made_up_lists_agree_with_trying_every_subset(frozen, seed):
    result = draw(frozen, seed)

    assert defined(frozen, seed).outcome() == (
        list(result.chosen),
        [(r.id, r.reason.value, list(r.detail)) for r in result.reserve],
    )


@MANY
@given(lists_that_can_be_drawn(), SEEDS, st.randoms(use_true_random=False))
def test_neither_the_sequence_of_the_list_nor_an_agency_that_nobody_names_changes_anything(
    frozen, seed, chance
):
    entries = list(frozen.entries)
    chance.shuffle(entries)
    more = Rules(frozen.rules.places, {**frozen.rules.pengampu, "P9": Bounds(0, 3)}, frozen.rules.categories)

    assert draw(Frozen(frozen.rules, tuple(entries)), seed) == draw(frozen, seed)
    assert draw(Frozen(more, tuple(entries)), seed) == draw(frozen, seed)


def crowded() -> Frozen:
    """Four classes of alike applicants under quotas that bite: minimums, maximums, two numbers of turns."""
    classes = [("A", "K", 0, 9), ("A", "L", 0, 8), ("B", "K", 0, 10), ("B", "L", 1, 9)]
    entries = tuple(
        Entry(f"{p}{c}{turns}-{n}", p, c, turns) for p, c, turns, many in classes for n in range(many)
    )
    rules = Rules(12, {"A": Bounds(2, 6), "B": Bounds(4, 8)}, {"K": Bounds(0, 7), "L": Bounds(3, 9)})
    return Frozen(rules, entries)


@pytest.mark.parametrize("frozen", [crowded()], ids=["quotas that bite"])
def test_over_two_thousand_seeds_everybody_of_one_class_has_the_same_chance(frozen):
    """Chi-square within each class (same pengampu, goods and turns), the number drawn given in each draw.

    With k of n drawn, the deviations from k/n have the variance k(n-k)/(n(n-1)) on n-1 degrees of freedom.
    """
    members = defaultdict(list)
    for e in frozen.entries:
        members[e.pengampu, e.category, e.turns].append(e.id)
    won, expected, variance = Counter(), Counter(), Counter()
    for number in range(2000):
        chosen = set(draw(frozen, sha256(f"undian {number}")).chosen)
        won.update(chosen)
        for kind, ids in members.items():
            drawn, many = len(chosen & set(ids)), len(ids)
            expected[kind] += drawn / many
            variance[kind] += drawn * (many - drawn) / (many * (many - 1))
    for kind, ids in members.items():
        statistic = sum((won[i] - expected[kind]) ** 2 for i in ids) / variance[kind]

        assert chi2.sf(statistic, len(ids) - 1) > 0.001, kind
    assert len({won[ids[0]] // 50 for ids in members.values()}) > 1  # between the classes chances do differ


def test_an_unfair_lot_would_be_noticed():
    """The same statistic over a lot that prefers low numbers: the test above can fail."""
    rng = random.Random(1)
    won, many, drawn = Counter(), 9, 4
    for _ in range(2000):
        won.update(sorted(range(many), key=lambda n: rng.random() + 0.02 * n)[:drawn])
    variance = 2000 * drawn * (many - drawn) / (many * (many - 1))
    statistic = sum((won[n] - 2000 * drawn / many) ** 2 for n in range(many)) / variance

    assert chi2.sf(statistic, many - 1) < 0.001
