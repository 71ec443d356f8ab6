"""Writes the people of a checked list, set by set, inside the caller's transaction."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from okoce.accounts.models import User
from okoce.db.encryption import encrypt, lookup
from okoce.values import names
from participants.enums import Category, Purpose, Source, Step
from participants.enums import Status as ParticipantStatus
from participants.models import ImportBatch
from participants.models.imports import RowOutcome
from participants.numbering import reserve_numbers
from participants.sectors import sector_of
from participants.services.staging import stage

CONSENT_TEXT = "formulir-kertas"  # agreed on the office's own registration form, as the officer stated
LOCK_SPACE = 0x494D51

_COLUMNS = {
    "position": "integer",
    "uid": "uuid",
    "full_name": "text",
    "name_key": "text",
    "nik_ciphertext": "bytea",
    "nik_lookup": "bytea",
    "phone_ciphertext": "bytea",
    "phone_lookup": "bytea",
    "email": "text",
    "birth_date": "date",
    "birth_place": "text",
    "sex": "text",
    "address": "text",
    "rt": "text",
    "rw": "text",
    "kelurahan_id": "text",
    "kecamatan_id": "text",
    "category": "text",
    "business_name": "text",
    "sector_id": "text",
    "is_running": "boolean",
    "has_business": "boolean",
}


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the staging table, sealed."""

    position: int
    kecamatan: str
    columns: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    new: int
    existing: int


def person_of(position: int, values: dict[str, Any]) -> Person:
    """Checked values as columns; NIK and phone are sealed for the participant that may come of them."""
    uid, phone = uuid.uuid4(), values["hp"]
    status, name = values["status_usaha"], values["nama"][: names.MAX_LENGTH]
    kind, business = values["jenis_usaha"], values["nama_usaha"]
    columns = (
        position,
        uid,
        name,
        names.key(name)[: names.MAX_LENGTH],
        encrypt(values["nik"], column="participants.nik", row=uid),
        lookup(values["nik"], column="participants.nik"),
        encrypt(phone, column="participants.phone", row=uid) if phone else None,
        lookup(phone, column="participants.phone") if phone else None,
        values["email"] or "",
        values["tgl_lahir"],
        (values["tempat_lahir"] or "")[:60],
        values["jenis_kelamin"],
        (values["alamat"] or "")[:200],
        values["rt"] or "",
        values["rw"] or "",
        values["kelurahan"],
        values["kecamatan"],
        Category.STARTER.value if status == "sudah" else Category.WOULD_BE.value,
        (business or "")[:100],
        sector_of(kind),
        None if status is None else status == "sudah",
        bool(kind or business or status),
    )
    return Person(position, values["kecamatan"], columns)


def write(*, batch: ImportBatch, people: Sequence[Person], by: User, on: date) -> Counts:
    """Participants with business, enrolment, first step, foster link and consent; then what came of each row.

    Two lists of one city are written one after the other, so that the second sees the first.
    """
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_SPACE, batch.city_id])
        # Foreign keys are checked after each statement: queued until the commit they cost a tenth more.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        staged = (person.columns for person in people)
        stage(cursor, "import_staging", _COLUMNS, staged, joined_on=("position", "uid", "nik_lookup"))
        cursor.execute(
            "ALTER TABLE import_staging ADD number text, ADD participant_id bigint, "
            "ADD is_new boolean NOT NULL DEFAULT false"
        )
        _find_registered(cursor)
        _give_numbers(cursor)
        _insert_participants(cursor, batch, by, on, now)
        _find_registered(cursor)  # somebody registered at a counter in this very moment
        _insert_what_belongs_to_them(cursor, batch, by, on, now)
        return _say_what_came_of_each(cursor, batch)


def _find_registered(cursor: CursorWrapper) -> None:
    cursor.execute(
        "UPDATE import_staging s SET participant_id = coalesce(p.merged_into_id, p.id) "
        "FROM participants_participant p WHERE p.nik_lookup = s.nik_lookup AND s.participant_id IS NULL"
    )


