"""Requests about own data: received with a clock of 72 hours, granted, refused or taken back.

Granting does what was asked, in the same transaction as the answer. Whoever asks twice has one open request.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.notifications import services as outbox
from okoce.values import names
from participants.enums import Channel, Purpose, RequestKind, RequestState
from participants.models import DataRequest, Participant
from participants.models.rights import ANSWER_WITHIN
from participants.services import changes, consents, erasure

MESSAGE = "data_request_answer"
# What a person may propose to correct. Another kelurahan is a move, which the office records as a transfer;
# the NIK is compared at the office with the card.
CORRECTABLE = (
    "full_name", "birth_date", "birth_place", "sex", "phone", "email", "address", "rt", "rw",
)  # fmt: skip


class Gone(Exception):
    """The person was erased meanwhile."""


class Decided(Exception):
    """Somebody else has answered this request meanwhile."""

    def __init__(self, request: DataRequest) -> None:
        super().__init__(request.state)
        self.request = request


@transaction.atomic
def receive(
    *,
    participant_id: int,
    kind: str,
    channel: str,
    by: User | None,
    now: datetime,
    note: str = "",
    values: Mapping[str, str] | None = None,
    received_at: datetime | None = None,
) -> tuple[DataRequest, bool]:
    """The open request of this kind, and whether it is new. The clock of an earlier one goes on running.

    ``values``: proposed new values, as text. ``received_at``: when a letter or call arrived, if before now.
    Raises Gone.
    """
    participant = Participant.objects.select_for_update().get(pk=participant_id)
    if participant.erased_at is not None:
        raise Gone
    asked = {key: value for key, value in (("note", note), ("values", dict(values or {}))) if value}
    waiting = participant.data_requests.waiting().filter(kind=kind).first()
    if waiting is not None:
        if asked and asked != waiting.asked:
            waiting.asked = _both(waiting.asked, asked)
            waiting.save(update_fields=["asked_ciphertext"])
        return waiting, False
    came = min(received_at or now, now)
    request = DataRequest(
        participant=participant,
        kind=RequestKind(kind),
        channel=Channel(channel),
        received_at=came,
        due_at=came + ANSWER_WITHIN,
        entered_by=by if channel != Channel.SELF else None,
    )
    request.asked = asked
    request.save()
    record(by, "participants.data_request.received", request, kind=str(kind), channel=str(channel))
    return request, True


def _both(earlier: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """The newest wish about each field; both notes, one below the other."""
    notes = [note for note in (earlier.get("note", ""), asked.get("note", "")) if note]
    values = {**earlier.get("values", {}), **asked.get("values", {})}
    note = "\n".join(dict.fromkeys(notes))[-2000:]
    return {key: value for key, value in (("note", note), ("values", values)) if value}


@transaction.atomic
def take_back(*, request_id: int, by: User | None, now: datetime) -> DataRequest:
    """The person does not want it any more. Raises Decided."""
    request = _waiting(request_id)
    _close(request, RequestState.TAKEN_BACK, by=by, now=now)
    record(by, "participants.data_request.taken_back", request, kind=request.kind)
    return request


@transaction.atomic
def refuse(*, request_id: int, refusal: str, answer: str, by: User, now: datetime) -> DataRequest:
    """With one of the reasons that the law knows, and words for the person. Raises Decided."""
    request = _waiting(request_id)
    request.refusal, request.answer = refusal, answer
    _close(request, RequestState.REFUSED, by=by, now=now)
    record(by, "participants.data_request.refused", request, kind=request.kind, reason=refusal)
    _tell(request)
    return request


@transaction.atomic
def grant(
    *,
    request_id: int,
    answer: str,
    by: User,
    now: datetime,
    accepted: Collection[str] = (),
    version: str = "",
) -> DataRequest:
    """Does what was asked and says so. ``accepted``: the fields of a correction, ``version`` as for a change.

    Raises Decided, ChangedMeanwhile.
    """
    asked_by, kind = DataRequest.objects.values_list("participant_id", "kind").get(pk=request_id)
    if kind == RequestKind.ERASURE:
        erasure.leave_plans(participant_id=asked_by, now=now)
    request = _waiting(request_id)
    participant = request.participant
    if request.kind == RequestKind.CORRECTION and accepted:
        new = proposed_values(request)
        changes.change_participant(
            participant_id=participant.pk,
            version=version,
            changes={name: new[name] for name in accepted if name in new},
            by=by,
        )
    elif request.kind == RequestKind.RESTRICTION:
        _restrict(participant, by=by, now=now)
    elif request.kind == RequestKind.WITHDRAWAL:
        for purpose in Purpose:
            consents.withdraw(
                participant_id=participant.pk, purpose=purpose, channel=request.channel, by=by, now=now
            )
    request.answer = answer
    _close(request, RequestState.DONE, by=by, now=now)
    record(by, "participants.data_request.granted", request, kind=request.kind, fields=sorted(accepted))
    if request.kind == RequestKind.ERASURE:
        erasure.erase(participant_id=participant.pk, by=by, now=now)
    else:
        _tell(request)
    return request


def proposed_values(request: DataRequest) -> dict[str, Any]:
    """The proposed values as the columns take them."""
    found: dict[str, Any] = {}
    for name, text in request.asked.get("values", {}).items():
        if name in CORRECTABLE:
            found[name] = date.fromisoformat(text) if name == "birth_date" else text
            if name == "full_name":
                found[name] = text[: names.MAX_LENGTH]
    return found


@transaction.atomic
def lift_restriction(*, participant_id: int, by: User | None) -> bool:
    """The data may be used again, because the person wants it so; whether there was a restriction."""
    participant = Participant.objects.select_for_update().get(pk=participant_id)
    if participant.restricted_at is None:
        return False
    participant.restricted_at = None
    participant.save(update_fields=["restricted_at", "updated_at"])
    record(by, "participants.restriction.lifted", participant)
    return True


def _restrict(participant: Participant, *, by: User | None, now: datetime) -> None:
    """Kept, but not used: messages, exports and lists for others leave the person out from now on."""
    participant.restricted_at = participant.restricted_at or now
    participant.save(update_fields=["restricted_at", "updated_at"])
    outbox.cancel_unwanted(participant_id=participant.pk, reason="consent_refused")
    record(by, "participants.restriction.set", participant)


def _waiting(request_id: int) -> DataRequest:
    """The request under its person's lock, still open. Raises Decided."""
    found = DataRequest.objects.select_related("participant").get(pk=request_id)
    participant = Participant.objects.select_for_update().get(pk=found.participant_id)
    request: DataRequest = DataRequest.objects.select_for_update().get(pk=request_id)
    if not request.is_open:
        raise Decided(request)
    request.participant = participant
    return request


def _close(request: DataRequest, state: RequestState, *, by: User | None, now: datetime) -> None:
    request.state, request.decided_at, request.decided_by = state, now, by
    request.save()


def _tell(request: DataRequest) -> None:
    """That there is an answer, and where; never what it says."""
    outbox.queue(
        kind=MESSAGE,
        key=f"data-request:{request.uid}:answered",
        participant_id=request.participant_id,
        cause=request,
        context={"received_on": request.received_at.date().isoformat()},
    )
