"""The published script: agrees with the portal, and with nothing that was changed afterwards."""

import ast
import copy
import json
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bazaars import draw as drawing
from bazaars import verify_draw
from bazaars.draw import Entry, Frozen, Override, SeedPart, sha256
from bazaars.feasibility import Bounds, Rules
from tests.bazaars import recorder
from tests.bazaars.draw_cases import parts_of, published, random_frozen

SCRIPT = Path(verify_draw.__file__)


def verdict(record: object) -> str:
    """ "" when the script accepts the record, else what it says."""
    try:
        verify_draw.verify(json.loads(json.dumps(record), object_pairs_hook=verify_draw.without_doubles))
    except (verify_draw.Difference, ValueError) as difference:
        return str(difference) or "?"
    return ""


def small_record() -> dict:
    """Every reason, two parties, one override, in a record small enough to change leaf by leaf."""
    rng = random.Random(3)
    while True:
        frozen = random_frozen(rng, most_entries=12, most_codes=3, most_places=6)
        try:
            record = published(frozen, parts_of(rng))
        except drawing.CannotBeDrawn:
            continue
        if len({r["reason"] for r in record["reserve"]}) >= 3 and len(record["seed_parts"]) == 2:
            override = Override(
                "2026-08-12T09:00:00+07:00",
                "Rina Puspita",
                record["order"][-1],
                "diberi stan A07",
                "kursi roda",
            )
            parts = [SeedPart(p["from"], p["commitment"], p["secret"]) for p in record["seed_parts"]]
            return published(frozen, parts, overrides=[override])


def leaves(value: object, path: tuple = ()):
    if isinstance(value, dict):
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from leaves(below, (*path, number))
    else:
        yield path, value


def containers(value: object, path: tuple = ()):
    if isinstance(value, dict | list):
        yield path, value
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield from containers(below, (*path, key))


def changed(record: dict, path: tuple, change) -> dict:
    """A copy with ``change(holder, key)`` carried out at the path."""
    record = copy.deepcopy(record)
    holder = record
    for key in path[:-1]:
        holder = holder[key]
    change(holder, path[-1])
    return record


def put(value):
    def change(holder, key):
        holder[key] = value

    return change


def test_the_script_agrees_with_the_portal_on_two_hundred_small_draws():
    rng = random.Random(11)
    drawn = 0
    while drawn < 200:
        frozen = random_frozen(rng, most_entries=14, most_codes=4, most_places=9)
        try:
            record = published(frozen, parts_of(rng))
        except drawing.CannotBeDrawn:
            continue
        drawn += 1

        assert verdict(record) == ""


def test_the_script_agrees_with_the_portal_up_to_forty_places_and_three_hundred_applicants():
    rng = random.Random(12)
    drawn = 0
    while drawn < 25:
        frozen = random_frozen(rng, most_entries=300, most_codes=8, most_places=40)
        try:
            record = published(frozen, parts_of(rng))
        except drawing.CannotBeDrawn:
            continue
        drawn += 1

        assert verdict(record) == ""


def test_the_script_says_so_when_nothing_can_be_drawn():
    frozen = Frozen(Rules(5, {"A": Bounds(2, 5)}, {"K": Bounds(0, 5)}), (Entry("1", "A", "K", 0),))
    parts = [SeedPart("A", sha256("x"), "x")]
    seed = drawing.seed_from(frozen.hash, parts)
    result = drawing.Result(seed, 1, ("1",), ("1",), ())
    record = drawing.record(bazaar="b", site="s", frozen=frozen, parts=parts, result=result)

    assert verdict(record) == "no set of these applications meets the rules: nothing can be drawn"