def _give_numbers(cursor: CursorWrapper) -> None:
    cursor.execute(
        "SELECT kecamatan_id, array_agg(position ORDER BY position) FROM import_staging "
        "WHERE participant_id IS NULL GROUP BY kecamatan_id"
    )
    positions = dict(cursor.fetchall())
    numbers = reserve_numbers(Counter({code: len(places) for code, places in positions.items()}))
    given = [
        (place, number)
        for code, places in positions.items()
        for place, number in zip(places, numbers[code], strict=True)
    ]
    cursor.execute(
        "UPDATE import_staging s SET number = n.number FROM unnest(%s::int[], %s::text[]) AS n(position, "
        "number) "
        "WHERE n.position = s.position",
        [[place for place, _number in given], [number for _place, number in given]],
    )


def _insert_participants(
    cursor: CursorWrapper, batch: ImportBatch, by: User, on: date, now: datetime
) -> None:
    cursor.execute(
        """
        INSERT INTO participants_participant (
            created_at, updated_at, uid, number, full_name, name_key, nik_ciphertext, nik_lookup,
            phone_ciphertext, phone_lookup, email, birth_date, birth_place, sex, address, rt, rw,
            kelurahan_id, kecamatan_id, city_id, is_outside_dki, category, status, source,
            registered_on, registered_by_id, registered_at_unit_id)
        SELECT %(now)s, %(now)s, uid, number, full_name, name_key, nik_ciphertext, nik_lookup,
            phone_ciphertext, phone_lookup, email, birth_date, birth_place, sex, address, rt, rw,
            kelurahan_id, kecamatan_id, left(kecamatan_id, 5), false, category, %(status)s, %(source)s,
            %(on)s, %(by)s, %(unit)s
        FROM import_staging WHERE participant_id IS NULL ORDER BY position
        ON CONFLICT (nik_lookup) DO NOTHING
        """,
        {
            "now": now,
            "status": ParticipantStatus.ACTIVE.value,
            "source": Source.IMPORT.value,
            "on": on,
            "by": by.pk,
            "unit": batch.organisation_id,
        },
    )
    cursor.execute(
        "UPDATE import_staging s SET participant_id = p.id, is_new = true FROM participants_participant p "
        "WHERE p.uid = s.uid"
    )


def _insert_what_belongs_to_them(
    cursor: CursorWrapper, batch: ImportBatch, by: User, on: date, now: datetime
) -> None:
    new = "FROM import_staging WHERE is_new"
    cursor.execute(
        "INSERT INTO participants_business (created_at, updated_at, participant_id, name, sector_id, "
        "is_running) "
        f"SELECT %s, %s, participant_id, business_name, sector_id, is_running {new} AND has_business ORDER "
        f"BY position",
        [now, now],
    )
    cursor.execute(
        f"INSERT INTO participants_enrolment (participant_id, year, enrolled_on) SELECT participant_id, "
        f"%s, %s {new} "
        "ON CONFLICT DO NOTHING",
        [on.year, on],
    )
    cursor.execute(
        "INSERT INTO participants_stepreached (participant_id, step, reached_on, evidence, actor_id, "
        "recorded_at) "
        f"SELECT participant_id, %s, %s, %s, %s, %s {new} ON CONFLICT DO NOTHING",
        [Step.P1_REGISTRATION.value, on, f"import:{batch.pk}", by.pk, now],
    )
    if batch.organisation is not None and batch.organisation.is_pengampu:
        cursor.execute(
            "INSERT INTO participants_fosterlink (participant_id, organisation_id, valid_from) "
            f"SELECT participant_id, %s, %s {new} ON CONFLICT DO NOTHING",
            [batch.organisation_id, on],
        )
    if batch.messages_consented:
        cursor.execute(
            "INSERT INTO participants_consent "
            "(participant_id, purpose, is_given, text_version, language, channel, at, recorded_by_id) "
            f"SELECT participant_id, %s, true, %s, 'id', %s, %s, %s {new} AND phone_lookup IS NOT NULL",
            [Purpose.MESSAGES.value, CONSENT_TEXT, Source.IMPORT.value, now, by.pk],
        )


def _say_what_came_of_each(cursor: CursorWrapper, batch: ImportBatch) -> Counts:
    cursor.execute(
        "UPDATE participants_importrow r SET participant_id = s.participant_id, "
        "outcome = CASE WHEN s.is_new THEN %s ELSE %s END "
        "FROM import_staging s WHERE r.batch_id = %s AND r.position = s.position",
        [RowOutcome.NEW.value, RowOutcome.EXISTING.value, batch.pk],
    )
    cursor.execute(
        "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM import_staging"
    )
    return Counts(*cursor.fetchone())
