"""What a list says otherwise: than the register about people who are in it, than the sender's list before.

Both are worked out set by set after the check, and only where there is something to compare with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Prefetch

from okoce.db.encryption import decrypt, lookup
from okoce.values import names
from participants import import_fields
from participants.importing import kept
from participants.models import Business, FosterLink, ImportBatch, ImportRow, Participant
from participants.models.imports import BatchState, Kind, RowOutcome
from participants.sectors import sector_of
from participants.services.staging import stage

VALUES_COLUMN, PHONE_COLUMN = "imports.values", "participants.phone"
CHUNK = 2000
LOOKED_BACK = 5  # lists of the sender
SAME_LIST = 10  # percent of the smaller list's people: below that it is another list, not a corrected one
MOST_BY_NAME = 20_000  # rows without a NIK that are matched by their names
NEW, CHANGED, SAME = "new", "changed", "same"
_SAVED = ("accepted", "warning")
_FIELDS: dict[str, tuple[str, ...]] = {
    "nama": ("nama",),
    "hp": ("hp",),
    "tgl_lahir": ("tgl_lahir",),
    "jenis_kelamin": ("jenis_kelamin",),
    "kecamatan": ("kecamatan",),
    "kelurahan": ("kelurahan",),
    "alamat": ("alamat", "rt", "rw"),
    "email": ("email",),
    "usaha": ("jenis_usaha", "nama_usaha", "status_usaha"),
}


def compare(batch: ImportBatch, *, has_registered: bool) -> None:
    """Fills ``differs`` of rows of registered people, and the comparison with the sender's list before."""
    if has_registered:
        registered = ImportRow.objects.filter(batch=batch, outcome=RowOutcome.EXISTING).order_by("position")
        for rows in _chunks(registered):
            compare_rows(batch, rows)
            ImportRow.objects.bulk_update(rows, ["differs"])
    _compare_with_list_before(batch)


# ---------------------------------------------------------------- with the register
def compare_rows(batch: ImportBatch, rows: Sequence[ImportRow]) -> None:
    """Sets ``differs`` of rows whose NIK is registered (not saved yet). None where it is not ours to say:
    whoever is registered in another city is only known to be there."""
    if not rows:
        return
    people = registered(rows, batch)
    for row in rows:
        person = people.get(bytes(row.nik_lookup or b""))
        row.differs = None if person is None else differences(_values(row), person, batch)


def registered(rows: Iterable[ImportRow], batch: ImportBatch) -> dict[bytes, Participant]:
    """The registered people of the batch's city behind these rows, by the lookup of their NIK."""
    wanted = [bytes(row.nik_lookup) for row in rows if row.nik_lookup]
    links = FosterLink.objects.filter(organisation_id=batch.organisation_id, valid_until=None)
    found = (
        Participant.objects.filter(nik_lookup__in=wanted, city_id=batch.city_id)
        .select_related("kelurahan")
        .prefetch_related(
            Prefetch("businesses", Business.objects.order_by("pk"), to_attr="known_businesses"),
            Prefetch("foster_links", links, to_attr="links_of_sender"),
        )
    )
    return {bytes(person.nik_lookup): person for person in found}


def differences(values: Mapping[str, Any], person: Participant, batch: ImportBatch) -> list[str]:
    """Which of ``import_fields.TAKES`` the list has otherwise; what it leaves empty is no difference."""
    found = []
    phone, email = values.get("hp"), values.get("email")
    if phone and bytes(person.phone_lookup or b"") != lookup(phone, column=PHONE_COLUMN):
        found.append("hp")
    if email and email.casefold() != person.email.casefold():
        found.append("email")
    if (address := values.get("alamat")) and (
        _folded(address) != _folded(person.address)
        or (values.get("rt") and (values["rt"], values.get("rw") or "") != (person.rt, person.rw))
    ):
        found.append("alamat")
    if _business_differs(values, getattr(person, "known_businesses", [])):
        found.append("usaha")
    is_pengampu = batch.organisation is not None and batch.organisation.is_pengampu
    if is_pengampu and not getattr(person, "links_of_sender", []):
        found.append("foster")
    return found


def business_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the list says of the business, as the register keeps it; only what is said."""
    said: dict[str, Any] = {}
    if values.get("nama_usaha"):
        said["name"] = values["nama_usaha"][:100]
    if values.get("jenis_usaha"):
        said["sector_id"] = sector_of(values["jenis_usaha"])
    if values.get("status_usaha"):
        said["is_running"] = values["status_usaha"] == "sudah"
    return said


def _business_differs(values: Mapping[str, Any], known: Sequence[Business]) -> bool:
    said = business_of(values)
    if not said:
        return False
    if not known:
        return True
    return not any(
        all(_folded(getattr(one, name)) == _folded(value) for name, value in said.items()) for one in known
    )


def _folded(value: Any) -> Any:
    return " ".join(value.casefold().split()) if isinstance(value, str) else value


def _values(row: ImportRow) -> dict[str, Any]:
    if row.values_ciphertext is None:
        return {}
    return kept.read(decrypt(row.values_ciphertext, column=VALUES_COLUMN, row=row.uid))


def _chunks(rows: Any) -> Iterator[list[ImportRow]]:
    last = 0
    while chunk := list(rows.filter(position__gt=last)[:CHUNK]):
        yield chunk
        last = chunk[-1].position


# ---------------------------------------------------------------- with the list before
def _compare_with_list_before(batch: ImportBatch) -> None:
    for earlier in _lists_before(batch):
        pairs = _pairs(batch, earlier)
        if not pairs:
            continue
        _write(batch, earlier, pairs)
        return
    ImportBatch.objects.filter(pk=batch.pk).update(compared_with=None, comparison={})


def _lists_before(batch: ImportBatch) -> list[ImportBatch]:
    """The sender's last lists that are still there, newest first."""
    mine = ImportBatch.objects.filter(
        organisation_id=batch.organisation_id,
        city_id=batch.city_id,
        state__in=[BatchState.CHECKED, BatchState.WAITING, BatchState.SAVED],
        pk__lt=batch.pk,
    ).exclude(kind=Kind.REST)
    return list(mine.order_by("-pk")[:LOOKED_BACK])


