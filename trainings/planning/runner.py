"""Runs the child process, hands on what it tells, and kills it when it is told to stop or takes too long."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time as clock
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trainings.planning.codec import plan_as_data, problem_as_data
from trainings.planning.problem import Plan, Problem

ROOT = Path(__file__).resolve().parents[2]
GRACE_SECONDS = 30.0  # after its time the child still deals out and checks the plan
LOOK_SECONDS = 0.5


class Died(Exception):
    """The child ended without its last line."""


def run(
    problem: Problem,
    *,
    before: Plan | None = None,
    seconds: float,
    tell: Callable[[dict[str, Any]], None],
    is_cancelled: Callable[[], bool] = lambda: False,
) -> bool:
    """Whether it came to its end; False when it was cancelled. Raises Died. No child is left behind."""
    job = {
        "problem": problem_as_data(problem),
        "before": None if before is None else plan_as_data(before),
        "seconds": seconds,
    }
    child = subprocess.Popen(  # the command is ours alone
        [sys.executable, "-m", "trainings.planning.child"],
        cwd=ROOT,
        env={"PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8", "PYTHONHASHSEED": "0"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    try:
        return _converse(
            child, json.dumps(job), clock.monotonic() + seconds + GRACE_SECONDS, tell, is_cancelled
        )
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _converse(
    child: subprocess.Popen[str],
    job: str,
    deadline: float,
    tell: Callable[[dict[str, Any]], None],
    is_cancelled: Callable[[], bool],
) -> bool:
    assert child.stdin is not None
    lines: queue.Queue[str] = queue.Queue()
    reader = threading.Thread(target=_read, args=(child, lines), daemon=True)
    reader.start()
    try:
        child.stdin.write(job)
        child.stdin.close()
    except BrokenPipeError as error:
        raise Died from error
    while clock.monotonic() < deadline:
        if is_cancelled():
            return False
        try:
            line = lines.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            continue
        if not line:
            raise Died
        told = json.loads(line)
        if told.get("done"):
            return True
        tell(told)
    raise Died


def _read(child: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        lines.put(line)
    lines.put("")
