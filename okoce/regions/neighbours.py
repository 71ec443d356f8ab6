"""Which kecamatan of Jakarta border on which: facts, symmetric, none across the sea."""

import csv
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "neighbours.csv"


@cache
def _table() -> dict[str, frozenset[str]]:
    with DATA.open(encoding="utf-8") as file:
        return {row["kecamatan"]: frozenset(row["neighbours"].split()) for row in csv.DictReader(file)}


def neighbours_of(kecamatan: str) -> frozenset[str]:
    """Codes of the kecamatan that border on this one."""
    return _table().get(kecamatan, frozenset())


def is_near(one: str, other: str) -> bool:
    """The same kecamatan, or one that borders on it."""
    return one == other or other in neighbours_of(one)
