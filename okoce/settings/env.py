"""The only reader of the process environment.

Every reader takes the variable's name and an optional ``default``. Without a default the variable is
required: a missing or unreadable one is noted, a harmless stand-in is returned, and
``refuse_if_incomplete()``, called at the end of a settings module, raises one error that names everything
that is wrong. A person who installs the portal sees the whole list at once, not one name per start.

An empty variable counts as missing: ``SECRET_KEY=`` in a file of variables is a forgotten value.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from okoce.embedded.places import LOCAL
from okoce.embedded.portal import portal_environment
from okoce.embedded.servers import Servers
from okoce.embedded.testing import throwaway_environment

KEY_BYTES: Final = 32  # AES-256 and HMAC-SHA-256

_TRUE: Final = {"1", "true", "yes", "on"}
_FALSE: Final = {"0", "false", "no", "off"}


class _Required:
    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Final = _Required()


class Environment:
    """Typed reading of one mapping of variables; the module's functions read ``os.environ``."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._missing: list[str] = []
        self._malformed: list[str] = []

    def text(self, name: str, *, default: Any = REQUIRED) -> Any:
        """The value, stripped; ``default`` (of any type) when it is absent or empty."""
        value = self._variables.get(name, "").strip()
        if value:
            return value
        if default is REQUIRED:
            self._note_missing(name)
            return ""
        return default

    def flag(self, name: str, *, default: Any = REQUIRED) -> bool:
        """1/true/yes/on or 0/false/no/off."""
        value = self.text(name, default=default)
        if isinstance(value, bool):
            return value
        if value.lower() in _TRUE:
            return True
        if value and value.lower() not in _FALSE:
            self._note_malformed(name, "must be 1 or 0")
        return False

    def number(self, name: str, *, default: Any = REQUIRED) -> int:
        """A whole number that is not negative."""
        value = self.text(name, default=default)
        if not isinstance(value, str):
            return int(value)
        if value.isascii() and value.isdigit():
            return int(value)
        if value:
            self._note_malformed(name, "must be a whole number")
        return 0

    def words(self, name: str, *, default: Any = REQUIRED) -> list[str]:
        """A list of words separated by commas."""
        value = self.text(name, default=default)
        if isinstance(value, str):
            return [word.strip() for word in value.split(",") if word.strip()]
        return list(value)

    def path(self, name: str, *, default: Any = REQUIRED) -> Path:
        """A folder or file; a relative one counts from the working folder."""
        return Path(self.text(name, default=default)).expanduser()

    def url(self, name: str, *, schemes: tuple[str, ...] = (), default: Any = REQUIRED) -> Any:
        """An address as text; with ``schemes`` only those are accepted."""
        value = self.text(name, default=default)
        if isinstance(value, str) and value and schemes and urlsplit(value).scheme not in schemes:
            self._note_malformed(name, "must begin with " + " or ".join(f"{scheme}://" for scheme in schemes))
        return value

    def keys(self, name: str, *, default: Any = REQUIRED) -> dict[str, bytes]:
        """Encryption keys ``id:base64,id:base64`` in their order; the first one is current.

        Each id is 1 to 255, because it is written as one byte before what it encrypts.
        """
        value = self.text(name, default=default)
        if not isinstance(value, str):
            return dict(value)
        found: dict[str, bytes] = {}
        for part in value.split(",") if value else ():
            key_id, colon, encoded = part.strip().partition(":")
            key = _decode_key(encoded)
            if not colon or not key_id.isdigit() or not 1 <= int(key_id) <= 255 or key is None:
                self._note_malformed(name, f"must be id:base64 of {KEY_BYTES} bytes, separated by commas")
                return {}
            if key_id in found:
                self._note_malformed(name, f"holds the key id {key_id} twice")
            found[key_id] = key
        return found

    def key(self, name: str, *, default: Any = REQUIRED) -> bytes:
        """One key of 32 bytes as base64."""
        value = self.text(name, default=default)
        if not isinstance(value, str):
            return bytes(value)
        key = _decode_key(value) if value else b""
        if key is None:
            self._note_malformed(name, f"must be base64 of {KEY_BYTES} bytes")
            return b""
        return key

    def database(self, name: str, *, default: Any = REQUIRED) -> dict[str, Any]:
        """Django's ``DATABASES`` entry for a PostgreSQL address.

        Both ``postgresql://user:password@host:5432/name`` and a Unix socket as
        ``postgresql://user:password@/name?host=/folder&port=5432`` are read; other parameters become
        options of the driver.
        """
        value = self.url(name, schemes=("postgresql", "postgres"), default=default)
        return database_settings(value) if isinstance(value, str) else value

    def email(self, name: str, *, default: Any = REQUIRED) -> dict[str, Any]:
        """Django's ``EMAIL_*`` settings for ``smtp://user:password@host:port``; empty when unset.

        ``smtp://…?tls=1`` starts TLS on the plain port, ``smtps://…`` speaks TLS from the first byte.
        """
        value = self.url(name, schemes=("smtp", "smtps"), default=default)
        return email_settings(value) if isinstance(value, str) and value else {}

    def refuse(self, name: str, why: str) -> None:
        """Note that a value which can be read must not be used here."""
        self._note_malformed(name, why)

    def refuse_if_incomplete(self) -> None:
        """Raise one error that names every missing and every unreadable variable."""
        if not self._missing and not self._malformed:
            return
        lines = []
        if self._missing:
            lines.append("These environment variables are missing: " + ", ".join(self._missing) + ".")
        lines += [f"{problem}." for problem in self._malformed]
        lines.append('What each one means is written in docs/operations.md, "Environment variables".')
        raise ImproperlyConfigured(" ".join(lines))

    def _note_missing(self, name: str) -> None:
        if name not in self._missing:
            self._missing.append(name)

    def _note_malformed(self, name: str, what: str) -> None:
        # The value itself is never repeated: it may be a password or a key.
        problem = f"{name} {what}"
        if problem not in self._malformed:
            self._malformed.append(problem)


