"""Certificates: what a code costs beside its page, what an HTML renderer costs, and how much memory it takes.

weasyprint is no dependency. ``OKOCE_WEASYPRINT_PYTHON`` names an interpreter that has it (and segno); without
one that figure is left out and says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

from tests.benchmarks.measure import figure

pytestmark = pytest.mark.bench
WORK = Path(__file__).with_name("certificate_work.py")
MANY, FEW, ROUNDS = 1000, 20, 3


def done(what: str, count: int, python: str = sys.executable) -> dict[str, float]:
    """CPU seconds and peak MiB of the work in a new process, its start included."""
    said = subprocess.run([python, str(WORK), what, str(count)], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(said.stdout.splitlines()[-1])
    return found


def test_a_thousand_with_codes() -> None:
    ratios, peaks, costs = [], [], []
    for _round in range(ROUNDS):
        whole, plain, codes = (done(w, MANY) for w in ("pages with codes", "pages without codes", "codes"))
        ratios.append(whole["cpu"] / (plain["cpu"] + codes["cpu"]))
        peaks.append(whole["peak"])
        costs.append(whole["cpu"])
    figure("certificates-1000 cpu", median(costs), "s")
    figure("certificates-1000 vs pages + codes", median(ratios), "x", "goal <= 1.5")
    figure("certificates-1000 peak memory", max(peaks), "MiB", "goal < 250")


def test_against_an_html_renderer() -> None:
    python = os.environ.get("OKOCE_WEASYPRINT_PYTHON", sys.executable)
    has_it = subprocess.run([python, "-c", "import weasyprint, segno"], capture_output=True, check=False)
    if has_it.returncode:
        pytest.skip("no weasyprint here: set OKOCE_WEASYPRINT_PYTHON to an interpreter that has it")
    ratios = []
    for _round in range(ROUNDS):
        other, own = done("weasyprint", FEW, python)["cpu"], done("pages with codes", FEW)["cpu"]
        ratios.append(other / own)
    figure("certificates-20, weasyprint / ours", median(ratios), "x", "goal >= 5; both with their start")