def test_every_single_changed_value_is_caught():
    record = small_record()
    assert verdict(record) == ""
    missed = []
    for path, value in leaves(record):
        others = [None, True, [], {}, 0.5, -1]
        if isinstance(value, str):
            others += [
                value + "x",
                value[:-1],
                value.upper() if value != value.upper() else value.lower(),
                "",
            ]
            others += sorted({old for _, old in leaves(record) if isinstance(old, str)} - {value})
        else:
            others += [value + 1, str(value), float(value), 10**30]
        missed += [(path, other) for other in others if verdict(changed(record, path, put(other))) == ""]

    assert missed == []


def test_every_item_left_out_doubled_or_exchanged_is_caught():
    record = small_record()
    missed = []
    for path, value in containers(record):
        here = path or ("frozen",)
        if isinstance(value, dict):
            edits = {f"without {key}": (lambda h, k, key=key: h[k].pop(key)) for key in value} if path else {}
        else:
            edits = {f"without {n}": (lambda h, k, n=n: h[k].pop(n)) for n in range(len(value))}
            edits |= {f"{n} twice": (lambda h, k, n=n: h[k].insert(n, h[k][n])) for n in range(len(value))}
            if path != ("frozen", "applications"):  # is a set: the definition sorts it by id
                edits |= {
                    f"{n} and {n + 1} exchanged": (lambda h, k, n=n: h[k].insert(n, h[k].pop(n + 1)))
                    for n in range(len(value) - 1)
                    if value[n] != value[n + 1]
                }
        missed += [(path, name) for name, edit in edits.items() if verdict(changed(record, here, edit)) == ""]
    for name in record.keys() - {"record_hash"}:
        without = {key: value for key, value in record.items() if key != name}
        missed += [name] if verdict(without) == "" else []

    assert missed == []


def test_a_record_without_its_own_hash_verifies_as_in_the_definition():
    record = small_record()
    del record["record_hash"]

    assert verdict(record) == ""


def test_a_record_made_by_hand_from_the_definition_verifies(tmp_path):
    """Written with nothing but hashlib in mind; the portal's code is not asked for any of it."""
    applications = (
        '[{"category":"KRIYA","id":"k1","pengampu":"PKK","turns":0},'
        '{"category":"KULINER","id":"k2","pengampu":"KPKP","turns":0},'
        '{"category":"KULINER","id":"k3","pengampu":"KPKP","turns":1},'
        '{"category":"KULINER","id":"k4","pengampu":"PKK","turns":2}]'
    )
    frozen = (
        '{"applications":'
        + applications
        + ',"categories":{"KRIYA":{"max":2,"min":0},"KULINER":{"max":1,"min":0}},'
        '"pengampu":{"KPKP":{"max":2,"min":0},"PKK":{"max":2,"min":0}},"places":3}'
    )
    frozen_hash = sha256(frozen)
    seed = sha256("okoce-draw-v1\n" + frozen_hash + "\nlima ribu tujuh ratus")
    first_two = sorted(["k1", "k2"], key=lambda i: sha256(f"{seed}:{i}"))
    record = {
        "version": "okoce-draw-v1",
        "bazaar": "Bazar UKM OK OCE",
        "site": "Halaman Kantor Walikota Jakarta Timur",
        "frozen": json.loads(frozen),
        "frozen_hash": frozen_hash,
        "seed_parts": [
            {"from": "KPKP", "commitment": sha256("lima ribu tujuh ratus"), "secret": "lima ribu tujuh ratus"}
        ],
        "seed": seed,
        "order": [*first_two, "k3", "k4"],
        "chosen": first_two,
        "reserve": [
            {"id": "k3", "reason": "PLACES_FULL", "detail": []},
            {"id": "k4", "reason": "PLACES_FULL", "detail": []},
        ],
        "overrides": [],
    }
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record, indent=1), encoding="utf-8")

    run = subprocess.run(
        [sys.executable, "-I", "-S", SCRIPT, path], capture_output=True, text=True, cwd=tmp_path
    )

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines()[-1].startswith("VERIFIED")


