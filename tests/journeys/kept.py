"""Everything a running portal keeps: tables as pg_dump writes them, files and logs, broker and cache."""

from __future__ import annotations

import re
import subprocess

import psycopg
from redis import Redis

from okoce.embedded.postgres import DATABASE, SUPERUSER, programs
from okoce.embedded.servers import Servers
from tests.journeys.conftest import Portal
from tests.journeys.known_numbers import KnownNumbers

NUMBERS_ON_PURPOSE = {
    "demo.json",
    "supervisor.log",
}  # the three phones a visitor may use, as the terminal shows
NOT_OURS_TO_READ = {"pg", "run", "secrets.json"}  # the cluster itself is read by pg_dump
OF_THE_TESTS = {"test"}  # servers of tests that ran in the same folder


def tables_in_dump(portal: Portal) -> dict[str, bytes]:
    """What pg_dump writes of each table, as the administrator: nothing is hidden from it."""
    url = Servers(portal.local).postgres.url(SUPERUSER, DATABASE)
    dump = subprocess.run([programs() / "pg_dump", url], check=True, capture_output=True).stdout
    found = re.findall(rb'^COPY ([\w."]+) \(.*?\) FROM stdin;\n(.*?)^\\\.$', dump, re.MULTILINE | re.DOTALL)
    return {name.decode().replace('"', ""): rows for name, rows in found}


def tables_there_are(portal: Portal) -> set[str]:
    with psycopg.connect(Servers(portal.local).postgres.url(SUPERUSER, DATABASE)) as line:
        rows = line.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        return {name for (name,) in rows}


def files_of(portal: Portal) -> dict[str, bytes]:
    """Logs, uploads, schedules: every file of the portal's folder that is not meant to hold numbers."""
    return {
        str(path.relative_to(portal.local)): path.read_bytes()
        for path in sorted(portal.local.rglob("*"))
        if path.is_file()
        and path.relative_to(portal.local).parts[0]
        not in NUMBERS_ON_PURPOSE | NOT_OURS_TO_READ | OF_THE_TESTS
    }


def cache_of(portal: Portal) -> dict[str, bytes]:
    """Every key of Valkey with what it holds: broker, cache, limits of tries."""
    read = {
        b"string": lambda cache, key: [cache.get(key)],
        b"list": lambda cache, key: cache.lrange(key, 0, -1),
        b"set": lambda cache, key: list(cache.smembers(key)),
        b"zset": lambda cache, key: cache.zrange(key, 0, -1),
        b"hash": lambda cache, key: [part for pair in cache.hgetall(key).items() for part in pair],
    }
    with Redis.from_url(Servers(portal.local).redis_url) as cache:
        return {
            f"valkey {key!r}": b"\n".join([key, *(part or b"" for part in read[cache.type(key)](cache, key))])
            for key in cache.scan_iter()
        }


def shown(known: KnownNumbers, places: dict[str, bytes]) -> dict[str, set[str]]:
    return {place: found for place, content in places.items() if (found := known.shown_in(content))}
