"""The entry to the import of registration lists, for the command and the pages.

``check`` reads a file in the limited child process and changes nothing. Everything that is stored
goes through ``participants.services.importing``. The rules: docs/registration-lists.md.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from participants.importing import guard, runner
from participants.importing.codes import ImportRefused

__all__ = ["ImportRefused", "check", "public_report"]


def check(path: Path, *, kota: str, as_of: date) -> dict[str, Any]:
    """The report of a list for the city ``kota`` (``31.73``). Raises ImportRefused."""
    return runner.check(guard.read(path), kota=kota, as_of=as_of)


def public_report(report: dict[str, Any]) -> dict[str, Any]:
    """``{"totals": …, "rows": [{sheet, row, status, codes, values, duplicate_of}]}``, and nothing else."""
    names = ("sheet", "row", "status", "codes", "values", "duplicate_of")
    return {
        "totals": report["totals"],
        "rows": [{name: row[name] for name in names} for row in report["rows"]],
    }
