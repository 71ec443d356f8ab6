"""What a line has sent and not yet written into the outbox, in a file that outlives its process.

A sender that asks the database before and after every letter spends more time on that than on sending. So it
begins a window of letters by one statement and writes the results by another; in between one line of a file
says which letter is on its way and that it was accepted. A write to a file survives the death of the process,
though not the loss of the machine. Whoever drains next on this machine finds the file, because the lock on it
ended with its writer, and writes down what the dead sender could not.

The file holds ids of messages only. Without a place for it the portal sends on, one letter to a window.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

log = logging.getLogger("okoce.notifications")

_NAME = re.compile("[0-9a-f]{32}")
_BEGUN, _ACCEPTED = ">", "+"


@dataclass
class Left:
    """What the file of a dead sender says: the ids it had tried, and those it was told are accepted."""

    owner: uuid.UUID
    tried: set[int] = field(default_factory=set)
    accepted: set[int] = field(default_factory=set)


class Journal:
    """The file of one drain, made with its first window. ``is_kept`` False: it cannot be written here."""

    def __init__(self, owner: uuid.UUID) -> None:
        self._path = _place() / owner.hex
        self._file: int | None = None
        self.is_kept = True

    def begin_window(self) -> None:
        """What was noted before is written down."""
        if self._file is None:
            self._open()
        if self._file is not None:
            os.ftruncate(self._file, 0)

    def begin(self, ids: Iterable[int]) -> None:
        """One letter, of these messages, is on its way."""
        self._write(_BEGUN, ids)

    def accepted(self) -> None:
        self._write(_ACCEPTED, ())

    def close(self, *, is_written_down: bool) -> None:
        """Removes the file, or leaves it to the next drain."""
        if self._file is None:
            return
        if is_written_down:
            self._path.unlink(missing_ok=True)
        os.close(self._file)
        self._file = None

    def _open(self) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = _locked(self._path, os.O_CREAT | os.O_EXCL)
        except OSError as problem:
            self._give_up(problem)

    def _write(self, mark: str, ids: Iterable[int]) -> None:
        if self._file is None:
            return
        line = f"{mark}{' '.join(map(str, ids))}\n".encode()
        try:
            if os.write(self._file, line) < len(line):
                raise OSError("no room")
        except OSError as problem:
            self._give_up(problem)

    def _give_up(self, problem: OSError) -> None:
        log.warning(
            "letters are noted one by one: no journal in %s (%s)", self._path.parent, problem.strerror
        )
        self.is_kept = False


@contextmanager
def left_behind() -> Iterator[list[Left]]:
    """What dead senders of this machine left. Their files go when the block ends without an error.

    One at a time, and the others wait: who claims while a journal is being read may take what it knows to be
    sent already.
    """
    with _alone():
        yield from _taken_over()


def _taken_over() -> Iterator[list[Left]]:
    found: list[tuple[Path, int]] = []
    for path in _files():
        with suppress(OSError):  # its writer lives
            found.append((path, _locked(path)))
    try:
        yield [_read(path) for path, _file in found]
        for path, _file in found:
            path.unlink(missing_ok=True)
    finally:
        for _path, file in found:
            os.close(file)


@contextmanager
def _alone() -> Iterator[None]:
    file = None
    with suppress(OSError):  # not made yet, or not ours: nobody has left anything
        file = os.open(_place(), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if file is not None:
            os.close(file)


def _place() -> Path:
    return Path(settings.OUTBOX_JOURNALS)


def _files() -> list[Path]:
    try:
        return [path for path in _place().iterdir() if _NAME.fullmatch(path.name)]
    except OSError:  # not made yet, or not ours
        return []


def _locked(path: Path, flags: int = 0) -> int:
    """The open file, ours alone until it is closed or we die. BlockingIOError: somebody else's."""
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | flags, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.fstat(file).st_nlink:
            raise FileNotFoundError(path)  # whoever had it has just dealt with it
    except OSError:
        os.close(file)
        raise
    return file


def _read(path: Path) -> Left:
    left, last = Left(uuid.UUID(hex=path.name)), set[int]()
    for line in path.read_text("ascii", "replace").splitlines(keepends=True):
        if not line.endswith("\n"):
            break  # its writer died, or the disk was full, in the middle of the line
        ids = {int(word) for word in line[1:].split() if word.isdigit()}
        match line[0]:
            case ">":
                last = ids
                left.tried |= ids
            case "+":
                left.accepted |= last
    return left
