"""Rows that no path leads to when a person is erased: sessions, sign-in codes, messages, rows of lists."""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Q

from okoce.accounts.models import User
from okoce.db import sealed_files
from okoce.db.encryption import decrypt, lookup
from okoce.notifications.enums import OPEN, State
from okoce.notifications.models import DeadNumber, Inbound, Message, Reply
from okoce.notifications.services import close
from okoce.values import names
from okoce.values import phone as phone_values
from participants import nearby
from participants.erasing import Erased
from participants.importing import kept
from participants.importing.codes import Status
from participants.models import (
    Document,
    DuplicateCandidate,
    ExportJob,
    IdentityPhoto,
    ImportBatch,
    ImportRow,
    ImportRowBefore,
    Merge,
    Product,
    RegistrationDraft,
    SelfRegistration,
    SignInCode,
    TransferRequest,
)
from participants.models.imports import RowOutcome
from participants.models.lists import ExportState

VALUES_COLUMN = "imports.values"


def marks_of(person: Erased) -> list[str]:
    """What gives the person away in a text: numbers in their usual spellings, name, e-mail."""
    found = [person.nik, person.full_name, person.email]
    if person.phone:
        local = person.phone.removeprefix("+62")
        found += [local, phone_values.display(person.phone)]
    return [mark for mark in found if len(mark) > 3]


def forget_pairs(person: Erased) -> int:
    """Nobody compares an erased person with anybody."""
    return DuplicateCandidate.objects.of_person(person.participant_id).delete()[0]


def blank_merges(person: Erased) -> int:
    mine = Q(survivor=person.participant_id) | Q(merged=person.participant_id)
    return Merge.objects.filter(mine).update(before_ciphertext=None, reason="")


def forget_words(person: Erased) -> int:
    return nearby.forget(person.name_key, participant_id=person.participant_id)


def close_account(person: Erased) -> int:
    """Nobody signs in with it any more; rows that point to it stay."""
    if person.user_id is None:
        return 0
    user = User.objects.get(pk=person.user_id)
    user.full_name, user.email, user.is_active = "", "", False
    user.session_epoch += 1
    user.set_unusable_password()
    user.save()
    return 1


def forget_codes(person: Erased) -> int:
    if person.phone_lookup is None:
        return 0
    deleted, _by_model = SignInCode.objects.filter(phone_lookup=person.phone_lookup).delete()
    return deleted


def blank_messages(person: Erased) -> int:
    """What waits is cancelled; the content of everything goes."""
    mine = Message.objects.filter(participant_id=person.participant_id)
    if person.user_id is not None:
        mine = mine | Message.objects.filter(user_id=person.user_id)
    close(mine.filter(state__in=OPEN), state=State.CANCELLED, reason="person_gone")
    return mine.update(context={}, secret_ciphertext=None)


def blank_answers(person: Erased) -> int:
    """What the person wrote to us, also where nobody knows who of several people with the phone it was."""
    mine = Q(participant_id=person.participant_id)
    if person.phone_lookup is not None:
        mine |= Q(participant_id=None, phone_lookup=person.phone_lookup)
    return Inbound.objects.filter(mine).update(
        words_ciphertext=None, phone_ciphertext=None, phone_lookup=None
    )


def blank_replies(person: Erased) -> int:
    mine = Reply.objects.filter(message__participant_id=person.participant_id)
    return mine.update(words_ciphertext=None)


def forget_dead_number(person: Erased) -> int:
    if person.phone_lookup is None:
        return 0
    return DeadNumber.objects.filter(phone_lookup=person.phone_lookup).delete()[0]


# ---------------------------------------------------------------- registrations on their way
def forget_drafts(person: Erased) -> int:
    """Forms about the person that somebody has not finished, and what became of the finished ones."""
    mine = Q(number=person.number)
    if person.nik:
        mine |= Q(nik_lookup=lookup(person.nik, column="participants.nik"))
    deleted, _by_model = RegistrationDraft.objects.filter(mine).delete()
    return deleted


