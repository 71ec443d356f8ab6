"""Large sealed files, written and read in pieces: neither the plain text nor the whole ever is in memory.

The same keys and the same binding to column and row as okoce.db.encryption, and the same private folder as
okoce.db.sealed_files (so its ``delete`` and ``sweep`` serve these too). Each piece is bound to its place, and
the last one to being the last: a file that was cut off or put together anew does not open.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from okoce.db import sealed_files

MARK = b"OKS1"
PIECE = 1 << 18
NONCE_BYTES, LENGTH_BYTES, TAG_BYTES = 12, 4, 16


class Broken(ValueError):
    """The file ends too early, or is none of ours."""


class SealedWriter:
    """A file that is sealed while it is written; ``name`` is what the row keeps once it is closed.

    Used as a context manager: a fault inside leaves no file behind.
    """

    def __init__(self, *, column: str, row: UUID) -> None:
        digits = secrets.token_hex(16)
        self.name = f"{digits[:2]}/{digits}"
        self.size = 0  # bytes of plain text
        self._bound, self._index, self._kept = f"{column}|{row}", 0, bytearray()
        key_id, key = next(iter(settings.ENCRYPTION_KEYS.items()))
        self._cipher, self._path = AESGCM(key), sealed_files._path(self.name)
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._unfinished = self._path.with_suffix(".part")
        descriptor = os.open(self._unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file: IO[bytes] = os.fdopen(descriptor, "wb")
        self._file.write(MARK + bytes([int(key_id)]))

    def write(self, data: bytes) -> int:
        self._kept += data
        self.size += len(data)
        while len(self._kept) > PIECE:  # one piece stays: it may be the last
            self._seal(bytes(self._kept[:PIECE]), is_last=False)
            del self._kept[:PIECE]
        return len(data)

    def flush(self) -> None:
        """Nothing to do: pieces are sealed whole."""

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, piece, _place(self._bound, self._index, is_last=is_last))
        self._file.write(len(sealed).to_bytes(LENGTH_BYTES, "big") + nonce + sealed)
        self._index += 1

    def __enter__(self) -> SealedWriter:
        return self

    def __exit__(self, fault: type[BaseException] | None, *_others: object) -> None:
        if fault is not None:
            self._file.close()
            self._unfinished.unlink(missing_ok=True)
            return
        self._seal(bytes(self._kept), is_last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._unfinished.replace(self._path)


def pieces(name: str, *, column: str, row: UUID) -> Iterator[bytes]:
    """The plain text in pieces. FileNotFoundError when gone; InvalidTag or Broken when it is another's."""
    return _read(sealed_files._path(name), f"{column}|{row}")


def _read(path: Path, bound: str) -> Iterator[bytes]:
    with path.open("rb") as file:
        head = file.read(len(MARK) + 1)
        if head[: len(MARK)] != MARK:
            raise Broken("not a sealed stream")
        cipher, index = AESGCM(settings.ENCRYPTION_KEYS[str(head[-1])]), 0
        sealed = _next(file)
        while sealed is not None:
            following = _next(file)
            place = _place(bound, index, is_last=following is None)
            yield cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
            sealed, index = following, index + 1
        if not index:
            raise Broken("no piece")


def _next(file: IO[bytes]) -> bytes | None:
    length = file.read(LENGTH_BYTES)
    if not length:
        return None
    size = int.from_bytes(length, "big")
    if len(length) < LENGTH_BYTES or size > PIECE + TAG_BYTES:
        raise Broken("cut off")
    sealed = file.read(NONCE_BYTES + size)
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise Broken("cut off")
    return sealed


def _place(bound: str, index: int, *, is_last: bool) -> bytes:
    return f"{bound}|{index}|{int(is_last)}".encode()
