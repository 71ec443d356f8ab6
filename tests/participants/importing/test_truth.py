"""Two workbooks whose every row is known: what the engine says must equal the truth."""

import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from participants.importing import engine, runner

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "tests" / "participants" / "data"
WORKBOOKS = {
    "jakbar_tahap1": ROOT / "participants" / "demo" / "jakbar_tahap1.xlsx",
    "jakpus_mess": DATA / "jakpus_mess.xlsx",
}


def truth_of(name):
    with gzip.open(DATA / f"{name}.truth.json.gz", "rt", encoding="utf-8") as file:
        return json.load(file)


def comparable(rows):
    """Text is compared without case; of a rejected row only the E_ codes are binding."""
    found = {}
    for row in rows:
        codes = [code for code in row["codes"] if row["status"] != "rejected" or code.startswith("E_")]
        values = row["values"] and {
            name: text.casefold() if isinstance(text, str) else text for name, text in row["values"].items()
        }
        found[row["sheet"], row["row"]] = (row["status"], codes, values, row["duplicate_of"])
    return found


@pytest.mark.parametrize("name", WORKBOOKS)
def test_every_row_equals_the_truth(name):
    truth = truth_of(name)
    meta = truth["meta"]

    report = engine.check_file(
        WORKBOOKS[name], kota=meta["kota"], as_of=date.fromisoformat(meta["as_of"])
    ).as_json()

    assert comparable(report["rows"]) == comparable(truth["rows"])
    assert report["totals"] == truth["totals"]
    assert report["ignored_sheets"] == truth["ignored_sheets"]
    assert {row["ref"] for row in report["ignored"]} == {row["ref"] for row in truth["ignored"]}


def test_the_child_process_says_the_same():
    truth = truth_of("jakpus_mess")
    told = []

    report = runner.check(
        WORKBOOKS["jakpus_mess"].read_bytes(),
        kota="31.71",
        as_of=date(2023, 3, 20),
        progress=lambda phase, done, total: told.append(phase),
    )

    assert comparable(report["rows"]) == comparable(truth["rows"])
    assert set(told) == {"reading", "checking", "comparing"}
