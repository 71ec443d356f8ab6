"""What places are worth: sales per stall hour, their spread, who comes back, what sells. From plain rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

ENOUGH_DAYS = 10  # reported stall days from which a place is compared
ENOUGH_OF_GOODS = 3  # the same for a kind of goods
NAMED = 3  # kinds of goods and products shown


@dataclass(frozen=True, slots=True)
class PlaceDay:
    """One stall day. ``sold`` is None while nobody has reported it."""

    place: tuple[str, str]
    site: int
    day: date
    hours: float
    vendor: int
    category: str
    sold: int | None
    best_product: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """``place``: (kecamatan, name). Shares are percent; None where there is nothing to say yet."""

    place: tuple[str, str]
    bazaars: int
    last_day: date
    stall_days: int
    reported: int
    an_hour: int | None
    low: int | None
    middle: int | None
    high: int | None
    returning: int | None
    visitors: int | None
    goods: tuple[tuple[str, int], ...]
    products: tuple[str, ...]

    @property
    def is_compared(self) -> bool:
        return self.reported >= ENOUGH_DAYS and self.an_hour is not None

    @property
    def reported_percent(self) -> int:
        return round(100 * self.reported / self.stall_days) if self.stall_days else 0


def place_key(kecamatan: str, name: str) -> tuple[str, str]:
    """A place of several bazaars is known by its kecamatan and its name, however it is spelt."""
    return kecamatan, " ".join(name.split()).casefold()


def scores(rows: Iterable[PlaceDay], visitors: dict[tuple[str, str], int]) -> list[Score]:
    """The best first: by sales per stall hour; places with too few reports come after, the newest first."""
    groups: dict[tuple[str, str], list[PlaceDay]] = defaultdict(list)
    for row in rows:
        groups[row.place].append(row)
    found = [_score(place, some, visitors.get(place)) for place, some in groups.items()]
    return sorted(
        found,
        key=lambda s: (not s.is_compared, -(s.an_hour or 0) if s.is_compared else 0, -s.last_day.toordinal()),
    )


def _score(place: tuple[str, str], rows: Sequence[PlaceDay], visitors: int | None) -> Score:
    told = [row for row in rows if row.sold is not None]
    amounts = sorted(row.sold or 0 for row in told)
    hours = sum(row.hours for row in told)
    low, middle, high = (quantile(amounts, q) for q in (0.25, 0.5, 0.75))
    sites = {row.site for row in rows}
    return Score(
        place=place,
        bazaars=len(sites),
        last_day=max(row.day for row in rows),
        stall_days=len(rows),
        reported=len(told),
        an_hour=round(sum(amounts) / hours) if hours else None,
        low=low,
        middle=middle,
        high=high,
        returning=_returning(rows) if len(sites) > 1 else None,
        visitors=visitors,
        goods=_goods(told),
        products=_products(told),
    )


def quantile(ordered: Sequence[int], q: float) -> int | None:
    """Between the two nearest values, as spreadsheets do (inclusive)."""
    if not ordered:
        return None
    at = q * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return round(ordered[below] + (at - below) * (ordered[above] - ordered[below]))


def _returning(rows: Sequence[PlaceDay]) -> int:
    """Percent of the vendors that had a stall here at more than one bazaar."""
    sites: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        sites[row.vendor].add(row.site)
    return round(100 * sum(len(some) > 1 for some in sites.values()) / len(sites))


def _goods(told: Sequence[PlaceDay]) -> tuple[tuple[str, int], ...]:
    """(kind of goods, rupiah a stall day), the best first."""
    groups: dict[str, list[int]] = defaultdict(list)
    for row in told:
        groups[row.category].append(row.sold or 0)
    means = [(c, sum(some) // len(some)) for c, some in groups.items() if len(some) >= ENOUGH_OF_GOODS]
    return tuple(sorted(means, key=lambda pair: (-pair[1], pair[0]))[:NAMED])


def _products(told: Sequence[PlaceDay]) -> tuple[str, ...]:
    """The products most often named as best, in the spelling that came first."""
    spelt: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for row in told:
        if key := row.best_product.casefold():
            spelt.setdefault(key, row.best_product)
            counts[key] += 1
    return tuple(spelt[key] for key, _count in sorted(counts.items(), key=lambda p: (-p[1], p[0]))[:NAMED])
