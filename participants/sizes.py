"""How large a business is by law. Pure: the bounds are data with validity (SizeRules, SizeBound).

Source: docs/programme.md, "Who may register": PP 7/2021 article 35. Bounds are inclusive. A business that
sells is measured by its yearly sales, one that begins by its capital (without land and building).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LARGE = "large"
SALES, CAPITAL = "sales", "capital"


@dataclass(frozen=True, slots=True)
class Bound:
    """Up to these whole rupiah, inclusive."""

    size: str
    capital_max: int
    sales_max: int


@dataclass(frozen=True, slots=True)
class Measured:
    size: str
    by: str


def size_of(bounds: Iterable[Bound], *, capital: int | None, annual_sales: int | None) -> Measured | None:
    """The class of a business, and which figure decided; None when neither is known."""
    by, amount = (SALES, annual_sales) if annual_sales is not None else (CAPITAL, capital)
    if amount is None:
        return None
    for bound in sorted(bounds, key=lambda bound: bound.sales_max):
        if amount <= (bound.sales_max if by == SALES else bound.capital_max):
            return Measured(bound.size, by)
    return Measured(LARGE, by)
