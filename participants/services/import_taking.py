"""Taking over what a list says about people who are registered already: only what an officer chose."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import pghistory
from django.db.models import F
from django.utils import timezone

from okoce.accounts.models import SignIn, User
from okoce.db.encryption import decrypt, encrypt
from participants.importing import kept
from participants.models import Business, FosterLink, ImportBatch, ImportRow, Participant
from participants.models.imports import RowOutcome
from participants.services import import_comparing

BEFORE_COLUMN, VALUES_COLUMN = "imports.before", "imports.values"
CHUNK = 500


def take_over(*, batch: ImportBatch, by: User, on: date) -> int:
    """How many registered people changed. Inside the transaction that saves the list.

    What was there before is sealed in the row, so that the list can be rolled back.
    """
    if not batch.taken_count:
        return 0
    rows = ImportRow.objects.filter(
        batch=batch, status__in=["accepted", "warning"], outcome=RowOutcome.EXISTING, takes__len__gt=0
    ).order_by("position")
    changed, last = 0, 0
    with pghistory.context(user=by.pk):
        while chunk := list(rows.filter(position__gt=last)[:CHUNK]):
            last = chunk[-1].position
            changed += _take_chunk(batch, chunk, on)
    return changed


def _take_chunk(batch: ImportBatch, rows: list[ImportRow], on: date) -> int:
    lookups = [bytes(row.nik_lookup) for row in rows if row.nik_lookup]
    list(Participant.objects.select_for_update().filter(nik_lookup__in=lookups).order_by("pk").values("pk"))
    people = import_comparing.registered(rows, batch)
    touched: list[ImportRow] = []
    for row in rows:
        person = people.get(bytes(row.nik_lookup or b""))
        if person is None:
            continue
        values = kept.read(decrypt(row.values_ciphertext or b"", column=VALUES_COLUMN, row=row.uid))
        still = import_comparing.differences(values, person, batch)
        takes = [name for name in row.takes or [] if name in still]
        if not takes:
            continue
        before = _apply(takes, values, person, batch, on)
        sealed = json.dumps(before, ensure_ascii=False)
        row.before_ciphertext = encrypt(sealed, column=BEFORE_COLUMN, row=row.uid)
        row.takes, row.participant = takes, person
        touched.append(row)
    ImportRow.objects.bulk_update(touched, ["before_ciphertext", "takes", "participant"])
    return len(touched)


def _apply(
    takes: list[str], values: dict[str, Any], person: Participant, batch: ImportBatch, on: date
) -> dict[str, Any]:
    """Writes one person; gives what was there, and what is there now."""
    before: dict[str, Any] = {}
    if "hp" in takes:
        before["phone"] = [person.phone, values["hp"]]
        person.phone = values["hp"]
        sign_out(person)
    if "email" in takes:
        before["email"] = [person.email, values["email"]]
        person.email = values["email"]
    if "alamat" in takes:
        now = [values["alamat"][:200], values.get("rt") or person.rt, values.get("rw") or person.rw]
        before["address"] = [[person.address, person.rt, person.rw], now]
        person.address, person.rt, person.rw = now
    if "usaha" in takes:
        before["business"] = _write_business(person, import_comparing.business_of(values))
    if "foster" in takes:
        link = FosterLink.objects.create(
            participant=person, organisation_id=str(batch.organisation_id), valid_from=on
        )
        before["foster"] = link.pk
    if {"phone", "email", "address"} & before.keys():
        person.save()
    return before


def _write_business(person: Participant, said: dict[str, Any]) -> dict[str, Any]:
    known = getattr(person, "known_businesses", [])
    if not known:
        made = Business.objects.create(participant=person, **said)
        return {"made": made.pk, "now": said}
    business = known[0]
    old = {name: getattr(business, name) for name in said}
    for name, value in said.items():
        setattr(business, name, value)
    business.save()
    return {"pk": business.pk, "old": old, "now": said}


def sign_out(person: Participant) -> None:
    """Whoever holds the phone that is not the participant's any more is out at the next request."""
    if person.user_id is None:
        return
    User.objects.filter(pk=person.user_id).update(session_epoch=F("session_epoch") + 1)
    SignIn.objects.filter(user=person.user_id, ended_at=None).update(ended_at=timezone.now())


# ---------------------------------------------------------------- and back
def taken(batch: ImportBatch) -> Iterable[tuple[ImportRow, Participant, dict[str, Any]]]:
    """Rows whose data were taken over, with the person and what was there before."""
    rows = ImportRow.objects.filter(batch=batch, before_ciphertext__isnull=False)
    for row in rows.select_related("participant").order_by("position"):
        if row.participant is not None:
            sealed = decrypt(row.before_ciphertext or b"", column=BEFORE_COLUMN, row=row.uid)
            yield row, row.participant, json.loads(sealed)


def is_still_so(person: Participant, before: dict[str, Any]) -> bool:
    """Whether what was taken over stands as it was written: nobody has built on it."""
    if "phone" in before and person.phone != before["phone"][1]:
        return False
    if "email" in before and person.email != before["email"][1]:
        return False
    if "address" in before and [person.address, person.rt, person.rw] != before["address"][1]:
        return False
    if business := before.get("business"):
        kept = Business.objects.filter(pk=business.get("made") or business["pk"]).first()
        if kept is None or any(getattr(kept, name) != value for name, value in business["now"].items()):
            return False
    if link := before.get("foster"):
        return FosterLink.objects.filter(pk=link, valid_until=None).exists()
    return True


def put_back(person: Participant, before: dict[str, Any]) -> None:
    if "phone" in before:
        person.phone = before["phone"][0]
        sign_out(person)
    if "email" in before:
        person.email = before["email"][0]
    if "address" in before:
        person.address, person.rt, person.rw = before["address"][0]
    if {"phone", "email", "address"} & before.keys():
        person.save()
    if business := before.get("business"):
        if "made" in business:
            Business.objects.filter(pk=business["made"]).delete()
        else:
            kept = Business.objects.get(pk=business["pk"])
            for name, value in business["old"].items():
                setattr(kept, name, value)
            kept.save()
    if link := before.get("foster"):
        FosterLink.objects.filter(pk=link).delete()
