"""A thousand draws of the largest size, and every value of a whole record changed: minutes, so a drill."""

import random
from collections import Counter

import pytest

from bazaars import draw as drawing
from bazaars.draw import Entry, Frozen, Override
from bazaars.feasibility import Bounds, Rules
from tests.bazaars.draw_cases import parts_of, published, random_frozen
from tests.bazaars.test_verify_draw import changed, leaves, put, verdict

pytestmark = pytest.mark.drill


def test_the_script_agrees_with_the_portal_on_a_thousand_draws_up_to_forty_stalls_and_300_applicants():
    rng = random.Random(2018)
    drawn = largest = 0
    reasons: Counter[str] = Counter()
    while drawn < 1000:
        frozen = random_frozen(rng, most_entries=300, most_codes=8, most_places=40)
        try:
            record = published(frozen, parts_of(rng))
        except drawing.CannotBeDrawn:
            continue
        drawn += 1
        largest = max(largest, len(frozen.entries))
        reasons.update(row["reason"] for row in record["reserve"])

        assert verdict(record) == ""
    assert largest > 280
    assert set(reasons) == {reason.value for reason in drawing.Reason}


def test_every_changed_value_of_a_record_of_forty_stalls_is_caught():
    rng = random.Random(40)
    rules = Rules(
        40,
        {"KUKMP": Bounds(20, 24), "KPKP": Bounds(4, 9), "PKK": Bounds(4, 8)},
        {"KULINER": Bounds(0, 16), "FASHION": Bounds(4, 12), "KRIYA": Bounds(0, 40)},
    )
    entries = tuple(
        Entry(
            rng.randbytes(8).hex(),
            rng.choice(list(rules.pengampu)),
            rng.choice(list(rules.categories)),
            rng.choice([0, 0, 1, 2]),
        )
        for _ in range(90)
    )
    frozen = Frozen(rules, entries)
    override = Override("2018-03-26T09:00:00+07:00", "Sudin", entries[0].id, "tukar stan", "kursi roda")
    record = published(frozen, parts_of(rng), overrides=[override])
    assert verdict(record) == ""
    missed = []
    for path, value in leaves(record):
        others = [value + "x", value[:-1]] if isinstance(value, str) else [value + 1, value - 1, str(value)]
        missed += [(path, other) for other in others if verdict(changed(record, path, put(other))) == ""]

    assert missed == []
