"""Solves in a process of its own, which can be stopped at any moment: ``python -m trainings.planning.child``.

Reads one JSON object from standard input, {"problem", "before" or null, "seconds"}, and writes one a line.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from trainings.planning import solve
from trainings.planning.codec import plan_from_data, problem_from_data


def main() -> None:
    job = json.load(sys.stdin)
    problem = problem_from_data(job["problem"])

    def tell(told: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()

    if job["before"] is None:
        solve.improve(problem, seconds=job["seconds"], tell=tell)
    else:
        solve.change(problem, plan_from_data(job["before"]), seconds=job["seconds"], tell=tell)
    tell({"done": True})


if __name__ == "__main__":
    main()
