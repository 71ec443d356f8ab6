"""A stolen dump names nobody by number: no NIK and no phone in any table, in any usual disguise."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.db import connection
from django.test import Client
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.notifications.compose import open_secret
from okoce.notifications.models import Message
from okoce.values import phone as phone_values
from participants.models import Participant
from tests.factories import ParticipantFactory, member


def disguises(number: str) -> dict[str, bytes]:
    """The ways in which a NIK or a phone number (E.164) might stand in a table, as bytes to look for."""
    spellings = {number}
    if number.startswith("+62"):
        spellings |= {number[1:], "0" + number[3:], phone_values.display(number), number[3:]}
    else:
        spellings.add(" ".join(number[i : i + 4] for i in range(0, 16, 4)))
    found = {}
    for text in spellings:
        plain = text.encode()
        found[f"plain {text}"] = plain
        found[f"hex {text}"] = binascii.hexlify(plain)
        found[f"reversed {text}"] = plain[::-1]
        for shift in range(3):  # base64 of a text that holds the number at any place
            coded = base64.b64encode(b"\0" * shift + plain).rstrip(b"=")
            found[f"base64+{shift} {text}"] = coded[(0, 2, 3)[shift] : -1]
        for name in ("md5", "sha1", "sha256", "sha512"):
            digest = hashlib.new(name, plain).digest()
            found[f"{name} {text}"] = digest
            found[f"{name} hex {text}"] = digest.hex().encode()
            found[f"{name} base64 {text}"] = base64.b64encode(digest).rstrip(b"=")[:-1]
    return found


def tables() -> list[str]:
    with connection.cursor() as cursor:
        return sorted(connection.introspection.table_names(cursor))


def dump_of(table: str) -> bytes:
    """Every row as PostgreSQL writes it, with binary columns as hex; sessions also unpacked."""
    buffer = io.BytesIO()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {connection.ops.quote_name(table)} TO STDOUT") as rows,
    ):
        for piece in rows:
            buffer.write(piece)
    text = buffer.getvalue()
    return text + b"\n" + b"\n".join(unpacked_sessions()) if table == "django_session" else text


def unpacked_sessions() -> Iterator[bytes]:
    """Session rows are packed: what they hold must not name anybody either."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        for (data,) in cursor.fetchall():
            content = signing.loads(data, salt="django.contrib.sessions.SessionStore")
            yield json.dumps(content).encode()


def known_numbers_in_dump(numbers: Iterable[str]) -> list[str]:
    """``table: disguise`` for every known number that the database shows. Pass NIKs and E.164 phones."""
    wanted = {label: needle for number in numbers for label, needle in disguises(number).items()}
    found = []
    for table in tables():
        text = dump_of(table)
        # bytea columns are written as hex digits: digests are looked for there too
        found += [
            f"{table}: {label}"
            for label, needle in wanted.items()
            if needle in text or (len(needle) > 15 and binascii.hexlify(needle) in text)
        ]
    return found


@pytest.mark.parametrize(
    "planted",
    [
        "3173075708909001",
        "3173 0757 0890 9001",
        binascii.hexlify(b"3173075708909001").decode(),
        base64.b64encode(b"x3173075708909001").decode(),
        base64.b64encode(b"xy3173075708909001").decode(),
        hashlib.sha256(b"3173075708909001").hexdigest(),
        base64.b64encode(hashlib.sha256(b"3173075708909001").digest()).decode(),
    ],
)
@pytest.mark.django_db
def test_the_search_finds_what_was_planted(planted):
    ParticipantFactory(nik="3173075708909077", address=planted)

    found = known_numbers_in_dump(["3173075708909001"])

    assert {line.split(":")[0] for line in found} == {
        "participants_participant",
        "participants_participantevent",
    }


@pytest.mark.django_db
def test_the_search_finds_an_unkeyed_digest_in_a_binary_column():
    siti = ParticipantFactory(nik="3173075708909077")
    digest = hashlib.sha256(b"3173075708909001").digest()
    Participant.objects.filter(pk=siti.pk).update(nik_lookup=digest)

    assert known_numbers_in_dump(["3173075708909001"]) != []


@pytest.mark.django_db
def test_a_dump_after_a_day_of_work_names_nobody_by_number():
    """Registering, searching, signing in, a wrong code, an ended session, history, messages, the trail."""
    people = [
        ParticipantFactory(nik=f"317307570890900{n}", phone=f"+62812000{n}0000", full_name=f"Orang {n}")
        for n in range(1, 5)
    ]
    people[0].phone = "+6281300010000"
    people[0].save()
    Participant.objects.filter(pk=people[1].pk).update(status="moved")
    staff, participant = Client(), Client()
    officer = member(Role.SUDIN, "31.73")
    login = {"login": officer.username, "password": "sandi-untuk-tes"}
    staff.post("/masuk/petugas/", login)
    staff.post("/peserta/cari/", {"q": people[0].nik})
    staff.post("/peserta/cari/", {"q": "0812 0002 0000"})
    staff.post("/peserta/daftar/", {"nik": "3173075708909009"})
    staff.post(f"/peserta/{people[2].number}/buka/", {"reason": "call"})
    participant.post("/peserta/masuk/", {"phone": "0812 0002 0000"})
    participant.post("/peserta/masuk/kode/", {"code": "000000"})
    code = open_secret(Message.objects.latest("pk"))
    participant.post("/peserta/masuk/kode/", {"code": code})
    Client().post("/peserta/masuk/", {"phone": "0812 0009 0000"})
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        staff.post("/peserta/daftar/", {"nik": "3173075708909010"})
        staff.post("/masuk/petugas/", login)

    numbers = [number for p in people for number in (p.nik, p.phone)]
    typed = ["3173075708909009", "3173075708909010", "+6281200020000", "+6281200090000"]
    assert known_numbers_in_dump([*numbers, *typed]) == []
