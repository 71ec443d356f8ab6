"""The 8,000 rows from the file to saved participants, against their floor and against django-import-export.

One line a figure: name, value, unit and the ratio to the floor of the same rounds. The servers are this
run's own: what else happens on the machine disturbs, but is not counted. Nothing is judged.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from okoce.embedded import start_servers
from okoce.embedded.portal import portal_environment
from okoce.embedded.postgres import DATABASE, SUPERUSER
from okoce.embedded.servers import Servers
from tests.benchmarks.large_list import write_large_list
from tests.benchmarks.measure import Cost, children_watched, figure, middle, times
from tests.benchmarks.served import ROOT

pytestmark = pytest.mark.bench
ROUNDS = int(os.environ.get("BENCH_IMPORT_ROUNDS", "5"))
ROWS, SAVED = 8_000, 7_767  # rows of the list; those of them that become participants
LARGE = int(os.environ.get("BENCH_IMPORT_LARGE", "280000"))
HALF, MOST_MIB = 0.5, 400.0
CASES = {  # case: rounds, for the slow ones fewer
    "floor": ROUNDS,
    "floor-of-all-tables": ROUNDS,
    "portal": ROUNDS,
    "import-export-bulk": min(ROUNDS, 3),
    "import-export-bulk-whole": min(ROUNDS, 2),
    "import-export": min(ROUNDS, 2),
    "import-export-whole": 1,
}
KEPT_TABLES = ["accounts_user", "organisations_organisation", "organisations_organisationname"]
KEPT_TABLES += ["participants_sector", "regions_region"]
PREPARED = (["migrate", "-v0"], ["grant_app_role"], ["load_regions", "-v0"], ["load_organisations", "-v0"])


@dataclass
class Importer:
    """The process that imports, with a database that is empty at the beginning of every case."""

    servers: Servers
    environment: dict[str, str]
    costs: dict[str, list[Cost]] = field(default_factory=dict)
    peak_of_child: float = 0.0

    def __enter__(self) -> Importer:
        command = [sys.executable, "-m", "tests.benchmarks.import_cases", str(self.servers.postgres_pid)]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.stdin.close()
        self.process.wait(60)

    def ask(self, words: str) -> Any:
        print(words, file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def run(self, case: str, *, saved: int = SAVED, few: int = 0) -> None:
        """``few``: so many of the rows may be taken for somebody else on the list."""
        self._empty()
        with children_watched(self.process.pid) as peak:
            answer = self.ask(case)
            self.peak_of_child = max(self.peak_of_child, peak())
        assert saved - few <= answer.pop("saved") <= saved
        self.costs.setdefault(case, []).append(Cost(**answer))

    def _empty(self) -> None:
        with psycopg.connect(self.servers.postgres.url(SUPERUSER, DATABASE), autocommit=True) as line:
            tables = line.execute(
                "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public' "
                "AND tablename NOT LIKE 'django%%' AND tablename <> ALL(%s)",
                [KEPT_TABLES],
            ).fetchone()[0]
            line.execute(f"TRUNCATE {tables} RESTART IDENTITY")
            line.execute("CHECKPOINT")


@pytest.fixture
def importer(tmp_path: Path) -> Iterator[Importer]:
    with start_servers(tmp_path / "servers", die_with_parent=True) as servers:
        given = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "USER"}}
        given |= {
            "OKOCE_ENV": "test",
            "DJANGO_SETTINGS_MODULE": "okoce.settings.test",
            "OKOCE_THROWAWAY": "",
            "MEDIA_ROOT": str(tmp_path / "media"),
        }
        environment = portal_environment(servers, given) | {"BENCH_LARGE_LIST": str(tmp_path / "large.xlsx")}
        owner = {**environment, "DATABASE_URL": servers.owner_url}
        for words in PREPARED:
            command = [sys.executable, "manage.py", *words]
            subprocess.run(command, cwd=ROOT, env=owner, check=True, timeout=300)
        # Its workers would come and go between the cases; what they do belongs to none of them.
        servers.postgres.sql("ALTER SYSTEM SET autovacuum = off; SELECT pg_reload_conf();")
        with Importer(servers, environment) as importer:
            yield importer


def test_the_import_of_the_list_against_its_floor_and_against_import_export(importer):
    importer.run("portal")  # once without counting: programs and tables come into memory
    first = importer.costs.pop("portal")[0]
    importer.ask("keep")
    for number in range(ROUNDS):
        for case, rounds in CASES.items():
            if number < rounds:
                importer.run(case)

    print()
    for case, costs in importer.costs.items():
        _say(case, costs, importer.costs["floor"])
    portal = importer.costs["portal"]
    figure("import-portal-rate", ROWS / middle(portal, lambda cost: cost.wall), "rows/s")
    figure("import-portal-peak", first.peak, "MiB", f"{first.peak - first.rest:.0f} MiB above its rest")
    figure("import-portal-peak-child", importer.peak_of_child, "MiB")
    everything = times(portal, importer.costs["floor-of-all-tables"])
    figure("import-portal-cpu", middle(portal), "s", f"{everything:.2f} x floor-of-all-tables")
    for case in [name for name in CASES if name.startswith("import-export")]:
        figure(case, times(importer.costs[case], portal), "times", "the CPU of the portal's import")


def test_280_000_rows_in_one_file(importer):
    """No slower than half the rows a second of the list of 8,000; the worker and its child stay small."""
    write_large_list(Path(importer.environment["BENCH_LARGE_LIST"]), LARGE)
    importer.run("portal")
    importer.run("portal")
    importer.run("portal-large", saved=LARGE, few=LARGE // 1_000)
    usual, large = importer.costs["portal"][-1], importer.costs["portal-large"][0]
    rate = LARGE / large.wall
    print()
    figure(
        "import-large-rate", rate, "rows/s", _least(rate / (ROWS / usual.wall), HALF, "x that of 8,000 rows")
    )
    per_row = (large.cpu / LARGE) / (usual.cpu / ROWS)
    figure("import-large-cpu", large.cpu, "s", f"{per_row:.2f} x that of 8,000 rows, by the row")
    figure("import-large-peak", large.peak, "MiB", _most(large.peak))
    figure("import-large-peak-child", importer.peak_of_child, "MiB", _most(importer.peak_of_child))


def _least(value: float, goal: float, words: str) -> str:
    return f"{value:.2f} {words} (goal {goal:g}{'' if value >= goal else ': NOT REACHED'})"


def _most(peak: float) -> str:
    return f"(goal {MOST_MIB:g}{'' if peak <= MOST_MIB else ': NOT REACHED'})"


def _say(case: str, costs: list[Cost], floor: list[Cost]) -> None:
    name = case if case.startswith("import-") else f"import-{case}"
    figure(f"{name}-cpu", middle(costs), "s", f"{times(costs, floor):.2f} x floor")
    figure(f"{name}-cpu-python", middle(costs, lambda cost: cost.python), "s")
    figure(f"{name}-cpu-database", middle(costs, lambda cost: cost.database), "s")
    wall = times(costs, floor, lambda cost: cost.wall)
    figure(f"{name}-wall", middle(costs, lambda cost: cost.wall), "s", f"{wall:.2f} x floor")
