"""Whoever steals what the portal keeps learns no NIK and no phone number of the demonstration.

The real portal, its whole list, some work in its pages; then every table, the broker and cache with all that
went through it, every log and every stored file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import expect
from redis import Redis

from okoce.embedded.postgres import DATABASE, SUPERUSER
from okoce.embedded.servers import Servers
from okoce.values import phone
from tests.journeys import deeds, invented
from tests.journeys.conftest import Portal, Visitor
from tests.journeys.kept import cache_of, files_of, shown, tables_in_dump, tables_there_are
from tests.journeys.known_numbers import SHORTEST, KnownNumbers

NIK = "3173075708909001"


# ---------------------------------------------------------------- what is looked for
@pytest.fixture
def people() -> list[invented.Person]:
    """Others each time: nobody can be registered twice when the journey is walked once more."""
    return [invented.person() for _ in range(5)]


@pytest.fixture
def known(portal: Portal, people: list[invented.Person], listed: tuple[set[str], set[str]]) -> KnownNumbers:
    niks, phones = listed
    printed = [person["phone"] for person in portal.participants] + [person.phone for person in people]
    return KnownNumbers(
        niks=niks | {person.nik for person in people},
        phones=phones | {phone.parse(number) for number in printed},
    )


def test_the_numbers_of_the_whole_list_are_looked_for(listed):
    niks, phones = listed

    assert (len(niks) > 7_500, len(phones) > 7_000) == (True, True)
    assert min(map(len, niks)) >= SHORTEST


# ---------------------------------------------------------------- what is overheard
@contextmanager
def overheard(portal: Portal) -> Iterator[Callable[[], bytes]]:
    """Every command anybody sends to Valkey meanwhile: tasks are gone from the broker once they are done."""
    heard: list[str] = []
    with Redis.from_url(Servers(portal.local).redis_url) as cache, cache.monitor() as monitor:

        def listen() -> None:
            for command in monitor.listen():
                heard.append(command["command"])
                if command["command"].endswith("that is all"):
                    return

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield lambda: "\n".join(heard).encode()
        finally:
            with Redis.from_url(Servers(portal.local).redis_url) as other:
                other.echo("that is all")
            thread.join(20)


# ---------------------------------------------------------------- the work, and the look
def post(visitor: Visitor, path: str, **form: str) -> None:
    """As the page's own form would; the words on the button do not matter here."""
    visitor.goto("/peserta/")
    token = visitor.page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value")
    address = visitor.portal.address
    answer = visitor.context.request.post(
        address + path, form={**form, "csrfmiddlewaretoken": token}, headers={"Referer": address + path}
    )
    assert answer.ok, answer.status


def work(
    visitor: Callable[..., Visitor], portal: Portal, people: list[invented.Person], folder: Path
) -> None:
    """Numbers are typed, uploaded, searched, shown, mistyped, and messages go out."""
    registered, listed, damaged, unknown, searched = people
    office = visitor()
    office.sign_in_staff("sudin.jakbar")
    number = deeds.register(office, registered)
    post(office, "/peserta/cari/", q=registered.nik)
    post(office, "/peserta/cari/", q=searched.nik)
    post(office, "/peserta/cari/", q=searched.phone)
    post(office, f"/peserta/{number}/buka/", reason="call")
    office.goto("/peserta/impor/unggah/")
    rows = [listed.row(), damaged.row(nik=f"{damaged.nik}7")]
    office.page.set_input_files("[name=file]", invented.workbook(folder / "daftar.xlsx", rows))
    office.press("Unggah dan periksa daftar")
    checked = office.page.get_by_role("heading", level=1, name=re.compile("belum disimpan"))
    expect(checked).to_be_visible(timeout=90_000)
    participant = visitor(width=390)
    participant.ask_code(unknown.phone)
    who = portal.participant("learning")
    participant.sign_in_participant(who["phone"], who["number"])
    visitor(width=390).sign_in_participant(registered.phone, number)


def test_nothing_that_is_kept_shows_a_number(visitor, portal, people, known, tmp_path):
    with overheard(portal) as commands:
        work(visitor, portal, people, tmp_path)
    tables = tables_in_dump(portal)

    assert set(tables) == tables_there_are(portal)
    kept = tables | files_of(portal) | cache_of(portal) | {"sent to valkey": commands()}
    assert shown(known, kept) == {}
    assert b"participants.tasks.check_import" in kept["sent to valkey"]
    assert {"log/web.log", "log/worker.log", "log/postgres.log"} <= set(kept)
    assert tables["public.participants_participant"].count(b"\n") > 7_700


