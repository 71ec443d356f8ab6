"""``python -m okoce.embedded``: run the portal, or its servers alone."""

# ruff: noqa: S603 (the command to run is the caller's own)

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from okoce.embedded.places import LOCAL, refuse_foreign_tree
from okoce.embedded.portal import portal_environment
from okoce.embedded.postgres import APP, DATABASE, OWNER, PORT, SUPERUSER, programs
from okoce.embedded.problems import StartProblem
from okoce.embedded.servers import Servers
from okoce.embedded.supervisor import Supervisor, say, stop_portal
from okoce.embedded.testing import MARK, ROOT, Membership, join, stop_unused

# This package starts what the settings later read, so it is the one place besides okoce/settings/env.py that
# looks at the process environment: to hand it on to the processes it starts.
# DJANGO_SETTINGS_MODULE is left out: OKOCE_ENV chooses the settings, and pytest has its own.
_GIVEN = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return int(options.action(options))
    except StartProblem as problem:
        print(problem, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m okoce.embedded", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, action: object, words: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=words, description=words)
        command.set_defaults(action=action)
        return command

    add("run", _run, "the whole portal in the foreground (make run)")
    add("stop", _stop, "stop the portal of this checkout and its servers (make stop)")
    add("reset", _reset, "stop, and remove the database, files and keys of this checkout (make reset)")
    add("up", _up, "start PostgreSQL and Valkey alone, in the background")
    execute = add("exec", _exec, "run a command with throwaway servers and an empty database")
    execute.add_argument("--local", action="store_true", help="with the data of make run instead")
    execute.add_argument("command", nargs=argparse.REMAINDER)
    tool = add("tool", _tool, "run a PostgreSQL program (psql, pg_dump …) on the data of make run")
    tool.add_argument("--superuser", action="store_true", help="as PostgreSQL's administrator")
    tool.add_argument("command", nargs=argparse.REMAINDER)
    return parser


def _run(options: argparse.Namespace) -> int:
    return Supervisor(_GIVEN).run()


def _stop(options: argparse.Namespace) -> int:
    refuse_foreign_tree()
    say("Stopped." if stop_portal() else "Nothing was running.")
    return 0


def _up(options: argparse.Namespace) -> int:
    refuse_foreign_tree()
    servers = Servers(LOCAL).start()
    say("PostgreSQL and Valkey run in the background. Stop them with: make stop")
    say(f"DATABASE_URL='{servers.database_url}'")
    say(f"DATABASE_OWNER_URL='{servers.owner_url}'")
    say(f"REDIS_URL='{servers.redis_url}'")
    return 0


def _reset(options: argparse.Namespace) -> int:
    refuse_foreign_tree()
    stop_portal()
    if not LOCAL.exists():
        say("There is nothing to remove.")
        return 0
    say(f"Removing {LOCAL}: the database, uploaded files, logs, and the keys of this checkout.")
    roots = [LOCAL]
    if stop_unused():
        roots.append(ROOT)
    else:
        say(f"Keeping {ROOT}: tests run with it at this moment.")
    for root in roots:
        if (root / "secrets.json").exists():
            _remove_socket_folder(root)
    for path in LOCAL.iterdir():
        if path != ROOT or ROOT in roots:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    return 0


def _remove_socket_folder(root: Path) -> None:
    folder = Servers(root).places.socket_folder
    if root not in folder.parents:
        shutil.rmtree(folder, ignore_errors=True)


def _exec(options: argparse.Namespace) -> int:
    command = _words(options)
    if options.local:
        refuse_foreign_tree()
        servers = _running_servers()
        return _call(command, portal_environment(servers, {"DEMO": "1", **_GIVEN}))
    membership = join()
    try:
        return _call_with_database(command, membership)
    finally:
        membership.leave()


def _call_with_database(command: list[str], membership: Membership) -> int:
    """Give the command an empty database of its own, dropped afterwards."""
    servers, name = membership.servers, f"{DATABASE}_{secrets.token_hex(4)}"
    owner = servers.postgres.url(OWNER, name)
    servers.postgres.sql(f"CREATE DATABASE {name} OWNER {OWNER}")
    try:
        return _call(
            command,
            {
                **_GIVEN,
                MARK: "1",
                "DATABASE_URL": owner,
                "DATABASE_OWNER_URL": owner,
                "DATABASE_APP_URL": servers.postgres.url(APP, name),
                "REDIS_URL": servers.redis_url,
            },
        )
    finally:
        with contextlib.suppress(StartProblem):
            servers.postgres.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _tool(options: argparse.Namespace) -> int:
    refuse_foreign_tree()
    name, *words = _words(options)
    program = programs() / Path(name).name
    if not program.exists():
        raise StartProblem(f"PostgreSQL has no program named {name}.")
    servers = _running_servers()
    role, password = (SUPERUSER, "postgres_password") if options.superuser else (OWNER, "owner_password")
    return _call(
        [str(program), *words],
        {
            **_GIVEN,
            "PGHOST": str(servers.places.socket_folder),
            "PGPORT": str(PORT),
            "PGUSER": role,
            "PGDATABASE": DATABASE,
            "PGPASSWORD": servers.secrets[password],
        },
    )


def _running_servers() -> Servers:
    servers = Servers(LOCAL) if (LOCAL / "secrets.json").exists() else None
    if servers is None or servers.postgres.pid is None:
        raise StartProblem("The database of this checkout does not run. Start it with: make run")
    return servers


def _words(options: argparse.Namespace) -> list[str]:
    words: list[str] = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not words:
        raise StartProblem("Say which command to run, after --")
    return words


def _call(command: list[str], env: dict[str, str]) -> int:
    """Run a command in the foreground; a signal to us reaches it, and its exit code is ours."""
    try:
        process = subprocess.Popen(command, env=env)
    except FileNotFoundError:
        raise StartProblem(f"There is no command named {command[0]}.") from None
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: process.send_signal(number))
    signal.signal(signal.SIGINT, lambda number, frame: None)  # the terminal sends it to the command as well
    code = process.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
