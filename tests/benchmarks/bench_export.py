"""What an export of 280,000 people costs: a workbook against a CSV of the same rows, and its memory.

Both are made as the worker makes them: rows from the database, in words, sealed on the way to the disk.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.bench_lists import ROOT, database  # noqa: F401  the same people
from tests.benchmarks.measure import figure

pytestmark = pytest.mark.bench
COLUMNS = [
    "number", "name", "sex", "age", "birth_date", "birth_place", "kelurahan", "kecamatan", "city", "address",
    "rt", "rw", "outside", "email", "business", "sector", "category", "status", "source", "registered_on",
]  # fmt: skip
ROUNDS = 3
TIMES_CSV, MOST_MIB = 2.0, 100.0

_MAKE = """
import gc, json, os, resource, sys, tempfile
from pathlib import Path
from time import process_time
from uuid import uuid4
import django
django.setup()
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation
from okoce.db.sealed_streams import SealedWriter, pieces
from participants import export_columns, exports
from participants.models import Participant
settings.MEDIA_ROOT = tempfile.mkdtemp()
columns = export_columns.chosen(sys.argv[2].split(","), may_personal=False)
people = Participant.objects.usable().order_by("-registered_on", "-pk")
translation.activate("id")
def held():
    return int(next(l for l in open("/proc/self/status") if l.startswith("VmHWM")).split()[1]) / 1024
def backend():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]
def backend_cpu(pid):
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9
def make(format, limit=None):
    row, today = uuid4(), timezone.localdate()
    some = people[:limit] if limit else people
    with SealedWriter(column="bench", row=row) as target:
        count = exports.write(target, exports.rows_of(some, columns, today=today), columns, format=format)
    return target.name, row, count, target.size
make("csv", 2000), make("xlsx", 2000)
gc.collect()
rest, pid = held(), backend()
before = process_time(), backend_cpu(pid)
name, row, count, size = make(sys.argv[1])
cpu = process_time() - before[0], backend_cpu(pid) - before[1]
told = {"python": cpu[0], "database": cpu[1], "rest": rest, "peak": held(), "rows": count, "size": size}
if len(sys.argv) > 3:
    with open(sys.argv[3], "wb") as file:
        for piece in pieces(name, column="bench", row=row):
            file.write(piece)
print(json.dumps(told))
"""


def _make(url: str, format: str, out: Path | None = None) -> dict[str, float]:
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings",
        "OKOCE_ENV": "test",
    }
    command = [sys.executable, "-c", _MAKE, format, ",".join(COLUMNS), *([str(out)] if out else [])]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_what_an_export_costs(database, tmp_path):  # noqa: F811
    costs: dict[str, list[dict[str, float]]] = {"csv": [], "xlsx": []}
    book = tmp_path / "export.xlsx"
    for _round in range(ROUNDS):
        for format, found in costs.items():
            found.append(_make(database["app"], format, book if format == "xlsx" else None))

    def cpu(cost: dict[str, float]) -> float:
        return cost["python"] + cost["database"]

    ratios = sorted(cpu(x) / cpu(c) for x, c in zip(costs["xlsx"], costs["csv"], strict=True))
    for format, found in costs.items():
        best = min(found, key=cpu)
        figure(f"export-{format}-{int(best['rows'])}x{len(COLUMNS)}", cpu(best), "s CPU")
        above = max(cost["peak"] - cost["rest"] for cost in found)
        most = max(cost["peak"] for cost in found)
        is_met = "" if most <= MOST_MIB else f" (goal {MOST_MIB:g}: NOT REACHED)"
        figure(f"export-{format}-memory", most, "MiB", f"{above:.1f} above the process at rest{is_met}")
    ratio = ratios[len(ratios) // 2]
    goal = "" if ratio <= TIMES_CSV else ": NOT REACHED"
    figure("export-xlsx-over-csv", ratio, "x", f"(goal {TIMES_CSV:g}{goal})")
    figure("export-xlsx-differences", _differences(book), "cells", "openpyxl against calamine, every cell")


def _differences(book: Path) -> int:
    """Cells on which the two readers do not agree, over the whole workbook."""
    import openpyxl
    from python_calamine import CalamineWorkbook

    calamine = CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).to_python()
    sheet = openpyxl.load_workbook(book, read_only=True).worksheets[0]
    different = rows = 0
    for one, other in zip(sheet.iter_rows(values_only=True), calamine, strict=True):
        rows += 1
        for left, right in zip(one, other, strict=True):
            left = "" if left is None else left.date() if hasattr(left, "hour") else left
            right = right.date() if hasattr(right, "hour") else right
            different += left != right
    figure("export-xlsx-rows-read-back", rows - 1, "rows")
    return different