# ---------------------------------------------------------------- the look can fail
DISGUISES = {
    "plain": NIK,
    "in groups": "3173 0757-0890.9001",
    "inside other digits": f"00{NIK}11",
    "hex": binascii.hexlify(NIK.encode()).decode(),
    "base64": base64.b64encode(NIK.encode()).decode(),
    "base64 of a longer text": base64.b64encode(f'{{"nik": "{NIK}"}}'.encode()).decode(),
    "base64 inside a longer text": f"xy{base64.b64encode(NIK.encode()).decode()}",
    "packed as a session is": base64.urlsafe_b64encode(zlib.compress(f'{{"q": "{NIK}"}}'.encode())).decode(),
    "md5": hashlib.md5(NIK.encode()).hexdigest(),
    "sha256": hashlib.sha256(NIK.encode()).hexdigest(),
    "sha256 in base64": base64.b64encode(hashlib.sha256(NIK.encode()).digest()).decode(),
}
PHONES = ["+6281234567890", "6281234567890", "081234567890", "0812-3456-7890", "+62 812 3456 7890"]


@pytest.fixture(scope="module")
def one() -> KnownNumbers:
    return KnownNumbers(niks=[NIK], phones=["+6281234567890"])


@pytest.mark.parametrize("text", DISGUISES.values(), ids=DISGUISES)
def test_a_planted_nik_is_found_in_every_disguise(one, text):
    assert len(one.shown_in(f"Jl. Uji 1\t{text}\tPalmerah".encode())) >= 1


@pytest.mark.parametrize("text", PHONES)
def test_a_planted_phone_is_found_in_every_spelling(one, text):
    assert one.shown_in(f"HP {text}, istri".encode()) == {"phone in plain"}


def test_other_numbers_are_not_taken_for_known_ones(one):
    assert one.shown_in(b"3173075708909002 081234567891 317307******9001 2026-11-21 05:57:06.123456") == set()


@pytest.mark.parametrize(
    "text",
    [
        "drain_outbox[d0db9d2f-7219-4650-8504-d11c0027b954] succeeded in 0.0109781234567890118s: None",
        "took 1.81234567890e-05s",
        "unacked_index 1781234567.8900001",
        f"\\\\x{'c0ffee' * 5}81234567890{'beef' * 9}",
    ],
    ids=["a duration", "a short duration", "a moment", "sealed bytes"],
)
def test_digits_that_look_like_a_phone_by_chance_are_passed_over(one, text):
    assert one.shown_in(text.encode()) == set()


def test_what_is_planted_in_a_running_portal_is_found(portal, known, listed):
    """A table nobody thought of, a key and a log line, each with a number of the list."""
    niks, _phones = listed
    nik = sorted(niks)[0]
    log = portal.local / "log" / "planted.log"
    servers = Servers(portal.local)
    try:
        with psycopg.connect(servers.postgres.url(SUPERUSER, DATABASE), autocommit=True) as line:
            line.execute("CREATE TABLE public.planted (note text, sealed bytea)")
            line.execute("INSERT INTO public.planted VALUES ('', %s)", [nik.encode()])
        with Redis.from_url(servers.redis_url) as cache:
            cache.lpush("planted", base64.b64encode(json.dumps({"args": [nik]}).encode()))
        log.write_text(f"searched for {nik}\n")

        kept = tables_in_dump(portal) | files_of(portal) | cache_of(portal)
        planted = {place: content for place, content in kept.items() if "planted" in place}

        assert shown(known, planted) == {
            "public.planted": {"NIK in hex"},
            "log/planted.log": {"NIK in plain"},
            "valkey b'planted'": {"NIK in base64"},
        }
    finally:
        log.unlink(missing_ok=True)
        with psycopg.connect(servers.postgres.url(SUPERUSER, DATABASE), autocommit=True) as line:
            line.execute("DROP TABLE IF EXISTS public.planted")
        with Redis.from_url(servers.redis_url) as cache:
            cache.delete("planted")
