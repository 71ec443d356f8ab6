"""The limited process that opens untrusted files: little memory, little time, no files to write.

Started by ``runner`` with an empty environment, so that it holds no key and no address. Its input is
one job as a line of JSON, and the bytes of the file: what people uploaded never lies unsealed on a
disk. Writes progress lines and then one answer, a JSON object a line.
"""

import contextlib
import gc
import json
import resource
import sys
from datetime import date
from typing import Any, TextIO

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 20
OPEN_FILES = 64


def limit() -> None:
    """Takes effect before the first byte of the file is read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))


def answer(job: dict[str, Any], content: bytes, out: TextIO) -> dict[str, Any]:
    """The report of a job, or why there is none."""
    # Imported after the limits are set: a fault while loading is bounded too.
    from participants.importing import engine  # noqa: PLC0415
    from participants.importing.codes import ImportRefused  # noqa: PLC0415

    def tell(phase: str, done: int, total: int) -> None:
        print(json.dumps({"progress": [phase, done, total]}), file=out, flush=True)

    try:
        report = engine.check(
            content,
            kota=job["kota"],
            as_of=date.fromisoformat(job["as_of"]),
            min_age=job["min_age"],
            max_rows=job["max_rows"],
            progress=tell,
        )
    except ImportRefused as refused:
        return {"refused": refused.code, "params": refused.params}
    except MemoryError:
        return {"refused": "too_large", "params": {}}
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # the parsers' own panics are no Exception
        print(f"import child: {type(error).__name__}", file=sys.stderr)
        return {"refused": "damaged", "params": {}}
    return {"report": report.as_json(with_cells=True)}


def main() -> None:
    job = json.loads(sys.stdin.buffer.readline())
    limit()
    gc.disable()  # short-lived, and everything is kept until the end anyway
    result = answer(job, sys.stdin.buffer.read(), sys.stdout)
    # In one piece: json.dump() writes in thousands of pieces, and those are made in Python.
    print(json.dumps(result, ensure_ascii=False, separators=(",", ":")), flush=True)


if __name__ == "__main__":
    main()