def of_others(rng: random.Random, **sizes: int) -> dict | None:
    """A record by the recorder that knows docs/draw.md and none of the portal's code."""
    frozen = random_frozen(rng, **sizes).as_dict()
    rng.shuffle(frozen["applications"])
    secrets = {part.source: part.secret for part in parts_of(rng)}
    return recorder.write(frozen, secrets, bazaar="Bazar Ramadan", site="Lapangan Banteng")


def test_five_hundred_records_of_others_who_tried_every_set_are_accepted_and_drawn_alike():
    rng = random.Random(20260812)
    reasons: set[str] = set()
    impossible = 0
    for _ in range(500):
        record = of_others(rng, most_entries=8, most_codes=3, most_places=5)
        if record is None:
            impossible += 1
            continue
        parts = [SeedPart(p["from"], p["commitment"], p["secret"]) for p in record["seed_parts"]]
        frozen = Frozen.from_dict(record["frozen"])
        result = drawing.draw(frozen, drawing.seed_from(frozen.hash, parts))

        assert verdict(record) == ""
        assert (list(result.order), list(result.chosen)) == (record["order"], record["chosen"])
        assert [(r.id, r.reason.value, list(r.detail)) for r in result.reserve] == [
            (row["id"], row["reason"], row["detail"]) for row in record["reserve"]
        ]
        reasons |= {row["reason"] for row in record["reserve"]}
    assert reasons == {reason.value for reason in drawing.Reason}
    assert 50 < impossible < 300


def test_every_changed_value_that_a_record_of_others_proves_is_caught():
    """Names stand outside the proof there: a record without record_hash says nothing about them."""
    rng = random.Random(8)
    while (record := of_others(rng, most_entries=9, most_codes=3, most_places=5)) is None or len(
        {row["reason"] for row in record["reserve"]}
    ) < 3:
        pass
    unproven = {"bazaar", "site"}
    missed = []
    for path, value in leaves(record):
        if path[0] in unproven or path[-1] == "from":
            continue
        others = [value + "x", value.upper(), "0" * 64] if isinstance(value, str) else [value + 1, value - 1]
        missed += [(path, o) for o in others if o != value and verdict(changed(record, path, put(o))) == ""]

    assert missed == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b"{}",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"version": "okoce-draw-v1", "version": "okoce-draw-v1"}',
        b'{"version": NaN}',
        b'{"places": ' + b"9" * 6000 + b"}",
        "﻿{}".encode(),
    ],
)
def test_a_malformed_file_gets_one_clear_line(content, tmp_path):
    path = tmp_path / "record.json"
    path.write_bytes(content)

    run = subprocess.run([sys.executable, SCRIPT, path], capture_output=True, text=True)

    assert (run.returncode, run.stderr) == (1, "")
    assert re.fullmatch(r"(DIFFERENT|UNREADABLE)  .+\n", run.stdout)


def test_a_file_that_is_not_there_gets_one_clear_line(tmp_path):
    run = subprocess.run([sys.executable, SCRIPT, tmp_path / "none.json"], capture_output=True, text=True)

    assert (run.returncode, run.stderr) == (1, "")
    assert run.stdout.startswith("UNREADABLE  ")


@pytest.mark.parametrize(
    "junk", [None, 1, "x", [], {}, [1], [[]], [None], [{}], {"a": 1}, "\ud800", [["a"]], {"": {}}]
)
def test_a_value_of_the_wrong_kind_anywhere_never_breaks_the_script(junk):
    record = small_record()
    for path, value in containers(record):
        if path and value != junk:
            assert verdict(changed(record, path, put(junk))) != ""
    for path, value in leaves(record):
        if value != junk:
            assert verdict(changed(record, path, put(junk))) != ""


def test_the_script_is_short_and_needs_the_standard_library_alone():
    source = SCRIPT.read_text(encoding="utf-8")
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or "."]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert len(source.splitlines()) <= 200
    assert imported <= sys.stdlib_module_names
