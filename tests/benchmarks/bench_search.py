"""Searching 300,000 people by mistyped names: how many are found among five candidates, and what it costs.

One line a figure. Names are drawn from tests/benchmarks/jakarta_names.py; nine kinds of slips in turn.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from statistics import median
from urllib.parse import urlencode

import psycopg
import pytest

from tests.benchmarks import jakarta_names
from tests.benchmarks.bench_lists import PEOPLE, _manage, people_database, requests_for
from tests.benchmarks.served import Request, Served, cpu_seconds, served

pytestmark = pytest.mark.bench
TRIED, ASKED, ROUNDS = 1_000, 36, 5
RECALL, SEARCH, LOOK_UP = 0.98, 3.0, 1.0


@pytest.fixture(scope="module")
def database() -> Iterator[dict[str, str]]:
    with people_database(jakarta_names.names(PEOPLE)) as made:
        yield made


_RECALL = f"""
import json, time
from collections import Counter
from okoce.values import names
from participants import nearby
from participants.models import NameWord, Participant
from tests.benchmarks import jakarta_names
known = list(jakarta_names.names({PEOPLE}))
namesakes = Counter(map(names.key, known))
found, tried, missed = Counter(), Counter(), []
began = time.perf_counter()
for kind, name, typed in jakarta_names.variants(known, {TRIED}):
    tried[kind] += 1
    near = nearby.names_near(Participant.objects.all(), typed, limit=5)
    is_found = names.key(name) in {{one.name_key for one in near}}
    found[kind] += is_found
    if not is_found:
        missed.append([kind, name, typed, [one.name_key for one in near]])
print(json.dumps({{
    "found": found, "tried": tried, "missed": missed[:20],
    "ms": (time.perf_counter() - began) / {TRIED} * 1000,
    "words": NameWord.objects.count(), "unique": sum(n == 1 for n in namesakes.values()) / len(known),
}}))
"""


def test_how_many_are_found(database):
    told = json.loads(_manage(["shell", "-v0", "-c", _RECALL], database["app"], "tests.benchmarks.settings"))
    found, tried = Counter(told["found"]), Counter(told["tried"])
    print(f"\n{told['words']} words; {told['unique']:.0%} of {PEOPLE} people have a name of their own")
    for kind in tried:
        print(f"{'recall, ' + kind:28} {found[kind] / tried[kind]:7.1%} of {tried[kind]}")
    recall = found.total() / tried.total()
    goal = "" if recall >= RECALL else ": NOT REACHED"
    print(f"{'recall, 5 candidates':28} {recall:7.1%} of {tried.total()} (goal {RECALL:.0%}{goal})")
    print(f"{'one question':28} {told['ms']:7.1f} ms wall, in the shell")
    for miss in told["missed"]:
        print("   missed:", *miss)


def test_what_a_search_costs(database):
    known = list(jakarta_names.names(PEOPLE))
    variants = list(jakarta_names.variants(known, ASKED, seed=11))
    who = database["province"]
    searches = [Request(f"/peserta/?{urlencode({'q': typed})}", who) for _kind, _name, typed in variants]
    exact = [Request(f"/peserta/?{urlencode({'q': name})}", who) for _kind, name, _typed in variants]
    watcher = psycopg.connect(database["owner"], autocommit=True)
    environment = {
        "DATABASE_URL": database["app"],
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings",
        "OKOCE_ENV": "test",
    }
    with watcher, served(environment, watcher, database["name"]) as portal:
        single = requests_for(database, watcher)
        groups = {
            "people-list": [single["people-list"]] * ASKED,
            "search, mistyped": searches,
            "search, as registered": exact,
            "search, common word": [Request(f"/peserta/?q={word}", who) for word in _common()] * 4,
            "look-up, NIK": [single["look-up-nik"]] * ASKED,
            "look-up, phone": [single["look-up-phone"]] * ASKED,
        }
        costs = _costs(portal, groups)
    floor = costs["people-list"]
    for name, cost in costs.items():
        goal = LOOK_UP if name.startswith("look-up") else SEARCH
        reached = "" if cost / floor <= goal else ": NOT REACHED"
        told = (
            "" if name == "people-list" else f" {cost / floor:6.2f} x the plain list (goal {goal:g}{reached})"
        )
        print(f"{name:28} {cost:8.2f} ms CPU{told}")


def _common() -> list[str]:
    return ["siti", "dewi", "muhammad", "lestari", "nasution", "hartono", "sri", "wijaya", "ningsih"]


def _costs(portal: Served, groups: dict[str, list[Request]]) -> dict[str, float]:
    """Milliseconds of CPU a request, web and PostgreSQL together: medians over interleaved rounds."""
    found: dict[str, list[float]] = {name: [] for name in groups}
    for requests in groups.values():
        for request in requests:
            status, body = portal.ask(request)
            assert status == (302 if request.body is not None else 200), body[:300]
    for _ in range(ROUNDS):
        for name, requests in groups.items():
            processes = [portal.process.pid, *portal.backends()]
            before = sum(map(cpu_seconds, processes))
            for request in requests:
                portal.ask(request)
            after = sum(map(cpu_seconds, processes))
            found[name].append((after - before) / len(requests) * 1000)
    return {name: median(values) for name, values in found.items()}
