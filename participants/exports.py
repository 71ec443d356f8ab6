"""Makes the file of an export: exactly the people the asker has filtered and may see now."""

from __future__ import annotations

import logging
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from time import monotonic
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from okoce.accounts.roles import has_permission
from okoce.db import background, prepared, sealed_streams
from okoce.db.encryption import decrypt
from okoce.values import sheets
from participants import areas, export_columns, selections
from participants.enums import Category, Purpose, Sex, Source, Status
from participants.export_columns import ExportColumn
from participants.export_reasons import PARTNER
from participants.listing import age_on
from participants.models import ExportJob, Sector
from participants.models.lists import ExportFormat
from participants.services import exporting

BATCH = 500  # people read at once: fewer are slower, more need more memory and are no faster
TELL_EVERY_SECONDS = 1.0
FIELDS = (
    "pk", "uid", "number", "full_name", "nik_ciphertext", "phone_ciphertext", "email", "birth_date",
    "birth_place", "sex", "address", "rt", "rw", "kelurahan_id", "kecamatan_id", "city_id", "is_outside_dki",
    "category", "status", "source", "registered_on",
)  # fmt: skip
SEALED = ("nik_ciphertext", "phone_ciphertext")

log = logging.getLogger("participants.exports")
Getter = Callable[[Sequence[Any]], Any]


class NotAllowed(Exception):
    """The asker has lost the unit or the permission since."""


@dataclass(frozen=True)
class Head:
    """A column as okoce.values.sheets takes it, in the asker's language."""

    head: str
    kind: sheets.Kind
    width: int


def make(job_id: int) -> None:
    """Does nothing when the job is made, or somebody is at it."""
    with background.alone(exporting.LOCK_SPACE, job_id) as is_alone:
        job = exporting.begin(job_id) if is_alone else None
        if job is None:
            return
        try:
            with translation.override(job.language):
                _make(job)
        except NotAllowed:
            exporting.fail(job, why="not_allowed")
        except Exception as fault:
            log.error("export %s failed (%s)", job_id, type(fault).__name__)
            exporting.fail(job, why="fault")
            raise


def _make(job: ExportJob) -> None:
    user = exporting.asker_of(job)
    if user is None or not has_permission(user, "participants.export"):
        raise NotAllowed
    if job.has_personal_numbers and not has_permission(user, "participants.export_personal"):
        raise NotAllowed
    today = timezone.localdate()
    asked = selections.opened(job.asked_ciphertext, row=job.uid, column=exporting.ASKED_COLUMN)
    meant = asked.people(user, today)
    people = allowed(meant, reason=job.reason).order_by(*asked.chosen.order)
    total = people.count()
    left_out = meant.order_by().count() - total
    columns = export_columns.chosen(job.columns, may_personal=job.has_personal_numbers)
    exporting.tell(job, done=0, total=total)
    seen = array("q")
    rows = _told(job, rows_of(people, columns, today=today, seen=seen), total)
    with sealed_streams.SealedWriter(column=exporting.FILE_COLUMN, row=job.uid) as target:
        count = write(target, rows, columns, format=job.format)
    exporting.finish(
        job, file=target.name, size=target.size, rows=count, left_out=left_out, people=seen, by=user
    )


def allowed(people: QuerySet, *, reason: str) -> QuerySet:
    """Without those whose data may not be used; for a partner only who agreed to that."""
    usable = people.usable()
    return usable.with_consent(Purpose.PARTNERS) if reason == PARTNER else usable


def write(target: Any, rows: Iterable[Sequence[Any]], columns: Sequence[ExportColumn], *, format: str) -> int:
    """How many rows there were."""
    heads = [Head(str(c.label), c.kind, c.width) for c in columns]
    counted = _Counted(rows)
    if format == ExportFormat.XLSX:
        sheets.write_xlsx(target, counted, heads, title=_("Participants"))
    else:
        sheets.write_csv(target, counted, heads)
    return counted.count


class _Counted:
    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for self.count, row in enumerate(self.rows, 1):  # noqa: B020
            yield row


def _told(job: ExportJob, rows: Iterable[Sequence[Any]], total: int) -> Iterator[Sequence[Any]]:
    """The rows, telling now and then how far the work is."""
    told_at = monotonic()
    for done, row in enumerate(rows):
        if not done % 500 and monotonic() - told_at > TELL_EVERY_SECONDS:
            told_at = monotonic()
            exporting.tell(job, done=done, total=total)
        yield row


# ---------------------------------------------------------------- rows


def rows_of(
    people: QuerySet, columns: Sequence[ExportColumn], *, today: date, seen: array[int] | None = None
) -> Iterator[list[Any]]:
    """A list of plain values a person, in the order of ``columns``. Memory does not grow with the people.

    ``seen`` gets the ids of those who were read.
    """
    codes = {column.code for column in columns}
    fields = [name for name in FIELDS if name not in SEALED or name.removesuffix("_ciphertext") in codes]
    reading = people.values_list(*fields).iterator(chunk_size=BATCH)
    own, beside = _own_getters(fields, today), _sources(codes)
    while batch := list(islice(reading, BATCH)):
        getters: dict[str, Getter] = dict(own)
        ids = [row[0] for row in batch]
        if seen is not None:
            seen.extend(ids)
        for source, names in beside:
            found = source(ids, today)
            for place, name in enumerate(names):
                getters[name] = _from_source(found, place)
        chosen = [getters[column.code] for column in columns]
        for row in batch:
            yield [get(row) for get in chosen]


def _from_source(found: Any, place: int) -> Getter:
    def get(row: Sequence[Any]) -> Any:
        values = found.get(row[0])
        return None if values is None else values[place]

    return get


