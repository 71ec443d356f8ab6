"""Runs the checks of a file in the limited child process and brings the report home."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from participants.importing import guard
from participants.importing.checks import MIN_AGE
from participants.importing.codes import ImportRefused

ROOT = Path(__file__).resolve().parents[2]
WALL_SECONDS = 90
LONGEST_ANSWER = 64 * 1024 * 1024

Progress = Callable[[str, int, int], None]


def check(
    content: bytes,
    *,
    kota: str,
    as_of: date,
    min_age: int = MIN_AGE,
    max_rows: int = guard.MAX_ROWS,
    progress: Progress | None = None,
    wall_seconds: float = WALL_SECONDS,
) -> dict[str, Any]:
    """The report as JSON data (``Report.as_json(with_cells=True)``). Raises ImportRefused.

    The file is looked at here first: most refusals need no child. A child that dies or takes too
    long was given a file that is larger than it looks.
    """
    guard.inspect(content)
    job = {
        "kota": kota,
        "as_of": as_of.isoformat(),
        "min_age": min_age,
        "max_rows": max_rows,
    }
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
    timer = threading.Timer(wall_seconds, child.kill)
    timer.start()
    try:
        return _converse(child, job, content, progress)
    finally:
        timer.cancel()
        if child.poll() is None:
            child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


def _converse(
    child: "subprocess.Popen[bytes]", job: dict[str, Any], content: bytes, progress: Progress | None
) -> dict[str, Any]:
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(json.dumps(job).encode() + b"\n" + content)
        child.stdin.close()
    except BrokenPipeError as error:
        raise ImportRefused("too_large") from error
    while line := child.stdout.readline(LONGEST_ANSWER):
        try:
            told = json.loads(line)
        except ValueError as error:
            raise ImportRefused("too_large") from error
        if "progress" in told:
            if progress is not None:
                phase, done, total = told["progress"]
                progress(phase, done, total)
        elif "refused" in told:
            raise ImportRefused(told["refused"], **told["params"])
        else:
            report: dict[str, Any] = told["report"]
            return report
    raise ImportRefused("too_large")
