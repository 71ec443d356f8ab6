"""Random draws, and the definition of the draw carried out by trying every subset."""

import random
from dataclasses import dataclass
from itertools import product

from bazaars.draw import Entry, Frozen, SeedPart, draw, in_order, record, seed_from, sha256
from bazaars.feasibility import Bounds, Rules


def random_frozen(rng: random.Random, *, most_entries: int, most_codes: int, most_places: int) -> Frozen:
    """Rules and applicants of every shape, also some that cannot be drawn."""
    pengampu = [f"P{n}" for n in range(rng.randint(1, most_codes))]
    categories = [f"K{n}" for n in range(rng.randint(1, most_codes))]
    places = rng.randint(1, most_places)

    def bounds() -> Bounds:
        share = max(1, places // max(len(pengampu), len(categories)))
        low = rng.choice([0, 0, rng.randint(0, share)])
        return Bounds(low, low + rng.choice([0, 1, share, places]))

    count = rng.randint(0, most_entries)
    entries = tuple(
        Entry(
            rng.randbytes(6).hex(), rng.choice(pengampu), rng.choice(categories), rng.choice([0, 0, 1, 2, 5])
        )
        for _ in range(count)
    )
    rules = Rules(places, {c: bounds() for c in pengampu}, {c: bounds() for c in categories})
    return Frozen(rules, entries)


def parts_of(rng: random.Random) -> list[SeedPart]:
    secrets = [f"rahasia ke-{rng.random()} é" for _ in range(rng.randint(1, 3))]
    return [SeedPart(f"Pihak {n}", sha256(secret), secret) for n, secret in enumerate(secrets)]


def published(frozen: Frozen, parts: list[SeedPart], **kwargs) -> dict:
    result = draw(frozen, seed_from(frozen.hash, parts))
    return record(
        bazaar="Bazar Kantor Wali Kota",
        site="Halaman depan",
        frozen=frozen,
        parts=parts,
        result=result,
        **kwargs,
    )


@dataclass(frozen=True)
class Definition:
    """What docs/draw.md says, word for word, on sets of positions in the order."""

    frozen: Frozen
    order: list[Entry]

    def allowed(self, members: frozenset[int]) -> bool:
        rules, chosen = self.frozen.rules, [self.order[n] for n in members]
        return (
            len(chosen) <= rules.places
            and all(b.min <= sum(e.pengampu == c for e in chosen) <= b.max for c, b in rules.pengampu.items())
            and all(
                b.min <= sum(e.category == c for e in chosen) <= b.max for c, b in rules.categories.items()
            )
        )

    def allowed_sets(self) -> list[frozenset[int]]:
        picks = product((False, True), repeat=len(self.order))
        sets = (frozenset(n for n, taken in enumerate(pick) if taken) for pick in picks)
        return [members for members in sets if self.allowed(members)]

    def outcome(self) -> tuple[list[str], list[tuple[str, str, list[str]]]] | None:
        """(chosen ids, [(id, reason, detail)]), or None when no set is allowed."""
        rules, sets = self.frozen.rules, self.allowed_sets()
        if not sets:
            return None
        size = max(map(len, sets))
        chosen: list[int] = []
        reserve: list[tuple[str, str, list[str]]] = []
        for n, entry in enumerate(self.order):
            with_it = frozenset([*chosen, n])
            if any(len(members) == size and with_it <= members for members in sets):
                chosen.append(n)
                continue
            held = [self.order[m] for m in chosen]
            pengampu = {c: sum(e.pengampu == c for e in held) for c in rules.pengampu}
            categories = {c: sum(e.category == c for e in held) for c in rules.categories}
            if len(chosen) == size:
                why, detail = "PLACES_FULL", []
            elif pengampu[entry.pengampu] == rules.pengampu[entry.pengampu].max:
                why, detail = "PENGAMPU_FULL", [entry.pengampu]
            elif categories[entry.category] == rules.categories[entry.category].max:
                why, detail = "CATEGORY_FULL", [entry.category]
            elif not any(with_it <= members for members in sets):
                why = "KEPT_FOR_MINIMUM"
                detail = sorted(
                    [c for c, b in rules.pengampu.items() if pengampu[c] < b.min]
                    + [c for c, b in rules.categories.items() if categories[c] < b.min]
                )
            else:
                why, detail = "WOULD_EMPTY_A_PLACE", []
            reserve.append((entry.id, why, detail))
        return [self.order[n].id for n in chosen], reserve


def defined(frozen: Frozen, seed: str) -> Definition:
    return Definition(frozen, in_order(frozen.entries, seed))
