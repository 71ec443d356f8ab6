from __future__ import annotations

import random
from functools import cache
from itertools import product

import pytest

from trainings.planning.grouping import group


def people_of(sizes):
    number, people = 0, []
    for kelurahan, size in sizes.items():
        for _ in range(size):
            number += 1
            people.append((number, kelurahan))
    return people


def pieces(groups):
    return sum(len(g.parts) for g in groups)


def fewest_pieces(sizes, most):
    """By trying every way to share the kelurahan out over the fewest groups."""
    count = -(-sum(sizes) // most)

    @cache
    def ways(left, room, used):
        if not left:
            return used
        best = None
        for shares in product(*(range(min(left[0], free) + 1) for free in room)):
            if sum(shares) != left[0]:
                continue
            rest = tuple(sorted(free - share for free, share in zip(room, shares, strict=True)))
            found = ways(left[1:], rest, used + sum(share > 0 for share in shares))
            if found is not None and (best is None or found < best):
                best = found
        return best

    return ways(tuple(sizes), (most,) * count, 0)


@pytest.mark.parametrize("seed", range(40))
def test_fewest_groups_and_fewest_pieces_as_by_trying_everything(seed):
    chance = random.Random(seed)
    most = chance.randint(3, 5)
    sizes = [chance.randint(1, 6) for _ in range(chance.randint(1, 4))]

    groups = group(people_of({f"kel{i}": size for i, size in enumerate(sizes)}), most=most)

    assert len(groups) == -(-sum(sizes) // most)
    assert max(g.size for g in groups) <= most
    assert sorted(p for g in groups for p in g.people) == list(range(1, sum(sizes) + 1))
    assert pieces(groups) == fewest_pieces(sizes, most)


def test_kelurahan_that_fills_a_group_stays_alone():
    groups = group(people_of({"Grogol": 100, "Tomang": 60, "Jelambar": 40}))

    assert [[name for name, _own in g.parts] for g in groups] == [["Grogol"], ["Jelambar", "Tomang"]]


def test_1000_people_of_seven_kelurahan_are_ten_groups_of_100():
    sizes = dict(zip("abcdefg", (150, 150, 140, 140, 140, 140, 140), strict=True))

    groups = group(people_of(sizes))

    assert [g.size for g in groups] == [100] * 10


def test_same_people_give_the_same_groups_and_keep_their_order():
    people = people_of({"b": 130, "a": 75})

    assert group(people) == group(people)
    assert [p for g in group(people) for p in g.people if p <= 130] == list(range(1, 131))


def test_nobody_gives_no_group():
    assert group([]) == []
