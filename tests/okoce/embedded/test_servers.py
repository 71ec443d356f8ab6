"""Addresses, secrets and lock files of the embedded servers."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from okoce.embedded import StartProblem
from okoce.embedded.places import Places, own_folder
from okoce.embedded.portal import as_owner, demonstration_lines, portal_environment
from okoce.embedded.ports import next_free_port, portal_address
from okoce.embedded.postgres import APP, Postgres
from okoce.embedded.secrets import load_or_make
from okoce.embedded.servers import Servers
from okoce.embedded.supervisor import Supervisor, only_one
from okoce.settings.env import database_settings

SECRETS = {
    "postgres_password": "s",
    "owner_password": "o",
    "app_password": "a",
    "valkey_password": "v",
    "SECRET_KEY": "sk",
    "ENCRYPTION_KEYS": "ek",
    "LOOKUP_KEY": "lk",
    "VAPID_PRIVATE_KEY": "vk",
}


def test_the_address_of_the_application_role_is_read_back_by_the_settings(tmp_path):
    url = Postgres(Places(tmp_path / "a b"), SECRETS).url(APP)

    assert database_settings(url) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "okoce",
        "USER": "okoce_app",
        "PASSWORD": "a",
        "HOST": str(Places(tmp_path / "a b").socket_folder),
        "PORT": "5432",
    }


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path):
    path = tmp_path / "secrets.json"
    first = load_or_make(path)

    assert load_or_make(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert set(first) == set(SECRETS)


def test_an_opened_secrets_file_is_closed_again(tmp_path):
    path = tmp_path / "secrets.json"
    load_or_make(path)
    path.chmod(0o644)
    load_or_make(path)

    assert path.stat().st_mode & 0o777 == 0o600


def test_lost_secrets_are_not_replaced_while_the_data_exist(tmp_path):
    (tmp_path / "pg" / "data").mkdir(parents=True)
    (tmp_path / "pg" / "data" / "PG_VERSION").write_text("18\n")

    with pytest.raises(StartProblem) as problem:
        Servers(tmp_path)

    assert str(problem.value) == (
        f"{tmp_path}/secrets.json is missing, but the data it opens are still there. "
        f"Put the file back, or begin anew with: make reset"
    )


def test_a_deep_checkout_gets_a_short_socket_folder(tmp_path):
    deep = Places(tmp_path.joinpath(*["a-rather-deep-folder"] * 6) / ".local")

    assert len(str(deep.socket_folder / ".s.PGSQL.5432")) < 103
    assert deep.socket_folder == Places(deep.root).socket_folder


def test_a_shallow_checkout_keeps_its_socket_inside():
    assert str(Places(Path("/srv/okoce/.local")).socket_folder) == "/srv/okoce/.local/run"


def test_a_socket_folder_laid_as_a_trap_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(StartProblem) as problem:
        own_folder(tmp_path / "run", owner=os.getuid())

    assert str(problem.value) == f"{tmp_path}/run belongs to another user. Remove it and start again."


def test_the_lock_file_of_another_program_with_the_same_number_is_removed(tmp_path, capsys):
    """After a restart of the machine the old number belongs to somebody else: here to this very test."""
    postgres = Postgres(Places(tmp_path), SECRETS)
    lock = postgres.places.database / "postmaster.pid"
    lock.parent.mkdir(parents=True)
    lock.write_text(f"{os.getpid()}\n{lock.parent}\n")

    assert postgres.pid is None
    postgres._clear_stale_locks()

    assert not lock.exists()
    assert capsys.readouterr().out == (
        f"Removed the stale lock file {lock} of process {os.getpid()}, which no longer runs.\n"
    )


def test_data_of_another_postgresql_are_refused_with_the_way_out(tmp_path):
    postgres = Postgres(Places(tmp_path), SECRETS)
    postgres.places.database.mkdir(parents=True)
    (postgres.places.database / "PG_VERSION").write_text("16\n")

    with pytest.raises(StartProblem) as problem:
        postgres.start(die_with_parent=False)

    assert str(problem.value).startswith(
        f"The data in {postgres.places.database} were written by PostgreSQL 16, this installation brings 18."
    )
    assert str(problem.value).endswith('See docs/operations.md, "Upgrade", or begin anew with: make reset')


@pytest.fixture
def taken_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture
def answers(monkeypatch) -> list[int]:
    """The free ports that were found: another program may take one before it is asked for again."""
    found: list[int] = []

    def look(host: str, port: int) -> int:
        found.append(next_free_port(host, port))
        return found[-1]

    monkeypatch.setattr("okoce.embedded.supervisor.next_free_port", look)
    return found


def test_a_port_in_use_that_was_asked_for_is_refused_with_a_free_one(taken_port, tmp_path, answers):
    supervisor = Supervisor({"OKOCE_PORT": str(taken_port)}, local=tmp_path)

    with pytest.raises(StartProblem) as problem:
        supervisor._choose_address()

    (other,) = answers
    assert other != taken_port
    assert str(problem.value) == (
        f"Port {taken_port} is in use by another program. "
        f"Choose another one, for example: OKOCE_PORT={other} make run"
    )


def test_the_usual_port_in_use_moves_to_the_next_free_one(taken_port, tmp_path, monkeypatch, capsys, answers):
    monkeypatch.setattr("okoce.embedded.supervisor.DEFAULT_PORT", taken_port)
    host, port = Supervisor({}, local=tmp_path)._choose_address()

    assert (host, [port]) == ("127.0.0.1", answers)
    assert port != taken_port
    assert capsys.readouterr().out == (
        f"Port {taken_port} is in use by another program; using {port}. Choose with OKOCE_PORT=… make run\n"
    )


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_port_that_is_none_is_refused(port, tmp_path):
    with pytest.raises(StartProblem) as problem:
        Supervisor({"OKOCE_PORT": port}, local=tmp_path)._choose_address()

    assert str(problem.value) == f"OKOCE_PORT is '{port}'; it must be a number from 1 to 65535."


def test_a_second_portal_in_the_same_folder_is_told_where_the_first_runs(tmp_path):
    with only_one(tmp_path) as lock:
        json.dump({"pid": 4711, "address": "http://localhost:8000"}, lock)
        lock.flush()

        with pytest.raises(StartProblem) as problem, only_one(tmp_path):
            pass

    assert str(problem.value) == (
        "The portal of this folder runs already at http://localhost:8000 (process 4711). "
        "Stop it there with Ctrl-C, or with: make stop"
    )


class _Servers:
    places = Places(Path("/portal/.local"))
    secrets = SECRETS
    database_url = "postgresql://okoce_app:a@/okoce"
    owner_url = "postgresql://okoce_owner:o@/okoce"
    redis_url = "redis://:v@127.0.0.1:1/0"


def test_the_portal_gets_the_embedded_addresses_and_keys():
    env = portal_environment(_Servers, {"PATH": "/bin", "SECRET_KEY": ""})
    env.pop("PYTHONUNBUFFERED")

    assert env == {
        "PATH": "/bin",
        "OKOCE_ENV": "local",
        "SECRET_KEY": "sk",
        "ENCRYPTION_KEYS": "ek",
        "LOOKUP_KEY": "lk",
        "VAPID_PRIVATE_KEY": "vk",
        "DATABASE_URL": "postgresql://okoce_app:a@/okoce",
        "DATABASE_OWNER_URL": "postgresql://okoce_owner:o@/okoce",
        "REDIS_URL": "redis://:v@127.0.0.1:1/0",
        "OUTBOX_JOURNALS": "/portal/.local/journals",
    }
    assert as_owner(env)["DATABASE_URL"] == "postgresql://okoce_owner:o@/okoce"


def test_addresses_from_outside_replace_the_embedded_servers():
    env = portal_environment(_Servers, {"DATABASE_URL": "postgresql://x@db/okoce", "REDIS_URL": "redis://r"})

    assert env["DATABASE_URL"] == "postgresql://x@db/okoce"
    assert env["DATABASE_OWNER_URL"] == "postgresql://x@db/okoce"
    assert env["REDIS_URL"] == "redis://r"


def test_the_demonstration_accounts_are_printed(tmp_path):
    (tmp_path / "demo.json").write_text(
        json.dumps(
            {
                "password": "kata-sandi",
                "accounts": [{"username": "provinsi", "role": "Province"}, {"username": "auditor"}],
                "participants": [{"name": "Sari", "phone": "0812"}],
            }
        )
    )

    assert demonstration_lines(tmp_path / "demo.json") == [
        "",
        "Staff, all with the password kata-sandi",
        "  provinsi  Province",
        "  auditor   ",
        "Participants sign in with their phone number; the code appears on /demo/pesan/",
        "  0812  Sari",
        "",
    ]


def test_no_demonstration_prints_nothing(tmp_path):
    assert demonstration_lines(tmp_path / "demo.json") == []


def test_the_servers_need_no_django():
    code = (
        "import sys, types, pathlib; okoce = types.ModuleType('okoce'); okoce.__path__ = ['okoce']; "
        "sys.modules['okoce'] = okoce; import okoce.embedded.__main__; "
        "print(sorted(m for m in sys.modules if m.split('.')[0] in {'django', 'celery'}))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout == "[]\n"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://localhost:8000"),
        ("0.0.0.0", "http://localhost:8000"),
        ("::1", "http://[::1]:8000"),
        ("192.168.1.7", "http://192.168.1.7:8000"),
    ],
)
def test_the_printed_address_can_be_opened(host, address):
    assert portal_address(host, 8000) == address
