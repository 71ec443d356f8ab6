"""Moving people between kecamatan, cities and agencies. The number stays; closed quarters stay as they were.

An office moves whom it holds (``move``), or asks for somebody who is held elsewhere (``request_transfer``),
and the holder accepts or refuses. Until then the asking office learns where the person is, and nothing more.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from okoce.accounts.scope import scope_of
from okoce.audit import services as audit
from okoce.organisations.models import Organisation
from participants import areas, periods, rules
from participants.enums import Status
from participants.models import (
    FosterLink,
    Participant,
    RequestState,
    StatusChange,
    Transfer,
    TransferRequest,
)

REQUEST_DAYS = 14
DAY = timedelta(days=1)


class TransferProblem(StrEnum):
    FUTURE = "future"
    BEFORE_REGISTRATION = "before_registration"
    NOT_YOURS = "not_yours"
    ALREADY_YOURS = "already_yours"
    ANSWERED = "answered"
    LAPSED = "lapsed"
    NO_AGENCY = "no_agency"
    DIED = "died"


class TransferRefused(Exception):
    def __init__(self, problem: TransferProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


# ---------------------------------------------------------------- moving


@transaction.atomic
def transfer(
    *, participant_id: int, to_kelurahan: str, moved_on: date, reason: str, by: Any, today: date
) -> Transfer | None:
    """Move somebody the office holds to ``to_kelurahan``. None when they are in that kecamatan already.

    Raises TransferRefused.
    """
    participant = Participant.objects.select_for_update().get(pk=participant_id)
    if participant.kecamatan_id == to_kelurahan[:8] and not participant.is_outside_dki:
        return None
    if not rules.may_move_to(by, participant, to_kelurahan):
        raise TransferRefused(TransferProblem.NOT_YOURS)
    row = _move(participant, to_kelurahan, moved_on, reason, by, today)
    _close_other_requests(participant, by)
    return row


def _move(
    participant: Participant, to_kelurahan: str, moved_on: date, reason: str, by: Any, today: date
) -> Transfer:
    """The move itself; the participant is locked, the right was checked."""
    _refuse_impossible_day(participant, moved_on, today)
    if participant.status == Status.DIED:
        raise TransferRefused(TransferProblem.DIED)
    last = participant.transfers.filter(to_kelurahan__isnull=False).first()
    counts_from = periods.counts_from(moved_on, today=today)
    if last is not None:
        counts_from = max(counts_from, last.counts_from)
    old_city, old_kecamatan = participant.city_id, participant.kecamatan_id
    row = Transfer.objects.create(
        participant=participant,
        from_kelurahan_id=participant.kelurahan_id,
        from_kecamatan_id=old_kecamatan,
        from_city_id=old_city,
        to_kelurahan_id=to_kelurahan,
        to_kecamatan_id=to_kelurahan[:8],
        to_city_id=to_kelurahan[:5],
        moved_on=moved_on,
        counts_from=counts_from,
        reason=reason,
        recorded_by=by,
    )
    _reside_again(participant, moved_on, reason, by, today)
    participant.kelurahan_id = to_kelurahan
    participant.kecamatan_id, participant.city_id = to_kelurahan[:8], to_kelurahan[:5]
    participant.address, participant.rt, participant.rw = "", "", ""  # of the place that was left
    participant.save()
    if old_kecamatan != participant.kecamatan_id:
        participant.mentor_assignments.filter(valid_until__isnull=True).update(valid_until=counts_from - DAY)
    if old_city != participant.city_id:
        _hand_over_to_the_agencies_there(participant, row, by)
    audit.record(by, "participants.transfer.made", participant, kecamatan=participant.kecamatan_id)
    return row


def _refuse_impossible_day(participant: Participant, moved_on: date, today: date) -> None:
    if moved_on > today:
        raise TransferRefused(TransferProblem.FUTURE)
    if moved_on < participant.registered_on:
        raise TransferRefused(TransferProblem.BEFORE_REGISTRATION)


def _reside_again(participant: Participant, moved_on: date, reason: str, by: Any, today: date) -> None:
    """Who had moved away or lived outside Jakarta stands as active again, from the same day."""
    if participant.status != Status.MOVED and not participant.is_outside_dki:
        return
    status = Status.ACTIVE if participant.status == Status.MOVED else participant.status
    StatusChange.objects.create(
        participant=participant,
        status=status,
        is_outside_dki=False,
        was_status=participant.status,
        was_outside_dki=participant.is_outside_dki,
        starts_on=moved_on,
        counts_from=periods.counts_from(moved_on, today=today),
        reason=reason,
        recorded_by=by,
    )
    participant.status, participant.is_outside_dki = status, False


def _hand_over_to_the_agencies_there(participant: Participant, moved: Transfer, by: Any) -> None:
    """In another city the same agencies foster, by their office there; one without an office ends."""
    links = participant.foster_links.select_related("organisation").filter(valid_until__isnull=True)
    for link in links:
        left = link.organisation
        if not left.area_id or left.area_id[:5] != moved.from_city_id:
            continue
        there = _counterpart(left, moved.to_city_id or "")
        _pass_on(participant, left, there, moved.moved_on, moved.counts_from, moved.reason, by)


def _counterpart(organisation: Organisation, city: str) -> Organisation | None:
    """``kpkp-31-73`` in Jakarta Timur is ``kpkp-31-75``."""
    old = str(organisation.area_id)[:5].replace(".", "-")
    if not organisation.pk.endswith(old):
        return None
    code = organisation.pk.removesuffix(old) + city.replace(".", "-")
    return Organisation.objects.pengampu().filter(pk=code).first()


# ---------------------------------------------------------------- agencies


@transaction.atomic
def change_agency(
    *,
    participant_id: int,
    leaves: str,
    joins: str,
    moved_on: date,
    reason: str,
    by: Any,
    today: date,
) -> Transfer | None:
    """Somebody leaves one agency (code, or empty), or joins one, or both. None when that is so already."""
    participant = Participant.objects.select_for_update().get(pk=participant_id)
    _refuse_impossible_day(participant, moved_on, today)
    if not leaves and not joins:
        raise TransferRefused(TransferProblem.NO_AGENCY)
    open_links = set(
        participant.foster_links.filter(valid_until__isnull=True).values_list("organisation_id", flat=True)
    )
    leaving = leaves if leaves in open_links else ""
    joining = joins if joins and joins not in open_links else ""
    if not leaving and not joining:
        return None
    found = Organisation.objects.in_bulk([code for code in (leaving, joining) if code])
    return _pass_on(
        participant,
        found.get(leaving),
        found.get(joining),
        moved_on,
        periods.counts_from(moved_on, today=today),
        reason,
        by,
    )


def _pass_on(
    participant: Participant,
    leaves: Organisation | None,
    joins: Organisation | None,
    moved_on: date,
    counts_from: date,
    reason: str,
    by: Any,
) -> Transfer:
    open_links = participant.foster_links.filter(valid_until__isnull=True)
    if leaves is not None:
        open_links.filter(organisation=leaves).update(valid_until=counts_from - DAY)
    if joins is not None and not open_links.filter(organisation=joins).exists():
        FosterLink.objects.create(participant=participant, organisation=joins, valid_from=counts_from)
    audit.record(by, "participants.agency.changed", participant)
    return Transfer.objects.create(
        participant=participant,
        from_organisation=leaves,
        to_organisation=joins,
        moved_on=moved_on,
        counts_from=counts_from,
        reason=reason,
        recorded_by=by,
    )


# ---------------------------------------------------------------- asking


@transaction.atomic
def request_transfer(
    *, participant_id: int, to_kelurahan: str, moved_on: date, reason: str, by: Any, today: date
) -> TransferRequest:
    """Ask the office that holds somebody to hand them over. Asking again returns the same request."""
    participant = (
        Participant.objects.select_for_update(of=("self",))
        .select_related("registered_at_unit")
        .get(pk=participant_id)
    )
    if Participant.objects.visible_to(by).filter(pk=participant.pk).exists():
        raise TransferRefused(TransferProblem.ALREADY_YOURS)
    if moved_on > today:
        raise TransferRefused(TransferProblem.FUTURE)
    membership = by.active_membership
    mine = participant.transfer_requests.filter(asked_area=membership.area_id, state=RequestState.WAITING)
    mine.filter(expires_on__lt=today).update(state=RequestState.EXPIRED)
    if (waiting := mine.first()) is not None:
        return waiting
    request = TransferRequest.objects.create(
        participant=participant,
        asked_area_id=membership.area_id,
        asked_unit=membership.organisation,
        asked_by=by,
        held_at=whereabouts_of(participant),
        to_kelurahan_id=to_kelurahan,
        to_city_id=to_kelurahan[:5],
        moved_on=max(moved_on, participant.registered_on),
        reason=reason,
        expires_on=today + timedelta(days=REQUEST_DAYS),
    )
    audit.record(by, "participants.transfer.requested", request)
    return request


def whereabouts_of(participant: Participant) -> str:
    """Area and agency, all that another office may know."""
    unit = participant.registered_at_unit
    parts = (
        areas.name_of(participant.kecamatan_id),
        areas.short_name(participant.city_id),
        unit.short_name if unit else "",
    )
    return ", ".join(filter(None, parts))[:120]


def held_at(participant_id: int) -> str:
    """As the asking office may be told."""
    people = Participant.objects.select_related("registered_at_unit")
    return whereabouts_of(people.get(pk=participant_id))


def accept(*, request_id: int, by: Any, today: date) -> TransferRequest:
    """Hand the person over. Accepting again changes nothing; raises TransferRefused."""
    with transaction.atomic():
        request, participant = _locked(request_id)
        if request.state == RequestState.ACCEPTED:
            return request
        _refuse_unless_open(request, by, today)
        if participant.kecamatan_id != request.to_kelurahan_id[:8] or participant.is_outside_dki:
            moved_on = max(request.moved_on, participant.registered_on)
            _move(participant, request.to_kelurahan_id, moved_on, request.reason, by, today)
        _answer(request, RequestState.ACCEPTED, "", by)
        _close_other_requests(participant, by)
        audit.record(by, "participants.transfer.accepted", request)
        return request


def refuse(*, request_id: int, answer: str, by: Any, today: date) -> TransferRequest:
    """Keep the person, and say why. Refusing again changes nothing; raises TransferRefused."""
    with transaction.atomic():
        request, _participant = _locked(request_id)
        if request.state == RequestState.REFUSED:
            return request
        _refuse_unless_open(request, by, today)
        _answer(request, RequestState.REFUSED, answer, by)
        audit.record(by, "participants.transfer.refused", request)
        return request


def withdraw(*, request_id: int, by: Any) -> TransferRequest:
    """The asking office takes its request back."""
    with transaction.atomic():
        request, _participant = _locked(request_id)
        if request.state == RequestState.WITHDRAWN:
            return request
        if not TransferRequest.objects.asked_by_office_of(by).filter(pk=request.pk).exists():
            raise TransferRefused(TransferProblem.NOT_YOURS)
        if request.state != RequestState.WAITING:
            raise TransferRefused(TransferProblem.ANSWERED)
        _answer(request, RequestState.WITHDRAWN, "", by)
        audit.record(by, "participants.transfer.withdrawn", request)
        return request


def _locked(request_id: int) -> tuple[TransferRequest, Participant]:
    """The person first, then the request: the order in which asking and moving lock, too."""
    participant_id = TransferRequest.objects.values_list("participant_id", flat=True).get(pk=request_id)
    participant = Participant.objects.select_for_update().get(pk=participant_id)
    return TransferRequest.objects.select_for_update().get(pk=request_id), participant


def _refuse_unless_open(request: TransferRequest, by: Any, today: date) -> None:
    if not TransferRequest.objects.to_be_decided_by(by).filter(pk=request.pk).exists():
        raise TransferRefused(TransferProblem.NOT_YOURS)
    if request.state != RequestState.WAITING:
        raise TransferRefused(TransferProblem.ANSWERED)
    if request.expires_on < today:
        raise TransferRefused(TransferProblem.LAPSED)


def _answer(request: TransferRequest, state: str, answer: str, by: Any) -> None:
    request.state, request.answer = state, answer
    request.decided_by, request.decided_at = by, timezone.now()
    request.save(update_fields=["state", "answer", "decided_by", "decided_at"])


def _close_other_requests(participant: Participant, by: Any) -> None:
    """After a move: who asked for this place has it, the others asked a holder who is not one any more."""
    waiting = participant.transfer_requests.filter(state=RequestState.WAITING)
    for request in waiting:
        is_there = request.to_kelurahan_id[:8] == participant.kecamatan_id
        _answer(request, RequestState.ACCEPTED if is_there else RequestState.REFUSED, "", by)


def arrived_in(user: Any, *, since: date) -> QuerySet[Transfer]:
    """Who came into the user's area from outside it since a day, newest first."""
    scope = scope_of(user)
    if scope.kecamatan:
        here = Transfer.objects.filter(to_kecamatan_id=scope.kecamatan)
    elif scope.city:
        here = Transfer.objects.filter(to_city_id=scope.city).exclude(from_city_id=scope.city)
    else:
        return Transfer.objects.none()
    found = here.filter(recorded_at__date__gte=since).exclude(recorded_by=user)
    return found.select_related("participant").order_by("-recorded_at", "-pk")
