"""How evenly stalls are spread over a year, from plain rows (docs/programme.md, rule 49)."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SMALLEST_GROUP = 5  # smaller groups of what is sensitive are not shown: people could be guessed


@dataclass(frozen=True, slots=True)
class Held:
    """A stall held at one bazaar. ``is_first``: the vendor never had one before."""

    vendor: int
    stall_days: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody who asked for a stall in the year, with the groups they belong to."""

    person: int
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Share:
    """A group: ``percent_of_applicants`` beside ``percent_of_days`` shows whether it got its part."""

    code: str
    applicants: int
    vendors: int
    stall_days: int
    percent_of_applicants: int
    percent_of_days: int


def gini(turns: Iterable[int]) -> float | None:
    """The mean difference between any two people's turns, divided by twice the mean.

    0 when everybody had the same number of turns, near 1 when one had them all. None when nobody had any.
    """
    ordered = sorted(turns)
    total, count = sum(ordered), len(ordered)
    if not total:
        return None
    weighted = sum(position * value for position, value in enumerate(ordered, 1))
    return (2 * weighted) / (count * total) - (count + 1) / count


def percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def share_of_top_tenth(held: Sequence[Held]) -> tuple[int, int]:
    """(vendors, percent of stall days) of the tenth of stall holders with most; at least one vendor."""
    days: Counter[int] = Counter()
    for row in held:
        days[row.vendor] += row.stall_days
    top = math.ceil(len(days) / 10)
    return top, percent(sum(n for _vendor, n in days.most_common(top)), sum(days.values()))


def share_of_first_timers(held: Sequence[Held]) -> tuple[int, int]:
    """(vendors, percent of stall days) of stalls that were the vendor's first ever."""
    first = [row for row in held if row.is_first]
    return len({row.vendor for row in first}), percent(
        sum(row.stall_days for row in first), sum(row.stall_days for row in held)
    )


def turns_of(applicants: Sequence[Applicant], held: Sequence[Held]) -> Counter[int]:
    """How many of the applicants had 0, 1, 2 … stalls in the year."""
    turns = Counter(row.vendor for row in held)
    return Counter(turns[applicant.person] for applicant in applicants)


def shares(applicants: Sequence[Applicant], held: Sequence[Held], by: str) -> list[Share]:
    """Each group of one kind, the one with most applicants first."""
    group_of = {applicant.person: applicant.groups[by] for applicant in applicants}
    asked = Counter(group_of.values())
    days: Counter[str] = Counter()
    vendors: dict[str, set[int]] = defaultdict(set)
    for row in held:
        if row.vendor in group_of:
            days[group_of[row.vendor]] += row.stall_days
            vendors[group_of[row.vendor]].add(row.vendor)
    return [
        Share(
            code, count, len(vendors[code]), days[code],
            percent(count, len(applicants)), percent(days[code], sum(days.values())),
        )
        for code, count in sorted(asked.items(), key=lambda pair: (-pair[1], pair[0]))
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Not chosen, although somebody with more turns was; ``most`` is the most turns of a chosen one."""

    public_id: str
    turns: int
    most: int
    pengampu: str
    category: str
    reason: str
    detail: tuple[str, ...]


def passed_over(record: Mapping[str, Any]) -> list[PassedOver]:
    """From a published record: whom the quotas put behind somebody with more turns, with the reason."""
    entries = {entry["id"]: entry for entry in record["frozen"]["applications"]}
    most = max((entries[public_id]["turns"] for public_id in record["chosen"]), default=0)
    return [
        PassedOver(
            row["id"], entries[row["id"]]["turns"], most, entries[row["id"]]["pengampu"],
            entries[row["id"]]["category"], row["reason"], tuple(row["detail"]),
        )
        for row in record["reserve"]
        if entries[row["id"]]["turns"] < most
    ]  # fmt: skip


def reasons_of(records: Iterable[Mapping[str, Any]], said: Callable[[str], str]) -> list[tuple[str, int]]:
    """(reason in words, how many were not chosen for it), the most frequent first."""
    counts = Counter(said(row["reason"]) for record in records for row in record["reserve"])
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