def _decode_key(encoded: str) -> bytes | None:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None


def database_settings(url: str) -> dict[str, Any]:
    """Django's ``DATABASES`` entry for a PostgreSQL address (TCP or Unix socket)."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    port = options.pop("port", "") or str(parts.port or "")
    settings: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
    }
    if options:
        settings["OPTIONS"] = options
    return settings


def email_settings(url: str) -> dict[str, Any]:
    """Django's ``EMAIL_*`` settings for an SMTP address."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    secure = parts.scheme == "smtps"
    return {
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (465 if secure else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": secure,
        "EMAIL_USE_TLS": options.get("tls", "0").lower() in _TRUE,
    }


_environment = Environment(os.environ)

text = _environment.text
flag = _environment.flag
number = _environment.number
words = _environment.words
url = _environment.url
keys = _environment.keys
key = _environment.key
path = _environment.path
database = _environment.database
email = _environment.email
refuse = _environment.refuse
refuse_if_incomplete = _environment.refuse_if_incomplete


def fill(values: Mapping[str, str]) -> None:
    """Set the variables that are absent or empty."""
    for name, value in values.items():
        if not os.environ.get(name):
            os.environ[name] = value


def defaults_for_tests() -> None:
    """Fixed keys and the addresses of the throwaway servers, unless the environment says otherwise.

    Only the addresses are chosen here; ``okoce.embedded.testing.ensure_test_servers()`` starts the servers,
    so that reading these settings (type checks, ``makemigrations --check``) starts nothing.
    """
    fill(
        {
            "SECRET_KEY": "only-for-tests-" + "x" * 40,
            "ENCRYPTION_KEYS": "1:" + base64.b64encode(b"only-for-tests-encryption-key-1!").decode(),
            "LOOKUP_KEY": base64.b64encode(b"only-for-tests-lookup-key-32-b!!").decode(),
            "VAPID_PRIVATE_KEY": base64.urlsafe_b64encode(b"only-for-tests-vapid-key-32-byt!").decode(),
        }
    )
    if not os.environ.get("DATABASE_URL") or not os.environ.get("REDIS_URL"):
        fill(throwaway_environment())


def defaults_for_local() -> None:
    """Addresses and keys of this checkout's own servers, so that ``manage.py`` works beside ``make run``."""
    if not (LOCAL / "secrets.json").exists() or not os.access(LOCAL / "secrets.json", os.R_OK):
        return
    fill(portal_environment(Servers(LOCAL), os.environ))


def choose_settings_module(variables: MutableMapping[str, str] = os.environ) -> None:
    """Point ``DJANGO_SETTINGS_MODULE`` at the settings of ``OKOCE_ENV`` (local, test, production)."""
    name = variables.get("OKOCE_ENV", "").strip() or "local"
    if name not in {"local", "test", "production"}:
        raise ImproperlyConfigured(f"OKOCE_ENV is {name!r}; it must be local, test or production.")
    variables.setdefault("DJANGO_SETTINGS_MODULE", f"okoce.settings.{name}")
