"""Writes the people of a checked list, set by set.

``prepared`` seals them into a temporary table, some thousands at a time, so that a list of 280,000 needs
little memory and tells how far it is; ``write`` makes participants of them inside the caller's transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from okoce.accounts.models import User
from okoce.db.encryption import Column
from okoce.values import names
from participants.enums import Category, Purpose, Source, Step
from participants.enums import Status as ParticipantStatus
from participants.importing.codes import Status
from participants.importing.kept import values_in
from participants.models import ImportBatch
from participants.models.imports import RowOutcome
from participants.numbering import reserve_numbers
from participants.sectors import sector_of
from participants.services import staging
from participants.services.staging import NO, NULL, YES, as_bytea, drop_staged

CONSENT_TEXT = "formulir-kertas"  # agreed on the office's own registration form, as the officer stated
LOCK_SPACE = 0x494D51
CHUNK = 4_000
VALUES_COLUMN = "imports.values"
SAVED = [Status.ACCEPTED.value, Status.WARNING.value]
STAGED = "import_staging"

Tell = Callable[[str, int, int], None]

_READY = {  # written by ourselves
    "position": "integer",
    "uid": "uuid",
    "nik_ciphertext": "bytea",
    "nik_lookup": "bytea",
    "phone_ciphertext": "bytea",
    "phone_lookup": "bytea",
    "category": "text",
    "sector_id": "text",
    "is_running": "boolean",
    "has_business": "boolean",
    "nth": "integer",
}
_TEXTS = {  # as they stand in the list
    "full_name": "text",
    "name_key": "text",
    "email": "text",
    "birth_date": "date",
    "birth_place": "text",
    "sex": "text",
    "address": "text",
    "rt": "text",
    "rw": "text",
    "kelurahan_id": "text",
    "kecamatan_id": "text",
    "business_name": "text",
}
_COLUMNS = {**_READY, **_TEXTS}


@dataclass(frozen=True, slots=True)
class Counts:
    new: int
    existing: int


@dataclass(slots=True)
class Prepared:
    """What waits in the temporary table: how many, and how many of each kecamatan seem to be new."""

    count: int
    new_by_kecamatan: Counter[str]


@contextmanager
def prepared(batch: ImportBatch, tell: Tell) -> Iterator[Prepared]:
    """The rows of the batch that can be saved, sealed as participants, until the block ends."""
    found = Prepared(0, Counter())
    with connection.cursor() as cursor:
        try:
            _stage(cursor, batch, found, tell)
            yield found
        finally:
            if not connection.needs_rollback:
                drop_staged(cursor, STAGED)


def _stage(cursor: CursorWrapper, batch: ImportBatch, found: Prepared, tell: Tell) -> None:
    cursor.execute(
        "SELECT count(*) FROM participants_importrow WHERE batch_id = %s AND status = ANY(%s)",
        [batch.pk, SAVED],
    )
    (total,) = cursor.fetchone()
    sealed = _Sealed(found.new_by_kecamatan)
    last = 0
    staging.make_staged(cursor, STAGED, _COLUMNS, is_kept=True)
    # Whoever comes of a row has the number it will have: no row of this table is written twice.
    cursor.execute(
        "ALTER TABLE import_staging ADD participant_id bigint NOT NULL "
        "DEFAULT nextval(pg_get_serial_sequence('participants_participant', 'id'))"
    )
    while True:
        tell("preparing", found.count, total)
        cursor.execute(
            "SELECT position, uid::text, values_ciphertext, nik_lookup, outcome FROM participants_importrow "
            "WHERE batch_id = %s AND status = ANY(%s) AND position > %s ORDER BY position LIMIT %s",
            [batch.pk, SAVED, last, CHUNK],
        )
        rows = cursor.fetchall()
        if not rows:
            break
        last = rows[-1][0]
        staging.stage_lines(cursor, STAGED, _COLUMNS, [sealed.line(*row) for row in rows])
        found.count += len(rows)
        if len(rows) < CHUNK:
            break
    cursor.execute("ANALYZE import_staging (position, nik_lookup)")


class _Sealed:
    """Checked values as columns; NIK and phone are sealed for the participant that may come of them.

    That participant has the uid of its row.
    """

    def __init__(self, new_by_kecamatan: Counter[str]) -> None:
        self._values = Column(VALUES_COLUMN)
        self._nik, self._phone = Column("participants.nik"), Column("participants.phone")
        self._new = new_by_kecamatan

    def line(self, position: int, uid: str, sealed: bytes, nik_lookup: bytes | None, outcome: str) -> str:
        name, nik, phone, born_in, born_on, sex, address, rt, rw, kelurahan, kecamatan, *rest = values_in(
            self._values.decrypt(sealed, uid)
        )
        kind, business, email, status = rest[:4]
        nik_bytes = (nik or "").encode()
        name = (name or "")[: names.MAX_LENGTH]
        kecamatan = kecamatan or ""
        nth = NULL
        if outcome != RowOutcome.EXISTING.value:
            self._new[kecamatan] = place = self._new[kecamatan] + 1
            nth = str(place)
        return staging.line(
            (
                str(position),
                uid,
                as_bytea(self._nik.encrypt(nik_bytes, uid)),
                as_bytea(self._nik.lookup(nik_bytes) if nik_lookup is None else nik_lookup),
                as_bytea(self._phone.encrypt(phone.encode(), uid)) if phone else NULL,
                as_bytea(self._phone.lookup(phone.encode())) if phone else NULL,
                Category.STARTER.value if status == "sudah" else Category.WOULD_BE.value,
                sector_of(kind) or NULL,
                NULL if status is None else YES if status == "sudah" else NO,
                YES if kind or business or status else NO,
                nth,
            ),
            (
                name,
                names.key(name)[: names.MAX_LENGTH],
                email or "",
                born_on or "",
                (born_in or "")[:60],
                sex or "",
                (address or "")[:200],
                rt or "",
                rw or "",
                kelurahan or "",
                kecamatan,
                (business or "")[:100],
            ),
        )


def write(*, batch: ImportBatch, people: Prepared, by: User, on: date) -> Counts:
    """Participants with business, enrolment, first step, foster link and consent; then what came of each row.

    Two lists of one city are written one after the other, so that the second sees the first.
    """
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_SPACE, batch.city_id])
        # Foreign keys are checked after each statement: queued until the commit they cost a tenth more.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        existing = _find_registered(cursor)
        not_any_more = _give_numbers(cursor, people, existing=existing)
        inserted = _insert_participants(cursor, batch, by, on, now)
        if inserted < people.count - existing:
            existing += _find_registered_meanwhile(cursor)
        _insert_what_belongs_to_them(cursor, batch, by, on, now, new=_NEW if existing else _ALL)
        _say_who_was_registered(cursor, batch, not_any_more)
    return Counts(inserted, existing)


_ALL = "FROM import_staging s WHERE true"
_NEW = "FROM import_staging s WHERE NOT EXISTS (SELECT FROM import_known k WHERE k.position = s.position)"


def _find_registered(cursor: CursorWrapper) -> int:
    """Those who are in the register already, whatever was said when the list was checked."""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.import_known")
    cursor.execute(
        "CREATE TEMPORARY TABLE import_known ON COMMIT DROP AS "
        "SELECT s.position, coalesce(p.merged_into_id, p.id) AS participant_id "
        "FROM import_staging s JOIN participants_participant p ON p.nik_lookup = s.nik_lookup"
    )
    count = int(cursor.rowcount)
    if count:
        cursor.execute("ANALYZE import_known")
    return count


def _find_registered_meanwhile(cursor: CursorWrapper) -> int:
    """Somebody registered at a counter in this very moment: the insert has passed over them."""
    cursor.execute(
        "INSERT INTO import_known SELECT s.position, coalesce(p.merged_into_id, p.id) "
        "FROM import_staging s JOIN participants_participant p ON p.nik_lookup = s.nik_lookup "
        "WHERE p.id <> s.participant_id "
        "AND NOT EXISTS (SELECT FROM import_known k WHERE k.position = s.position)"
    )
    return int(cursor.rowcount)


def _give_numbers(cursor: CursorWrapper, people: Prepared, *, existing: int) -> list[int]:
    """The first serial of each kecamatan; a row's number follows from its place among the new ones.

    Who was registered when the list was checked and is not any more has no place yet: the positions of their
    rows.
    """
    wanted = people.new_by_kecamatan
    new = _NEW if existing else _ALL
    cursor.execute(f"SELECT s.position, s.kecamatan_id {new} AND s.nth IS NULL ORDER BY s.position")
    without_place = cursor.fetchall()
    for position, kecamatan in without_place:
        wanted[kecamatan] += 1
        cursor.execute(
            "UPDATE import_staging SET nth = %s WHERE position = %s", [wanted[kecamatan], position]
        )
    counts: dict[str | None, int] = {code: count for code, count in wanted.items()}  # noqa: C416 (its type)
    given = reserve_numbers(counts)
    cursor.execute("DROP TABLE IF EXISTS pg_temp.import_series")
    cursor.execute(
        "CREATE TEMPORARY TABLE import_series (kecamatan_id text, prefix text, before integer) ON COMMIT DROP"
    )
    firsts = [(kecamatan, *numbers[0].rpartition("-")) for kecamatan, numbers in given.items() if numbers]
    cursor.execute(
        "INSERT INTO import_series SELECT * FROM unnest(%s::text[], %s::text[], %s::int[])",
        [
            [kecamatan for kecamatan, _prefix, _dash, _first in firsts],
            [f"{prefix}-" for _kecamatan, prefix, _dash, _first in firsts],
            [int(first) - 1 for _kecamatan, _prefix, _dash, first in firsts],
        ],
    )
    return [position for position, _kecamatan in without_place]


def _insert_participants(cursor: CursorWrapper, batch: ImportBatch, by: User, on: date, now: datetime) -> int:
    cursor.execute(
        """
        INSERT INTO participants_participant (
            id, created_at, updated_at, uid, number, full_name, name_key, nik_ciphertext, nik_lookup,
            phone_ciphertext, phone_lookup, email, birth_date, birth_place, sex, address, rt, rw,
            kelurahan_id, kecamatan_id, city_id, is_outside_dki, category, status, source,
            registered_on, registered_by_id, registered_at_unit_id)
        SELECT s.participant_id, %(now)s, %(now)s, s.uid,
            n.prefix || lpad((n.before + s.nth)::text, greatest(5, length((n.before + s.nth)::text)), '0'),
            s.full_name, s.name_key, s.nik_ciphertext, s.nik_lookup,
            s.phone_ciphertext, s.phone_lookup, s.email, s.birth_date, s.birth_place, s.sex, s.address, s.rt,
            s.rw, s.kelurahan_id, s.kecamatan_id, left(s.kecamatan_id, 5), false, s.category, %(status)s,
            %(source)s, %(on)s, %(by)s, %(unit)s
        FROM import_staging s JOIN import_series n ON n.kecamatan_id = s.kecamatan_id
        WHERE NOT EXISTS (SELECT FROM import_known k WHERE k.position = s.position)
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
    return int(cursor.rowcount)


