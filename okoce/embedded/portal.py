"""What a process of the portal needs to know: addresses and keys, as environment variables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from okoce.embedded.secrets import KEYS
from okoce.embedded.servers import Servers


def portal_environment(servers: Servers, given: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a process of the portal; what ``given`` sets already stays as it is.

    A ``DATABASE_URL`` from outside without ``DATABASE_OWNER_URL`` is used for migrations too.
    """
    env = dict(given)

    def default(name: str, value: str) -> None:
        if not env.get(name):
            env[name] = value

    default("OKOCE_ENV", "local")
    for name in KEYS:
        default(name, servers.secrets[name])
    if env.get("DATABASE_URL"):
        default("DATABASE_OWNER_URL", env["DATABASE_URL"])
    else:
        env["DATABASE_URL"] = servers.database_url
        env["DATABASE_OWNER_URL"] = servers.owner_url
    if not env.get("REDIS_URL"):
        env["REDIS_URL"] = servers.redis_url
    default("OUTBOX_JOURNALS", str(servers.places.journals))
    default("PYTHONUNBUFFERED", "1")
    return env


def as_owner(env: Mapping[str, str]) -> dict[str, str]:
    """The same environment for commands that change tables: the owner's address."""
    return {**env, "DATABASE_URL": env["DATABASE_OWNER_URL"]}


def demonstration_lines(path: Path) -> list[str]:
    """The demonstration's accounts as ``load_demo`` wrote them, for the terminal."""
    try:
        demo = json.loads(path.read_text())
    except (OSError, ValueError):
        return []
    lines = [""]
    if demo.get("accounts"):
        lines.append(f"Staff, all with the password {demo.get('password', '?')}")
        width = max(len(str(account["username"])) for account in demo["accounts"])
        lines += [
            f"  {account['username']:<{width}}  {account.get('role', '')}" for account in demo["accounts"]
        ]
    if demo.get("participants"):
        lines.append("Participants sign in with their phone number; the code appears on /demo/pesan/")
        lines += [f"  {person['phone']}  {person.get('name', '')}" for person in demo["participants"]]
    return [*lines, ""]
