"""Runs the reading of a file in the limited child process and brings what it says home."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import IO, Any

from participants.importing import engine, guard, mapping  # noqa: F401 (its byte code is written here)
from participants.importing.checks import MIN_AGE
from participants.importing.codes import ImportRefused
from participants.importing.report import Packed, unpacked

ROOT = Path(__file__).resolve().parents[2]
WALL_SECONDS = 90
WALL_SECONDS_A_MEGABYTE = 12
LONGEST_ANSWER = 64 * 1024 * 1024

Progress = Callable[[str, int, int], None]
Rows = Callable[[list[Packed]], None]
GivenMapping = Mapping[str, Any] | None


def check(
    content: bytes,
    *,
    kota: str,
    as_of: date,
    kind: str | None = None,
    mapping: GivenMapping = None,
    min_age: int = MIN_AGE,
    max_rows: int = guard.MAX_ROWS,
    progress: Progress | None = None,
    each: Rows | None = None,
    wall_seconds: float | None = None,
) -> dict[str, Any]:
    """The report as JSON data (``Report.as_json(with_cells=True)``). Raises ImportRefused.

    ``kind`` "paste" takes text instead of a file. ``mapping`` says how sheets are to be read, as
    ``describe`` proposed and somebody corrected it: ``{sheet: {"is_read": True, "header_row": 5,
    "columns": {1: "nama", 2: "nik"}, "kecamatan": ""}}``, or None for a sheet that is left out. Raises
    ``mapping.BadMapping`` for one that cannot be used.

    With ``each`` the rows are handed over as they come (``report.Packed``), some hundreds at a time, and
    are not in the report: a refusal may then follow after rows.

    The file is looked at here first: most refusals need no child. A child that dies or takes too
    long was given a file that is larger than it looks.
    """
    kept: list[dict[str, Any]] = []
    told = _ask(
        content,
        {
            "task": "check",
            "kota": kota,
            "as_of": as_of.isoformat(),
            "min_age": min_age,
            "max_rows": max_rows,
        },
        kind=kind,
        given=mapping,
        progress=progress,
        each=each or (lambda rows: kept.extend(map(unpacked, rows))),
        wall_seconds=wall_seconds,
    )
    report: dict[str, Any] = told["report"]
    return report if each else {**report, "rows": kept}


def describe(
    content: bytes,
    *,
    kind: str | None = None,
    mapping: GivenMapping = None,
    wall_seconds: float | None = None,
) -> dict[str, Any]:
    """What a file looks like, and how it would be read. Raises ImportRefused.

    ``{"kind", "sheets": [{"name", "is_hidden", "is_read", "why_not", "header_row", "fingerprint", "rows",
    "columns": [{"index", "letter", "label", "field", "samples"}]}]}``. ``why_not``: "", "hidden", "off",
    "no_header", "empty", "no_people". ``header_row`` counts as the program does, 0 without a header.
    ``field`` is one of ``mapping.COLUMN_FIELDS``; ``fingerprint`` is the same for the same header words.
    Samples are masked.
    Loose pasted text has ``is_loose`` and columns that cannot be mapped.
    """
    told = _ask(
        content,
        {"task": "describe"},
        kind=kind,
        given=mapping,
        progress=None,
        each=lambda rows: None,
        wall_seconds=wall_seconds,
    )
    description: dict[str, Any] = told["description"]
    return description


def _ask(
    content: bytes,
    job: dict[str, Any],
    *,
    kind: str | None,
    given: GivenMapping,
    progress: Progress | None,
    each: Rows,
    wall_seconds: float | None,
) -> dict[str, Any]:
    if kind == "paste":
        guard.inspect_paste(content)
    else:
        kind = guard.inspect(content)
    mappings = mapping.read(given)
    job = {**job, "kind": kind, "mapping": mappings.as_json(), "size": len(content)}
    # The command is ours alone; nothing of the upload is ever an argument.
    child = subprocess.Popen(
        [sys.executable, "-m", "participants.importing.child"],
        cwd=ROOT,
        env={"PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        close_fds=True,
    )
    seconds = wall_seconds or WALL_SECONDS + WALL_SECONDS_A_MEGABYTE * (len(content) >> 20)
    timer = threading.Timer(seconds, child.kill)
    timer.start()
    try:
        return _converse(child, job, content, progress, each)
    finally:
        timer.cancel()
        if child.poll() is None:
            child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


def _converse(
    child: "subprocess.Popen[bytes]",
    job: dict[str, Any],
    content: bytes,
    progress: Progress | None,
    each: Rows,
) -> dict[str, Any]:
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(json.dumps(job).encode() + b"\n")
        child.stdin.write(content)
        child.stdin.close()
    except BrokenPipeError as error:
        raise ImportRefused("too_large") from error
    while line := child.stdout.readline(LONGEST_ANSWER):
        try:
            told: dict[str, Any] = json.loads(line)
        except ValueError as error:
            raise ImportRefused("too_large") from error
        if "rows" in told:
            each(_with_kept(told["rows"], told["size"], child.stdout))
        elif "progress" in told:
            if progress is not None:
                phase, done, total = told["progress"]
                progress(phase, done, total)
        elif "refused" in told:
            raise ImportRefused(told["refused"], **told["params"])
        else:
            return told
    raise ImportRefused("too_large")


def _with_kept(rows: list[Packed], size: int, line: IO[bytes]) -> list[Packed]:
    """Each row with what is kept of it, as bytes: the lines that follow, ``size`` bytes together."""
    kept = line.read(size).split(b"\n") if 0 <= size <= LONGEST_ANSWER else []
    if len(kept) != len(rows):
        raise ImportRefused("too_large")
    for row, text in zip(rows, kept, strict=True):
        row.append(text)
    return rows