def _pairs(batch: ImportBatch, earlier: ImportBatch) -> dict[int, int]:
    """Position in this list: position in the earlier one, of the same NIK; empty for another list."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.position, e.position FROM participants_importrow n "
            "JOIN participants_importrow e ON e.nik_lookup = n.nik_lookup AND e.batch_id = %s "
            "WHERE n.batch_id = %s",
            [earlier.pk, batch.pk],
        )
        pairs = dict(cursor.fetchall())
    smaller = min(batch.totals_saved(), earlier.totals_saved())
    return pairs if len(pairs) * 100 >= smaller * SAME_LIST else {}


def _write(batch: ImportBatch, earlier: ImportBatch, pairs: dict[int, int]) -> None:
    pairs |= _pairs_by_name(batch, earlier, pairs)
    before = _Reader(earlier)
    results: list[tuple[int, str, int | None, list[str] | None]] = []
    listed = ImportRow.objects.filter(batch=batch).exclude(status="duplicate").order_by("position")
    for rows in _chunks(listed):
        old = before.at([pairs[row.position] for row in rows if row.position in pairs])
        for row in rows:
            place = pairs.get(row.position)
            if place is None:
                results.append((row.position, NEW, None, None))
                continue
            changed = _changed(row, old[place])
            results.append((row.position, CHANGED if changed else SAME, place, changed or None))
    columns = {"position": "integer", "compared": "text", "earlier": "integer", "changed": "text[]"}
    with connection.cursor() as cursor:
        stage(cursor, "import_compared", columns, results, joined_on=("position",))
        cursor.execute(
            "UPDATE participants_importrow r SET compared = c.compared, earlier_position = c.earlier, "
            "changed = c.changed FROM import_compared c WHERE r.batch_id = %s AND r.position = c.position",
            [batch.pk],
        )
    counted = Counter(compared for _position, compared, _place, _changed in results)
    batch.compared_with = earlier
    batch.comparison = {
        **{name: counted[name] for name in (NEW, CHANGED, SAME)},
        "gone": gone(batch, earlier).count(),
    }
    ImportBatch.objects.filter(pk=batch.pk).update(
        compared_with=batch.compared_with, comparison=batch.comparison
    )


def gone(batch: ImportBatch, earlier: ImportBatch) -> Any:
    """Rows of the earlier list whose person does not stand in this one."""
    still = ImportRow.objects.filter(batch=batch, earlier_position__isnull=False).values("earlier_position")
    return ImportRow.objects.filter(batch=earlier).exclude(status="duplicate").exclude(position__in=still)


def _pairs_by_name(batch: ImportBatch, earlier: ImportBatch, pairs: dict[int, int]) -> dict[int, int]:
    """Rows that have no NIK to go by, here or there: the same name, once on either side."""
    used = set(pairs.values())
    here = _named(batch, set(pairs))
    there = _named(earlier, used)
    return {
        positions[0]: there[name][0]
        for name, positions in here.items()
        if len(positions) == 1 and len(there.get(name, ())) == 1
    }


def _named(batch: ImportBatch, used: set[int]) -> dict[str, list[int]]:
    rows = ImportRow.objects.filter(batch=batch).exclude(status="duplicate").order_by("position")
    if rows.count() - len(used) > MOST_BY_NAME:
        return {}
    found: dict[str, list[int]] = {}
    left = [
        position for position in rows.values_list("position", flat=True).iterator() if position not in used
    ]
    for start in range(0, len(left), CHUNK):
        for row in rows.filter(position__in=left[start : start + CHUNK]):
            if key := names.letters(str(_values(row).get("nama") or "")):
                found.setdefault(key, []).append(row.position)
    return found


class _Reader:
    """Rows of the earlier list, a chunk at a time."""

    def __init__(self, batch: ImportBatch) -> None:
        self._rows = ImportRow.objects.filter(batch=batch)

    def at(self, positions: Sequence[int]) -> dict[int, ImportRow]:
        return {row.position: row for row in self._rows.filter(position__in=positions)}


def _changed(row: ImportRow, old: ImportRow) -> list[str]:
    """Which cells are otherwise. A row that could not be saved and now can has been mended: its state too."""
    is_fine, was_fine = row.status in _SAVED, old.status in _SAVED
    if is_fine != was_fine:
        return ["state"]
    now, then = _values(row), _values(old)
    if not is_fine:
        now, then = import_fields.shown(now), import_fields.shown(then)
        return [name for name in import_fields.EDITABLE if now[name] != then[name]]
    found = [
        name
        for name, keys in _FIELDS.items()
        if any(_folded(now.get(key)) != _folded(then.get(key)) for key in keys)
    ]
    return (["nik"] if now.get("nik") != then.get("nik") else []) + found
