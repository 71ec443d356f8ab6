"""The limited process that opens untrusted files: little memory, little time, no files to write.

Started by ``runner`` with an empty environment, so that it holds no key and no address. Its input is
one job as a line of JSON, and the bytes of the file: what people uploaded never lies unsealed on a
disk. Writes progress and rows as they are found, then one answer: JSON, a line each.
"""

import contextlib
import gc
import json
import os
import resource
import sys
from datetime import date
from typing import Any

MEMORY_BYTES = 640 * 1024 * 1024  # of addresses; what is held at once is far less
CPU_SECONDS = 20
CPU_SECONDS_A_MEGABYTE = 4  # of what was uploaded: 280,000 rows have 33 MB
OPEN_FILES = 64
ROWS_A_LINE = 250

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def limit(size: int) -> None:
    """Takes effect before the first byte of the file is read."""
    seconds = CPU_SECONDS + CPU_SECONDS_A_MEGABYTE * (size >> 20)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))


class Line:
    """The way home: one JSON object a line."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rows: list[Any] = []

    def tell(self, phase: str, done: int, total: int) -> None:
        self.send({"progress": [phase, done, total]})

    def add(self, row: Any) -> None:
        self._rows.append(row)
        if len(self._rows) >= ROWS_A_LINE:
            self.flush()

    def flush(self) -> None:
        """The rows, then what is kept of each, on a line of its own: nobody has to read that to seal it."""
        if self._rows:
            rows, self._rows = self._rows, []
            kept = _bytes("\n".join([row.pop() for row in rows]))
            self._write(_bytes(_encode({"rows": rows, "size": len(kept)})) + b"\n" + kept)

    def send(self, told: dict[str, Any]) -> None:
        self._write(_bytes(_encode(told)) + b"\n")

    def _write(self, said: bytes) -> None:
        data = memoryview(said)
        while data:
            data = data[os.write(self._descriptor, data) :]


def _bytes(text: str) -> bytes:
    # A lone surrogate cannot be written; it comes from a damaged file and means nothing.
    return text.encode("utf-8", "replace")


def answer(job: dict[str, Any], content: bytes, line: Line) -> dict[str, Any]:
    """What the job asks for, or why there is none."""
    # Imported after the limits are set: a fault while loading is bounded too.
    from participants.importing.codes import ImportRefused  # noqa: PLC0415

    try:
        return _done(job, content, line)
    except ImportRefused as refused:
        return {"refused": refused.code, "params": refused.params}
    except MemoryError:
        return {"refused": "too_large", "params": {}}
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # the parsers' own panics are no Exception
        print(f"import child: {type(error).__name__}", file=sys.stderr)
        return {"refused": "damaged", "params": {}}


def _done(job: dict[str, Any], content: bytes, line: Line) -> dict[str, Any]:
    from participants.importing import mapping  # noqa: PLC0415

    mappings = mapping.read(job["mapping"])
    if job["task"] == "describe":
        from participants.importing import describing  # noqa: PLC0415

        return {"description": describing.describe(content, kind=job["kind"], mappings=mappings)}
    from participants.importing import engine  # noqa: PLC0415
    from participants.importing.report import packed  # noqa: PLC0415

    report = engine.check(
        content,
        kota=job["kota"],
        as_of=date.fromisoformat(job["as_of"]),
        kind=job["kind"],
        mappings=mappings,
        min_age=job["min_age"],
        max_rows=job["max_rows"],
        progress=line.tell,
        each=lambda checked: line.add(packed(checked)),
    )
    line.flush()
    return {"report": report.summary()}


def main() -> None:
    job = json.loads(sys.stdin.buffer.readline())
    limit(job["size"])
    gc.disable()  # short-lived; nothing here goes round in circles
    line = Line(sys.stdout.fileno())
    line.send(answer(job, sys.stdin.buffer.read(), line))
    os._exit(0)  # all is said; tidying up a list of 280,000 people would take longer than ending


if __name__ == "__main__":
    main()