def _insert_what_belongs_to_them(
    cursor: CursorWrapper, batch: ImportBatch, by: User, on: date, now: datetime, *, new: str
) -> None:
    """Nobody else knows these people yet, so that nothing of theirs can be there already."""
    cursor.execute(
        "INSERT INTO participants_business "
        "(created_at, updated_at, participant_id, name, sector_id, is_running) "
        "SELECT %s, %s, s.participant_id, s.business_name, s.sector_id, s.is_running "
        f"{new} AND s.has_business",
        [now, now],
    )
    cursor.execute(
        "INSERT INTO participants_enrolment (participant_id, year, enrolled_on) "
        f"SELECT s.participant_id, %s, %s {new}",
        [on.year, on],
    )
    cursor.execute(
        "INSERT INTO participants_stepreached "
        "(participant_id, step, reached_on, evidence, actor_id, recorded_at) "
        f"SELECT s.participant_id, %s, %s, %s, %s, %s {new}",
        [Step.P1_REGISTRATION.value, on, f"import:{batch.pk}", by.pk, now],
    )
    if batch.organisation is not None and batch.organisation.is_pengampu:
        cursor.execute(
            "INSERT INTO participants_fosterlink (participant_id, organisation_id, valid_from) "
            f"SELECT s.participant_id, %s, %s {new}",
            [batch.organisation_id, on],
        )
    if batch.messages_consented:
        cursor.execute(
            "INSERT INTO participants_consent "
            "(participant_id, purpose, is_given, text_version, language, channel, at, recorded_by_id) "
            f"SELECT s.participant_id, %s, true, %s, 'id', %s, %s, %s {new} AND s.phone_lookup IS NOT NULL",
            [Purpose.MESSAGES.value, CONSENT_TEXT, Source.IMPORT.value, now, by.pk],
        )


def _say_who_was_registered(cursor: CursorWrapper, batch: ImportBatch, not_any_more: list[int]) -> None:
    """In the rows of people who were in the register before; those who are new have the uid of their row."""
    cursor.execute(
        "UPDATE participants_importrow r SET participant_id = k.participant_id, outcome = %s "
        "FROM import_known k WHERE r.batch_id = %s AND r.position = k.position",
        [RowOutcome.EXISTING.value, batch.pk],
    )
    cursor.execute(
        "UPDATE participants_importrow SET outcome = %s WHERE batch_id = %s AND position = ANY(%s)",
        [RowOutcome.NONE.value, batch.pk, not_any_more],
    )
