"""Passwords and keys of this machine's own servers, made once, in a file only its owner may read."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

from okoce.embedded.problems import StartProblem


def _password() -> str:
    return secrets.token_urlsafe(24)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def _signing_key() -> str:
    """Any 32 bytes are a private key of P-256, but for one chance in four billion."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii").rstrip("=")


_MAKERS = {
    "postgres_password": _password,
    "owner_password": _password,
    "app_password": _password,
    "valkey_password": _password,
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "ENCRYPTION_KEYS": lambda: f"1:{_key()}",
    "LOOKUP_KEY": _key,
    "VAPID_PRIVATE_KEY": _signing_key,
}
KEYS = ("SECRET_KEY", "ENCRYPTION_KEYS", "LOOKUP_KEY", "VAPID_PRIVATE_KEY")


def load_or_make(path: Path, *, may_make: bool = True) -> dict[str, str]:
    """The secrets in ``path`` (mode 0600), made at the first call.

    ``may_make=False`` when data exist that only the old secrets open: a new file would lock them for ever.
    """
    if path.exists():
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        try:
            found = json.loads(path.read_text())
        except ValueError:
            raise StartProblem(
                f"{path} cannot be read. Put its copy back, or begin anew with: make reset"
            ) from None
    elif not may_make:
        raise StartProblem(
            f"{path} is missing, but the data it opens are still there. "
            f"Put the file back, or begin anew with: make reset"
        )
    else:
        found = {}
    new = {name: make() for name, make in _MAKERS.items() if name not in found}
    if new:
        found |= new
        write_private(path, json.dumps(found, indent=1) + "\n")
    return dict(found)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)
