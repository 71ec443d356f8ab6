"""What one piece of work costs: CPU of this process, its children and PostgreSQL; wall time; peak memory.

Figures are printed one a line, ``name value unit ratio``, and never judged here: on a shared machine a
judgement would be a matter of luck. Compare figures of one run only.
"""

from __future__ import annotations

import gc
import os
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.benchmarks.served import cpu_seconds

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
LOOK_EVERY_SECONDS = 0.02
KIB_IN_MIB = 1024


@dataclass(frozen=True)
class Cost:
    """Seconds and MiB. ``python`` is this process and its children, ``database`` PostgreSQL.

    ``rest`` is what the process held before the work, ``peak`` the most it held meanwhile.
    """

    wall: float
    python: float
    database: float
    rest: float
    peak: float

    @property
    def cpu(self) -> float:
        return self.python + self.database


def cost_of(work: Callable[[], object], *, postmaster: int) -> Cost:
    """``postmaster`` is the first process of a PostgreSQL that nobody else uses meanwhile."""
    gc.collect()
    _forget_peak()
    rest = peak_of(os.getpid())
    wall, python, database = perf_counter(), _own_cpu(), _tree_cpu(postmaster)
    work()
    python, database = _own_cpu() - python, _tree_cpu(postmaster) - database
    return Cost(perf_counter() - wall, python, database, rest, peak_of(os.getpid()))


def _own_cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _tree_cpu(pid: int) -> float:
    """A process and its children, those that have ended included."""
    ended = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
    return cpu_seconds(pid) + sum(map(int, ended)) / TICKS_A_SECOND


def _forget_peak() -> None:
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_of(pid: int) -> float:
    """The most memory the process ever held, in MiB; 0 when it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / KIB_IN_MIB
    return 0.0


@contextmanager
def children_watched(pid: int) -> Iterator[Callable[[], float]]:
    """The largest peak among the children ``pid`` has in the meantime, sampled from outside.

    getrusage would count for a child what its parent held when it was forked.
    """
    peak, is_over = [0.0], threading.Event()

    def watch() -> None:
        while not is_over.wait(LOOK_EVERY_SECONDS):
            with suppress(OSError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    for child in (task / "children").read_text().split():
                        if _program(int(child)) != _program(pid):
                            peak[0] = max(peak[0], peak_of(int(child)))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield lambda: peak[0]
    finally:
        is_over.set()
        thread.join()


def _program(pid: int) -> bytes:
    """The command line: a child that is forked and not yet started shows its parent's."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def middle(costs: list[Cost], of: Callable[[Cost], float] = lambda cost: cost.cpu) -> float:
    return median(map(of, costs))


def times(over: list[Cost], under: list[Cost], of: Callable[[Cost], float] = lambda cost: cost.cpu) -> float:
    """The median of the rounds' ratios: what disturbs a round disturbs both of its sides.

    The slow cases have fewer rounds.
    """
    return median(of(a) / of(b) for a, b in zip(over, under, strict=False))


def figure(name: str, value: float, unit: str, ratio: str = "") -> None:
    """One line of `make bench`."""
    print(f"{name:40} {value:10.3f} {unit:6} {ratio}".rstrip(), flush=True)
