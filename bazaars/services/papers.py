"""Papers that vendors send from the phone: kept sealed until an office has accepted or refused them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from bazaars import errors
from bazaars.enums import PaperState
from bazaars.models import PaperKind, PaperSent
from bazaars.services.conditions import note_paper
from okoce.accounts import limits
from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.db import sealed_files
from participants.erasing import Erased
from participants.models import Participant
from participants.services.dossier import HOUR, OPENED_AN_HOUR, TooManyOpened

COLUMN = "bazaars.paper"


@transaction.atomic
def send(
    *, participant_id: int, paper: PaperKind, content: bytes, content_type: str, by: User, now: datetime
) -> PaperSent:
    """``content`` is checked already. The same again changes nothing; another one replaces what waits."""
    participant = Participant.objects.select_for_update(of=("self",)).get(pk=participant_id)
    waiting = PaperSent.objects.filter(participant=participant, paper=paper).waiting().first()
    if waiting is not None:
        if content == sealed_files.load(waiting.file, column=COLUMN, row=waiting.uid):
            return waiting
        sealed_files.delete(waiting.file)
        waiting.delete()
    sent = PaperSent(
        participant=participant, paper=paper, content_type=content_type, size=len(content), sent_at=now
    )
    sent.file = sealed_files.store(content, column=COLUMN, row=sent.uid)
    sent.save()
    record(by, "bazaars.paper.sent", participant, paper=paper.pk)
    return sent


@transaction.atomic
def open_file(sent: PaperSent, *, by: User, now: datetime) -> bytes:
    """The content, recorded. Raises TooManyOpened, FileNotFoundError."""
    if limits.count("documents", str(by.pk), window=HOUR, now=now) > OPENED_AN_HOUR:
        raise TooManyOpened
    content = sealed_files.load(sent.file, column=COLUMN, row=sent.uid)
    record(by, "bazaars.paper.opened", sent.participant, paper=sent.paper_id)
    return content


@transaction.atomic
def accept(*, uid: UUID, valid_until: date | None, by: User, today: date, now: datetime) -> PaperSent:
    """It counts from now on as seen; the file goes. Raises PaperDecided."""
    sent = _locked(uid)
    if sent.state == PaperState.ACCEPTED:
        return sent
    _decide(sent, PaperState.ACCEPTED, by=by, now=now)
    note_paper(
        participant_id=sent.participant_id,
        paper=sent.paper,
        is_good=True,
        valid_until=valid_until,
        by=by,
        today=today,
    )
    record(by, "bazaars.paper.accepted", sent.participant, paper=sent.paper_id)
    return sent


@transaction.atomic
def refuse(*, uid: UUID, reason: str, by: User, now: datetime) -> PaperSent:
    """The vendor reads why, and may send another; the file goes. Raises PaperDecided."""
    sent = _locked(uid)
    if sent.state == PaperState.REFUSED and sent.reason == reason:
        return sent
    _decide(sent, PaperState.REFUSED, reason=reason, by=by, now=now)
    record(by, "bazaars.paper.refused", sent.participant, paper=sent.paper_id)
    return sent


def _locked(uid: UUID) -> PaperSent:
    """The person first, as when sending. Raises PaperDecided when a newer one has replaced it."""
    person = PaperSent.objects.filter(uid=uid).values("participant_id")
    Participant.objects.select_for_update(of=("self",)).filter(pk__in=person).first()
    rows = PaperSent.objects.select_for_update(of=("self",)).select_related("participant", "paper")
    sent: PaperSent | None = rows.filter(uid=uid).first()
    if sent is None:
        raise errors.PaperDecided
    return sent


def _decide(sent: PaperSent, state: PaperState, *, by: User, now: datetime, reason: str = "") -> None:
    if sent.state != PaperState.WAITING:
        raise errors.PaperDecided
    sealed_files.delete(sent.file)
    sent.state, sent.file, sent.reason = state, "", reason
    sent.decided_at, sent.decided_by = now, by
    sent.save(update_fields=["state", "file", "reason", "decided_at", "decided_by"])


def delete_files(person: Erased) -> int:
    """The files of an erased person; their rows are deleted by the list."""
    mine = PaperSent.objects.filter(participant_id=person.participant_id)
    for name in mine.values_list("file", flat=True):
        sealed_files.delete(name)
    return 0
