#!/usr/bin/env python3
"""Check the published record of a stall draw:   python3 verify_draw.py RECORD.json

Needs nothing but Python 3.8 or newer, and no line of the portal. It recomputes the hash of the frozen list,
the commitments, the seed, the order, how many can be placed, who is chosen and why the others are reserve.
It prints what it checked; at the first difference it says which one and ends with status 1.
"""

import hashlib
import json
import sys
from collections import Counter, defaultdict

VERSION = "okoce-draw-v1"
REASONS = ("PLACES_FULL", "PENGAMPU_FULL", "CATEGORY_FULL", "KEPT_FOR_MINIMUM", "WOULD_EMPTY_A_PLACE")


class Difference(Exception):
    """Where the record does not say what the rules give."""


def sha256(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def canonical(value):
    """JSON with sorted keys and no spaces: two values are equal when these texts are."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def compare(what, recomputed, published):
    if canonical(recomputed) == canonical(published):
        return
    if isinstance(recomputed, list) and isinstance(published, list):
        for number, (mine, theirs) in enumerate(zip(recomputed, published), 1):  # noqa: B905 (Python 3.8)
            compare(f"{what}, line {number}", mine, theirs)
        raise Difference(f"{what}: {len(recomputed)} lines expected, the record has {len(published)}")
    raise Difference(f"{what}: recomputed {canonical(recomputed)}, published {canonical(published)[:200]}")


def without_doubles(pairs):
    if len(dict(pairs)) != len(pairs):
        raise Difference(f"the file names a key twice, among {sorted(name for name, _ in pairs)[:20]}")
    return dict(pairs)


def need(holder, where, kind, names):
    """All of `names` are in the object and of the right kind: True is no number, -1 no count, "" no text."""
    kinds = {int: "a whole number from 0", str: "a text", list: "a list", dict: "an object"}
    for name in names.split():
        value = holder.get(name) if type(holder) is dict else None
        if type(value) is not kind or (kind is int and value < 0) or (kind is str and not value):
            raise Difference(f"{where}: {name!r} must be {kinds[kind]}, not {canonical(value)[:80]}")


def check_shape(record):
    need(record, "record", str, "version bazaar site frozen_hash seed")
    need(record, "record", list, "seed_parts order chosen reserve overrides")
    need(record, "record", dict, "frozen")
    compare("version", VERSION, record["version"])
    frozen, ids = record["frozen"], set()
    need(frozen, "frozen", int, "places")
    need(frozen, "frozen", dict, "pengampu categories")
    need(frozen, "frozen", list, "applications")
    for group in ("pengampu", "categories"):
        for code, bounds in frozen[group].items():
            need(bounds, f"{group} {code}", int, "min max")
    for number, entry in enumerate(frozen["applications"], 1):
        where = f"application {number}"
        need(entry, where, str, "id pengampu category")
        need(entry, where, int, "turns")
        if entry["pengampu"] not in frozen["pengampu"] or entry["category"] not in frozen["categories"]:
            raise Difference(f"{where}: there is no rule for its pengampu or its category")
        if entry["id"] in ids:
            raise Difference(f"{where}: the id {entry['id']} stands there twice")
        ids.add(entry["id"])
    for number, part in enumerate(record["seed_parts"], 1):
        need(part, f"seed part {number}", str, "from commitment secret")
    for number, change in enumerate(record["overrides"], 1):
        need(change, f"override {number}", str, "at by id change reason")
        if change["id"] not in ids:
            raise Difference(f"override {number}: {change['id']} is not on the frozen list")


def allowed_set_exists(frozen, taken, fewest, most):
    """Is there a set of `fewest` to `most` applications that meets every rule and holds those in `taken`?

    `taken` counts by (pengampu, category): applications of one such cell are alike for every rule. Asked as
    a largest flow: what an arc needs at least comes from a source and goes to a sink of its own.
    """
    spare, needed = defaultdict(dict), 0

    def arc(start, end, least, greatest):
        nonlocal needed
        for a, b, amount in ((start, end, greatest - least), ("source", end, least), (start, "sink", least)):
            spare[a][b] = spare[a].get(b, 0) + amount
            spare[b].setdefault(a, 0)
        needed += least
        return least <= greatest

    cells = Counter((e["pengampu"], e["category"]) for e in frozen["applications"])
    fits = arc("out", "in", fewest, most)
    for code, bounds in frozen["pengampu"].items():
        fits &= arc("in", ("p", code), bounds["min"], bounds["max"])
    for code, bounds in frozen["categories"].items():
        fits &= arc(("c", code), "out", bounds["min"], bounds["max"])
    for (pengampu, category), count in cells.items():
        fits &= arc(("p", pengampu), ("c", category), taken[pengampu, category], count)
    while fits and needed:
        came_from, queue = {"source": None}, ["source"]
        for node in queue:  # grows while it is read: breadth first
            fresh = [other for other, amount in spare[node].items() if amount and other not in came_from]
            came_from.update(dict.fromkeys(fresh, node))
            queue += fresh
        if "sink" not in came_from:
            return False
        path, node = [], "sink"
        while node != "source":
            path.append((came_from[node], node))
            node = came_from[node]
        amount = min(spare[a][b] for a, b in path)
        for a, b in path:
            spare[a][b] -= amount
            spare[b][a] += amount
        needed -= amount
    return fits


def choose(frozen, order):
    """M, the ids chosen and the reserve list, by walking the order once."""
    sizes = range(min(frozen["places"], len(order)), -1, -1)
    size = next((n for n in sizes if allowed_set_exists(frozen, Counter(), n, n)), None)
    if size is None:
        raise Difference("no set of these applications meets the rules: nothing can be drawn")
    chosen, reserve, taken, pengampu, category = [], [], Counter(), Counter(), Counter()
    for entry in order:
        p, c = entry["pengampu"], entry["category"]
        with_this, detail = taken + Counter({(p, c): 1}), []
        if len(chosen) == size:
            reason = 0
        elif pengampu[p] >= frozen["pengampu"][p]["max"]:
            reason, detail = 1, [p]
        elif category[c] >= frozen["categories"][c]["max"]:
            reason, detail = 2, [c]
        elif allowed_set_exists(frozen, with_this, size, size):
            chosen.append(entry["id"])
            taken, pengampu[p], category[c] = with_this, pengampu[p] + 1, category[c] + 1
            continue
        elif not allowed_set_exists(frozen, with_this, 0, frozen["places"]):
            below = [x for x, bounds in frozen["pengampu"].items() if pengampu[x] < bounds["min"]]
            below += [x for x, bounds in frozen["categories"].items() if category[x] < bounds["min"]]
            reason, detail = 3, sorted(below)
        else:
            reason = 4
        reserve.append({"id": entry["id"], "reason": REASONS[reason], "detail": detail})
    return size, chosen, reserve


def verify(record):
    check_shape(record)
    by_id = sorted(record["frozen"]["applications"], key=lambda e: e["id"])
    frozen = dict(record["frozen"], applications=by_id)
    compare("frozen_hash", sha256(canonical(frozen)), record["frozen_hash"])
    print(f"ok  frozen list: {len(by_id)} applications, {frozen['places']} places, hash agrees")
    if not record["seed_parts"]:
        raise Difference("there is no seed part")
    for part in record["seed_parts"]:
        compare(f"commitment of {part['from']}", sha256(part["secret"]), part["commitment"])
    secrets = [part["secret"] for part in record["seed_parts"]]
    compare("seed", sha256("\n".join([VERSION, record["frozen_hash"], *secrets])), record["seed"])
    print(f"ok  seed: {len(secrets)} part(s), every secret fits its commitment, seed agrees")
    order = sorted(by_id, key=lambda e: (e["turns"], sha256(record["seed"] + ":" + e["id"])))
    compare("order", [entry["id"] for entry in order], record["order"])
    print("ok  order: by turns, then by lot, agrees")
    size, chosen, reserve = choose(frozen, order)
    compare("chosen", chosen, record["chosen"])
    compare("reserve", reserve, record["reserve"])
    print(f"ok  chosen: {len(chosen)} of at most {size}; reserve: {len(reserve)}; every reason agrees")
    print(f"ok  changes by hand after the draw: {len(record['overrides'])}")
    if "record_hash" in record:
        rest = {name: value for name, value in record.items() if name != "record_hash"}
        compare("record_hash", sha256(canonical(dict(rest, frozen=frozen))), record["record_hash"])
        print("ok  names, parties and changes by hand: covered by record_hash, agrees")


def main(path):
    try:
        with open(path, encoding="utf-8") as file:
            verify(json.load(file, object_pairs_hook=without_doubles))
        print("VERIFIED  the record is exactly what the rules and the seed give")
        return 0
    except Difference as difference:
        print(f"DIFFERENT  {difference}".encode("ascii", "backslashreplace").decode())
    except (OSError, ValueError, RecursionError) as error:
        print(f"UNREADABLE  not a record in JSON (UTF-8): {type(error).__name__}: {str(error)[:200]!a}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else __doc__)