def _own_getters(fields: Sequence[str], today: date) -> dict[str, Getter]:
    at = {name: place for place, name in enumerate(fields)}
    names = areas.area_names()
    sexes, statuses = _labels(Sex), _labels(Status)
    categories, sources = _labels(Category), _labels(Source)
    yes, no = _("yes"), _("no")
    pk, uid, born = at["pk"], at["uid"], at["birth_date"]
    kelurahan, kecamatan, city = at["kelurahan_id"], at["kecamatan_id"], at["city_id"]
    sex, status, category, source = at["sex"], at["status"], at["category"], at["source"]
    outside = at["is_outside_dki"]

    def plain(name: str) -> Getter:
        place = at[name]
        return lambda row: row[place]

    def opened(name: str) -> Getter:
        place, column = at.get(f"{name}_ciphertext", pk), f"participants.{name}"
        return lambda row: decrypt(row[place], column=column, row=row[uid]) if row[place] else None

    return {
        "number": plain("number"),
        "name": plain("full_name"),
        "nik": opened("nik"),
        "phone": opened("phone"),
        "email": plain("email"),
        "sex": lambda row: sexes.get(row[sex], ""),
        "age": lambda row: age_on(row[born], today),
        "birth_date": plain("birth_date"),
        "birth_place": plain("birth_place"),
        "address": plain("address"),
        "rt": plain("rt"),
        "rw": plain("rw"),
        "kelurahan": lambda row: names.get(row[kelurahan], ""),
        "kecamatan": lambda row: names.get(row[kecamatan], ""),
        "city": lambda row: names.get(row[city], ""),
        "outside": lambda row: yes if row[outside] else no,
        "category": lambda row: categories.get(row[category], ""),
        "status": lambda row: statuses.get(row[status], ""),
        "source": lambda row: sources.get(row[source], ""),
        "registered_on": plain("registered_on"),
    }


def _labels(choices: Any) -> dict[str, str]:
    return {value: str(label) for value, label in choices.choices}


# ---------------------------------------------------------------- what stands in other tables

_BUSINESS = """
SELECT DISTINCT ON (participant_id) participant_id, name, sector_id FROM participants_business
WHERE participant_id = ANY(%s::bigint[]) ORDER BY participant_id, id
"""
_AGENCIES = """
SELECT f.participant_id, string_agg(o.short_name, ', ' ORDER BY f.valid_from, f.id)
FROM participants_fosterlink f JOIN organisations_organisation o ON o.code = f.organisation_id
WHERE f.participant_id = ANY(%s::bigint[]) AND coalesce(f.valid_from, %s) <= %s
  AND coalesce(f.valid_until, %s) >= %s GROUP BY 1
"""
_MENTOR = """
SELECT m.participant_id, max(u.full_name) FROM participants_mentorassignment m
JOIN accounts_user u ON u.id = m.mentor_id
WHERE m.participant_id = ANY(%s::bigint[]) AND coalesce(m.valid_from, %s) <= %s
  AND coalesce(m.valid_until, %s) >= %s GROUP BY 1
"""
_STEPS = """
SELECT participant_id, step, reached_on FROM participants_stepreached WHERE participant_id = ANY(%s::bigint[])
"""
_CONSENT = """
SELECT DISTINCT ON (participant_id) participant_id, is_given FROM participants_consent
WHERE participant_id = ANY(%s::bigint[]) AND purpose = %s ORDER BY participant_id, at DESC, id DESC
"""


def _businesses(ids: Sequence[int], today: date) -> dict[int, Sequence[Any]]:
    sectors = dict(Sector.choices())
    return {pk: (name, sectors.get(sector, "")) for pk, name, sector in prepared.ask(_BUSINESS, [list(ids)])}


def _agencies(ids: Sequence[int], today: date) -> dict[int, Sequence[Any]]:
    rows = prepared.ask(_AGENCIES, [list(ids), today, today, today, today])
    return {pk: (names,) for pk, names in rows}


def _mentors(ids: Sequence[int], today: date) -> dict[int, Sequence[Any]]:
    return {pk: (name,) for pk, name in prepared.ask(_MENTOR, [list(ids), today, today, today, today])}


def _steps(ids: Sequence[int], today: date) -> dict[int, Sequence[Any]]:
    found: dict[int, list[Any]] = {}
    for pk, step, day in prepared.ask(_STEPS, [list(ids)]):
        found.setdefault(pk, [None] * 7)[step - 1] = day
    return found


def _consents(ids: Sequence[int], today: date) -> dict[int, Sequence[Any]]:
    yes, no = _("yes"), _("no")
    rows = prepared.ask(_CONSENT, [list(ids), str(Purpose.MESSAGES)])
    given = {pk: (yes if is_given else no,) for pk, is_given in rows}
    return {pk: given.get(pk, (no,)) for pk in ids}


_OWN_SOURCES: tuple[tuple[export_columns.Source, tuple[str, ...]], ...] = (
    (_businesses, ("business", "sector")),
    (_agencies, ("agencies",)),
    (_mentors, ("mentor",)),
    (_steps, tuple(f"p{n}" for n in range(1, 8))),
    (_consents, ("messages",)),
)


def _sources(codes: set[str]) -> list[tuple[export_columns.Source, tuple[str, ...]]]:
    """Those that some chosen column needs, with the columns they fill."""
    above = [(source, tuple(c.code for c in columns)) for source, columns in export_columns.from_above()]
    return [(source, names) for source, names in (*_OWN_SOURCES, *above) if codes & set(names)]