def forget_self_registrations(person: Erased) -> int:
    """Emptied where one became this participant; deleted, with photo and words, where none did."""
    changed = 0
    if person.nik:
        others = SelfRegistration.objects.filter(
            participant=None, nik_lookup=lookup(person.nik, column="participants.nik")
        )
        for photo in IdentityPhoto.objects.filter(registration__in=others):
            sealed_files.delete(photo.file)
        changed += others.delete()[0]
    accepted = SelfRegistration.objects.filter(participant_id=person.participant_id)
    for photo in IdentityPhoto.objects.filter(registration__in=accepted):
        sealed_files.delete(photo.file)
        photo.delete()
    empty = {"typed_ciphertext": None, "nik_lookup": None, "code_ciphertext": None, "code_lookup": None}
    return changed + accepted.update(**empty, blanked_at=person.at)


def delete_photos(person: Erased) -> int:
    """The files; their rows are deleted by the list."""
    photos = IdentityPhoto.objects.filter(participant_id=person.participant_id)
    for photo in photos:
        sealed_files.delete(photo.file)
    return 0


def delete_documents(person: Erased) -> int:
    """The files; their rows are deleted by the list."""
    for name in Document.objects.filter(participant_id=person.participant_id).values_list("file", flat=True):
        sealed_files.delete(name)
    return 0


def delete_product_photos(person: Erased) -> int:
    """The files; their rows are deleted by the list."""
    mine = Product.objects.filter(business__participant_id=person.participant_id)
    for name in mine.values_list("photo", flat=True):
        sealed_files.delete(name)
    return 0


def close_transfer_requests(person: Erased) -> int:
    waiting = TransferRequest.objects.filter(participant_id=person.participant_id, state="waiting")
    return waiting.update(state="expired")


def drop_exports(person: Erased) -> int:
    """Files that were made while the person was still in the list: nobody looks into them, all go."""
    made = list(ExportJob.objects.select_for_update().filter(state=ExportState.DONE))
    for job in made:
        sealed_files.delete(job.file)
        job.state, job.file, job.asked_ciphertext = ExportState.EXPIRED, "", None
        job.save(update_fields=["state", "file", "asked_ciphertext"])
    return len(made)


# ---------------------------------------------------------------- rows of lists
_NO_CELLS = {
    "values_ciphertext": None,
    "before_ciphertext": None,
    "nik_lookup": None,
    "person_lookup": None,
    "written": None,
}


def rows_about(person: Erased) -> set[int]:
    """The person's rows in every list, also where they were rejected or a duplicate.

    Cells are sealed, so all that still hold any are opened once: a row is theirs by id or uid, by NIK or
    phone, or by name.
    """
    mine = set(_known_rows(person).values_list("pk", flat=True))
    rows = ImportRow.objects.exclude(pk__in=mine).filter(values_ciphertext__isnull=False)
    columns = rows.order_by("pk").values_list("pk", "uid", "values_ciphertext")
    for pk, uid, sealed in columns.iterator(chunk_size=5000):
        if is_about(person, decrypt(sealed, column=VALUES_COLUMN, row=uid)):
            mine.add(pk)
    return mine


def _known_rows(person: Erased) -> Any:
    return ImportRow.objects.of_person(participant_id=person.participant_id, uid=person.uid)


def blank_import_rows(person: Erased) -> int:
    """The cells go. A list that is not saved yet goes on without the row and without its file."""
    mine = rows_about(person)
    ImportRowBefore.objects.filter(row__in=mine).delete()
    waiting = ImportRow.objects.filter(pk__in=mine, batch__state__in=["checking", "checked"])
    batches: dict[int, ImportBatch] = {}
    for row in waiting.order_by("batch", "pk"):
        if row.batch_id not in batches:
            batches[row.batch_id] = ImportBatch.objects.select_for_update().get(pk=row.batch_id)
        _take_out(row, batches[row.batch_id])
    return ImportRow.objects.filter(pk__in=mine).update(**_NO_CELLS)


