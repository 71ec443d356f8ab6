"""People of a kecamatan into groups, by kelurahan: neighbours stay together, and nobody is torn away twice.

The fewest groups that hold everybody, and with them the fewest pieces of kelurahan: kelurahan are joined into
sets that fill whole groups, and only inside a set is a kelurahan cut. With as many sets as possible there
are as few cuts as possible (every cut beyond would join two sets). Groups of a set are of even size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

MOST_EXACT = 12  # kelurahan; no kecamatan of Jakarta has more


@dataclass(frozen=True)
class Group:
    """``parts``: (kelurahan, people) in the order of the kelurahan; ``number`` counts from 1."""

    number: int
    parts: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def people(self) -> tuple[int, ...]:
        return tuple(person for _kelurahan, own in self.parts for person in own)

    @property
    def size(self) -> int:
        return sum(len(own) for _kelurahan, own in self.parts)


def group(people: Sequence[tuple[int, str]], *, most: int = 100) -> list[Group]:
    """Groups of at most ``most`` from (person, kelurahan). Same input, same groups.

    The order of ``people`` inside a kelurahan is kept: whoever registered first is in its first group.
    """
    if most < 1:
        raise ValueError("a group holds at least 1 person")
    by_kelurahan: dict[str, list[int]] = {}
    for person, kelurahan in people:
        by_kelurahan.setdefault(kelurahan, []).append(person)
    names = sorted(by_kelurahan)
    groups: list[Group] = []
    for chosen in _sets([len(by_kelurahan[name]) for name in names], most):
        line = [(names[i], person) for i in chosen for person in by_kelurahan[names[i]]]
        for part in _even_parts(line, -(-len(line) // most)):
            parts: dict[str, list[int]] = {}
            for name, person in part:
                parts.setdefault(name, []).append(person)
            groups.append(Group(len(groups) + 1, tuple((n, tuple(own)) for n, own in parts.items())))
    return groups


def _even_parts(line: list[tuple[str, int]], count: int) -> list[list[tuple[str, int]]]:
    """``count`` runs whose lengths differ by at most 1."""
    size, more = divmod(len(line), count)
    found, at = [], 0
    for number in range(count):
        length = size + (number < more)
        found.append(line[at : at + length])
        at += length
    return found


def _sets(sizes: list[int], most: int) -> list[tuple[int, ...]]:
    """As many sets as possible that together need no more groups than all people in one line."""
    everything = tuple(range(len(sizes)))
    if not sizes:
        return []
    if len(sizes) > MOST_EXACT:
        return [everything]
    total = -(-sum(sizes) // most)

    def needs(members: int) -> int:
        return -(-sum(size for i, size in enumerate(sizes) if members >> i & 1) // most)

    need = [needs(members) for members in range(1 << len(sizes))]

    @cache
    def best(left: int, spare: int) -> tuple[int, tuple[int, ...]] | None:
        """(how many sets, the sets) of the kelurahan ``left`` in exactly at most ``spare`` groups."""
        if not left:
            return 0, ()
        lowest = left & -left
        rest, found = left ^ lowest, None
        subset = rest
        while True:
            members = subset | lowest
            if need[members] <= spare:
                further = best(left ^ members, spare - need[members])
                if further is not None and (found is None or further[0] + 1 > found[0]):
                    found = (further[0] + 1, (members, *further[1]))
            if not subset:
                return found
            subset = (subset - 1) & rest

    answer = best((1 << len(sizes)) - 1, total)
    chosen = answer[1] if answer is not None else ((1 << len(sizes)) - 1,)
    return [tuple(i for i in everything if members >> i & 1) for members in chosen]
