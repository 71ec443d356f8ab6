"""A recorder written from docs/draw.md alone: hashes, counting and trying every set. No code of the portal.

What it writes is what somebody else's program would publish; only small lists can be tried out like this.
"""

import hashlib
import json
from itertools import combinations


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def meets_the_rules(frozen: dict, members: tuple[dict, ...]) -> bool:
    if len(members) > frozen["places"]:
        return False
    return all(
        bounds["min"] <= sum(member[key] == code for member in members) <= bounds["max"]
        for group, key in (("pengampu", "pengampu"), ("categories", "category"))
        for code, bounds in frozen[group].items()
    )


def write(frozen: dict, secrets: dict[str, str], *, bazaar: str, site: str) -> dict | None:
    """The record of a draw over ``frozen``; None where no set of applications meets the rules."""
    listed = sorted(frozen["applications"], key=lambda one: one["id"])
    frozen_hash = fingerprint(canonical({**frozen, "applications": listed}))
    seed = fingerprint("\n".join(["okoce-draw-v1", frozen_hash, *secrets.values()]))
    order = sorted(listed, key=lambda one: (one["turns"], fingerprint(f"{seed}:{one['id']}")))
    sets = [
        {one["id"] for one in members}
        for count in range(min(frozen["places"], len(order)) + 1)
        for members in combinations(order, count)
        if meets_the_rules(frozen, members)
    ]
    if not sets:
        return None
    largest = max(map(len, sets))
    chosen: list[dict] = []
    reserve = []
    for one in order:
        wanted = {one["id"], *(other["id"] for other in chosen)}
        if any(len(some) == largest and wanted <= some for some in sets):
            chosen.append(one)
            continue
        of_pengampu = sum(other["pengampu"] == one["pengampu"] for other in chosen)
        of_category = sum(other["category"] == one["category"] for other in chosen)
        reason, detail = "WOULD_EMPTY_A_PLACE", []
        if len(chosen) == largest:
            reason = "PLACES_FULL"
        elif of_pengampu == frozen["pengampu"][one["pengampu"]]["max"]:
            reason, detail = "PENGAMPU_FULL", [one["pengampu"]]
        elif of_category == frozen["categories"][one["category"]]["max"]:
            reason, detail = "CATEGORY_FULL", [one["category"]]
        elif not any(wanted <= some for some in sets):
            reason = "KEPT_FOR_MINIMUM"
            detail = sorted(
                code
                for group, key in (("pengampu", "pengampu"), ("categories", "category"))
                for code, bounds in frozen[group].items()
                if sum(other[key] == code for other in chosen) < bounds["min"]
            )
        reserve.append({"detail": detail, "id": one["id"], "reason": reason})
    return {
        "site": site,
        "bazaar": bazaar,
        "version": "okoce-draw-v1",
        "frozen_hash": frozen_hash,
        "frozen": frozen,
        "seed_parts": [
            {"secret": secret, "from": who, "commitment": fingerprint(secret)}
            for who, secret in secrets.items()
        ],
        "seed": seed,
        "order": [one["id"] for one in order],
        "chosen": [one["id"] for one in chosen],
        "reserve": reserve,
        "overrides": [],
    }
