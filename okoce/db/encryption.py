"""Personal numbers at rest: AES-256-GCM for reading back, keyed HMAC-SHA-256 for exact lookup.

A ciphertext is ``key id (1 byte) + nonce (12) + sealed text``. The column and the row's uid are bound in as
associated data: a ciphertext that is moved to another row or column does not open. Keys come from the
environment (``ENCRYPTION_KEYS``, first is current; ``LOOKUP_KEY``), so a dump alone reveals nothing: an
unkeyed hash of a NIK is guessed in minutes.
"""

import hashlib
import hmac
import os
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12


@cache
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def _bound_to(column: str, row: UUID) -> bytes:
    return f"{column}|{row}".encode()


def encrypt(plain: str, *, column: str, row: UUID) -> bytes:
    """Seal ``plain`` for one column (``participants.nik``) of one row."""
    return encrypt_bytes(plain.encode(), column=column, row=row)


def decrypt(sealed: bytes | memoryview, *, column: str, row: UUID) -> str:
    """Open what ``encrypt`` sealed; raises cryptography's InvalidTag when it belongs elsewhere."""
    return decrypt_bytes(sealed, column=column, row=row).decode()


def encrypt_bytes(plain: bytes, *, column: str, row: UUID) -> bytes:
    """As ``encrypt``, for what is no text: photos and documents (okoce.db.sealed_files)."""
    key_id, key = next(iter(settings.ENCRYPTION_KEYS.items()))
    nonce = os.urandom(NONCE_BYTES)
    return bytes([int(key_id)]) + nonce + _cipher(key).encrypt(nonce, plain, _bound_to(column, row))


def decrypt_bytes(sealed: bytes | memoryview, *, column: str, row: UUID) -> bytes:
    sealed = bytes(sealed)
    key = settings.ENCRYPTION_KEYS[str(sealed[0])]
    nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    return _cipher(key).decrypt(nonce, body, _bound_to(column, row))


def lookup(plain: str, *, column: str) -> bytes:
    """The 32-byte keyed digest under which ``plain`` is found again; differs per column."""
    return hmac.digest(settings.LOOKUP_KEY, f"{column}|{plain}".encode(), hashlib.sha256)


class Column:
    """``encrypt``, ``decrypt`` and ``lookup`` of one column for many rows: keys are looked up once.

    ``row`` is the uid as text, ``str(uid)``. For one piece of work: a key that changes is seen by the next.
    """

    def __init__(self, column: str) -> None:
        self._keys = settings.ENCRYPTION_KEYS
        key_id, key = next(iter(self._keys.items()))
        self._mark, self._cipher = bytes([int(key_id)]), _cipher(key)
        self._column = f"{column}|".encode()
        self._mac = hmac.new(settings.LOOKUP_KEY, self._column, hashlib.sha256)
        self._nonces, self._at = b"", 0

    def encrypt(self, plain: bytes, row: str) -> bytes:
        if self._at >= len(self._nonces):
            self._nonces, self._at = os.urandom(NONCE_BYTES * 500), 0
        nonce = self._nonces[self._at : self._at + NONCE_BYTES]
        self._at += NONCE_BYTES
        return self._mark + nonce + self._cipher.encrypt(nonce, plain, self._column + row.encode())

    def decrypt(self, sealed: bytes, row: str) -> bytes:
        cipher = self._cipher if sealed[:1] == self._mark else _cipher(self._keys[str(sealed[0])])
        return cipher.decrypt(
            sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], self._column + row.encode()
        )

    def lookup(self, plain: bytes) -> bytes:
        mac = self._mac.copy()
        mac.update(plain)
        return mac.digest()


class PersonalNumber:
    """Attribute over a pair of columns ``<name>_ciphertext`` and ``<name>_lookup`` of a model with a ``uid``.

    Reading decrypts, assigning seals and sets the lookup; empty is stored as NULL in both.
    """

    def __init__(self, column: str) -> None:
        self.column = column

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, row: Any, owner: type | None = None) -> Any:
        if row is None:
            return self
        sealed = getattr(row, f"{self.name}_ciphertext")
        return decrypt(sealed, column=self.column, row=row.uid) if sealed else ""

    def __set__(self, row: Any, plain: str) -> None:
        setattr(
            row, f"{self.name}_ciphertext", encrypt(plain, column=self.column, row=row.uid) if plain else None
        )
        setattr(row, f"{self.name}_lookup", lookup(plain, column=self.column) if plain else None)