def forget_rows_before(person: Erased) -> int:
    """Earlier states of the rows: gone with ``blank_import_rows``, whichever runs first."""
    deleted, _by_model = ImportRowBefore.objects.filter(row__in=_known_rows(person)).delete()
    return deleted


def is_about(person: Erased, text: str) -> bool:
    """Whether the cells of a row (JSON) are this person's."""
    if person.nik and person.nik in re.sub(r"[ .\-]", "", text):
        return True
    if person.phone and person.phone.removeprefix("+62") in re.sub(r"[ .\-]", "", text):
        return True
    cells = kept.read(text)
    return person.name_key != "" and names.key(str(cells.get("nama") or "")) == person.name_key


def _take_out(row: ImportRow, batch: ImportBatch) -> None:
    """A row of a list that is not saved yet is not saved with it: counted as rejected."""
    totals = batch.totals
    if row.status in (Status.ACCEPTED.value, Status.WARNING.value):
        if row.outcome == RowOutcome.EXISTING:
            batch.existing_count = max(0, batch.existing_count - 1)
        else:
            batch.new_count = max(0, batch.new_count - 1)
    if row.status in totals:
        totals[row.status] -= 1
        totals[Status.REJECTED.value] = totals.get(Status.REJECTED.value, 0) + 1
    row.status, row.outcome, row.codes, row.takes = Status.REJECTED.value, RowOutcome.NONE, [], None
    row.save(update_fields=["status", "outcome", "codes", "takes"])
    name, storage = batch.file.name, batch.file.storage
    if name:
        transaction.on_commit(lambda: storage.delete(name))
        batch.file = ""
    batch.save(update_fields=["totals", "new_count", "existing_count", "file"])


# ---------------------------------------------------------------- sessions
def forget_sessions(person: Erased) -> int:
    """Ends the person's own sessions; takes drafts and notices about them out of everybody else's."""
    marks, changed = marks_of(person), 0
    for session in Session.objects.order_by("pk").iterator():
        content = session.get_decoded()
        if person.user_id is not None and str(content.get("_auth_user_id")) == str(person.user_id):
            session.delete()
            changed += 1
        elif _cleaned(content, marks):
            store = Session.get_session_store_class()
            session.session_data = store().encode(content)  # type: ignore[misc]
            session.save(update_fields=["session_data"])
            changed += 1
    return changed


def _cleaned(content: dict[str, Any], marks: list[str]) -> bool:
    """Whether anything was taken out of a session's content."""
    before = len(json.dumps(content, default=str))
    if any(mark in json.dumps(content.get("_messages", ""), ensure_ascii=False) for mark in marks):
        content.pop("_messages")
    drafts = content.get("registration_drafts")
    if isinstance(drafts, dict):
        kept = {t: s for t, s in drafts.items() if not _holds(s, "participants.draft", t, marks)}
        content["registration_drafts"] = kept
    draft = content.get("draft")
    if isinstance(draft, dict) and _holds(draft.get("sealed", ""), "accounts.draft", draft["uid"], marks):
        content.pop("draft")
    return len(json.dumps(content, default=str)) != before


def _holds(sealed: str, column: str, row: str, marks: list[str]) -> bool:
    """Whether a sealed text names the person; one that does not open any more goes too."""
    try:
        text = decrypt(base64.b64decode(sealed), column=column, row=UUID(row))
    except (InvalidTag, KeyError, ValueError):
        return True
    plain = json.dumps(json.loads(text), ensure_ascii=False).replace("-", "").replace(" ", "")
    return any(mark.replace("-", "").replace(" ", "") in plain for mark in marks)


def erase_history(person: Erased, *, by: Any, request: str) -> int:
    """Blanks what is append-only, by the database's own function (participants.erasing_sql)."""
    membership = getattr(by, "active_membership", None)
    unit = membership.unit_name if membership else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT public.participants_erase_history(%s, %s, %s, %s)",
            [person.participant_id, getattr(by, "pk", None), unit, request],
        )
        (changed,) = cursor.fetchone()
    return int(changed)
