"""Two people for a long list, or for another agency's: one asks, another agrees or sends it back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from okoce.accounts.models import User
from okoce.audit import services as audit
from participants.models import ImportApproval, ImportBatch
from participants.models.imports import BatchState
from participants.services import importing
from participants.services.importing import NotReady


class OwnRequest(Exception):
    """Nobody agrees to what they have asked for themselves."""


def open_request(batch: ImportBatch) -> ImportApproval | None:
    return batch.approvals.filter(decided_at=None).select_related("asked_by").first()


def last_decision(batch: ImportBatch) -> ImportApproval | None:
    decided = batch.approvals.filter(decided_at__isnull=False).select_related("asked_by", "decided_by")
    return decided.order_by("-decided_at", "-pk").first()


@transaction.atomic
def ask_to_save(*, batch: ImportBatch, by: User, messages_consented: bool) -> ImportBatch:
    """Saves the list where one person may; else a second one is asked. Asking again is the same request."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state == BatchState.WAITING:
        return batch
    if batch.state != BatchState.CHECKED or not importing.needs_approval(batch, by):
        return importing.request_save(batch=batch, by=by, messages_consented=messages_consented)
    rows = batch.new_count + batch.taken_count
    ImportApproval.objects.create(
        batch=batch, asked_by=by, messages_consented=messages_consented, rows_count=rows
    )
    batch.state = BatchState.WAITING
    batch.save(update_fields=["state"])
    audit.record(by, "participants.import.approval_asked", batch, count=rows)
    return batch


@transaction.atomic
def approve(*, batch: ImportBatch, by: User) -> ImportBatch:
    """The second person agrees; the list is saved in the name of the first. Agreeing again changes nothing.

    Raises OwnRequest for the one who asked, NotReady when it was sent back or withdrawn meanwhile.
    """
    batch, request = _decide(batch, by, "approved", "")
    if request is None:
        return batch
    audit.record(by, "participants.import.approved", batch, count=request.rows_count)
    return importing.request_save(
        batch=batch, by=request.asked_by, messages_consented=request.messages_consented, is_approved=True
    )


@transaction.atomic
def send_back(*, batch: ImportBatch, by: User, reason: str) -> ImportBatch:
    """The second person does not agree and says why; the list can be mended and asked for again."""
    batch, request = _decide(batch, by, "returned", reason)
    if request is not None:
        _reopen(batch)
        audit.record(by, "participants.import.sent_back", batch, count=request.rows_count)
    return batch


@transaction.atomic
def withdraw(*, batch: ImportBatch, by: User) -> ImportBatch:
    """Whoever asked takes the request back, to mend more rows."""
    batch, request = _decide(batch, by, "withdrawn", "")
    if request is not None:
        _reopen(batch)
        audit.record(by, "participants.import.approval_withdrawn", batch)
    return batch


def _decide(
    batch: ImportBatch, by: User, decision: str, reason: str
) -> tuple[ImportBatch, ImportApproval | None]:
    """The open request, decided; None when the same person has decided the same before."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    request = open_request(batch)
    if batch.state != BatchState.WAITING or request is None:
        last = last_decision(batch)
        if last is not None and (last.decided_by_id, last.decision) == (by.pk, decision):
            return batch, None
        raise NotReady(batch)
    if (request.asked_by_id == by.pk) != (decision == "withdrawn"):
        raise OwnRequest
    request.decided_by, request.decided_at = by, timezone.now()
    request.decision, request.reason = decision, reason
    request.save()
    return batch, request


def _reopen(batch: ImportBatch) -> None:
    batch.state = BatchState.CHECKED
    batch.save(update_fields=["state"])
