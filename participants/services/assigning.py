"""Giving many people an agency or a mentor at once, ending it, and taking that back.

Every deed leaves a BulkDeed: how many, who was left out and why, and which rows it made or ended.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from okoce.accounts.models import Membership, User
from okoce.accounts.roles import Role
from okoce.audit import services as audit
from okoce.organisations.models import Organisation
from participants.enums import Status
from participants.models import BulkDeed, FosterLink, MentorAssignment, Participant

AGENCY, AGENCY_ENDS, MENTOR = "agency", "agency_ends", "mentor"
MOST = 50_000  # people in one deed
UNDO_WITHIN = timedelta(hours=24)
SHOWN_LEFT_OUT = 200  # ids kept for each reason, so that the page can name them
BATCH = 2_000

NOT_ACTIVE, ALREADY, NOT_FOSTERED, BEGAN_LATER = "not_active", "already", "not_fostered", "began_later"


class TooManyPeople(Exception):
    """More than MOST at once."""


class NothingToUndo(Exception):
    """The deed was taken back already, is too old, or leaves nothing behind that could be."""


@dataclass
class Plan:
    """Who a deed would change, and who is left out and why (reason → ids)."""

    ids: list[int] = field(default_factory=list)
    left_out: dict[str, list[int]] = field(default_factory=dict)

    def leave(self, reason: str, pk: int) -> None:
        self.left_out.setdefault(reason, []).append(pk)

    @property
    def left_count(self) -> int:
        return sum(map(len, self.left_out.values()))


# ---------------------------------------------------------------- who may be chosen


def agencies_for(user: Any, day: date) -> QuerySet[Organisation]:
    """The agencies that foster people where the user works."""
    found = Organisation.objects.pengampu().valid_on(day)
    membership = user.active_membership
    area = membership.area_id if membership is not None else None
    if area is None:
        return found.none()
    if area.count("."):  # a city or a kecamatan; the province has all
        found = found.of_city(area[:5])
    return found.order_by("short_name")


def mentors_for(user: Any, day: date) -> QuerySet[User]:
    """The mentors of the user's area: of a city those of its kecamatan too."""
    membership = user.active_membership
    if membership is None or membership.area_id is None:
        return User.objects.none()
    theirs = Membership.objects.valid_on(day).filter(role=Role.MENTOR)
    area = membership.area_id
    if membership.role != Role.PROVINCE:
        theirs = theirs.filter(Q(area=area) | Q(area__code__startswith=f"{area}.") | Q(area=area[:5]))
    return User.objects.filter(is_active=True, pk__in=theirs.values("user")).order_by("full_name", "pk")


# ---------------------------------------------------------------- what would happen


def plan_agency(people: QuerySet[Participant], organisation: str) -> Plan:
    """Left out: who is not active, and whom the agency fosters already."""
    plan, rows = Plan(), _rows(people)
    fostered = _open_links(rows, organisation)
    for pk, status in rows:
        if status != Status.ACTIVE:
            plan.leave(NOT_ACTIVE, pk)
        elif pk in fostered:
            plan.leave(ALREADY, pk)
        else:
            plan.ids.append(pk)
    return plan


def plan_agency_ends(people: QuerySet[Participant], organisation: str, day: date) -> Plan:
    """Left out: whom the agency does not foster, and whom only from a later day on."""
    plan, rows = Plan(), _rows(people)
    fostered = _open_links(rows, organisation)
    for pk, _status in rows:
        if pk not in fostered:
            plan.leave(NOT_FOSTERED, pk)
        elif (began := fostered[pk]) is not None and began > day:
            plan.leave(BEGAN_LATER, pk)
        else:
            plan.ids.append(pk)
    return plan


def plan_mentor(people: QuerySet[Participant], mentor_id: int) -> Plan:
    """Left out: who is not active, and who has this mentor already."""
    plan, rows = Plan(), _rows(people)
    mine = set(
        _open_assignments([pk for pk, _s in rows])
        .filter(mentor=mentor_id)
        .values_list("participant_id", flat=True)
    )
    for pk, status in rows:
        if status != Status.ACTIVE:
            plan.leave(NOT_ACTIVE, pk)
        elif pk in mine:
            plan.leave(ALREADY, pk)
        else:
            plan.ids.append(pk)
    return plan


def _rows(people: QuerySet[Participant]) -> list[tuple[int, str]]:
    rows = list(people.order_by("pk").values_list("pk", "status")[: MOST + 1])
    if len(rows) > MOST:
        raise TooManyPeople
    return rows


def _open_links(rows: Iterable[tuple[int, str]], organisation: str) -> dict[int, date | None]:
    links = FosterLink.objects.filter(
        organisation=organisation, valid_until__isnull=True, participant__in=[pk for pk, _s in rows]
    )
    return dict(links.values_list("participant_id", "valid_from"))


def _open_assignments(ids: Sequence[int]) -> QuerySet[MentorAssignment]:
    return MentorAssignment.objects.filter(valid_until__isnull=True, participant__in=ids)


# ---------------------------------------------------------------- the deeds


@transaction.atomic
def assign_agency(
    *, people: QuerySet[Participant], organisation: str, day: date, selection: uuid.UUID, by: Any
) -> BulkDeed:
    """From ``day`` on the agency fosters them too. The same selection and choice again is the same deed."""
    params = {"organisation": organisation, "day": day.isoformat()}
    uid = _uid(selection, AGENCY, params)
    if (done := _done(uid)) is not None:
        return done
    _lock(people)
    plan = plan_agency(people, organisation)
    links = [FosterLink(participant_id=pk, organisation_id=organisation, valid_from=day) for pk in plan.ids]
    FosterLink.objects.bulk_create(links, batch_size=BATCH)
    return _keep(uid, AGENCY, params, plan, added=[link.pk for link in links], by=by)


@transaction.atomic
def end_agency(
    *, people: QuerySet[Participant], organisation: str, day: date, selection: uuid.UUID, by: Any
) -> BulkDeed:
    """``day`` is the last day on which the agency fosters them; what was counted until then stays."""
    params = {"organisation": organisation, "day": day.isoformat()}
    uid = _uid(selection, AGENCY_ENDS, params)
    if (done := _done(uid)) is not None:
        return done
    _lock(people)
    plan = plan_agency_ends(people, organisation, day)
    links = FosterLink.objects.filter(
        organisation=organisation, valid_until__isnull=True, participant__in=plan.ids
    )
    ended = list(links.order_by("pk").values_list("pk", flat=True))
    FosterLink.objects.filter(pk__in=ended).update(valid_until=day)
    return _keep(uid, AGENCY_ENDS, params, plan, ended=ended, by=by)


@transaction.atomic
def assign_mentor(
    *, people: QuerySet[Participant], mentor_id: int, day: date, selection: uuid.UUID, by: Any
) -> BulkDeed:
    """From ``day`` on the mentor looks after them; another's care ends the day before."""
    params = {"mentor": mentor_id, "day": day.isoformat()}
    uid = _uid(selection, MENTOR, params)
    if (done := _done(uid)) is not None:
        return done
    _lock(people)
    plan = plan_mentor(people, mentor_id)
    before = _open_assignments(plan.ids)
    ended = list(before.order_by("pk").values_list("pk", flat=True))
    MentorAssignment.objects.filter(pk__in=ended).update(valid_until=day - timedelta(days=1))
    made = [MentorAssignment(participant_id=pk, mentor_id=mentor_id, valid_from=day) for pk in plan.ids]
    MentorAssignment.objects.bulk_create(made, batch_size=BATCH)
    return _keep(uid, MENTOR, params, plan, added=[row.pk for row in made], ended=ended, by=by)


def _lock(people: QuerySet[Participant]) -> None:
    """In the order of ids: two officers with overlapping selections wait for each other, never in a ring."""
    list(people.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))


def _uid(selection: uuid.UUID, action: str, params: dict[str, Any]) -> uuid.UUID:
    return uuid.uuid5(selection, "|".join([action, *map(str, params.values())]))


def same_deed(*, selection: uuid.UUID, data: dict[str, Any], by: Any) -> BulkDeed | None:
    """The deed that this selection and choice has led to already."""
    params = [str(value.isoformat() if isinstance(value, date) else value) for value in data.values()]
    uids = [uuid.uuid5(selection, "|".join([action, *params])) for action in (AGENCY, AGENCY_ENDS, MENTOR)]
    return BulkDeed.objects.filter(uid__in=uids, made_by=by).first()


def _done(uid: uuid.UUID) -> BulkDeed | None:
    return BulkDeed.objects.filter(uid=uid).first()


def _keep(
    uid: uuid.UUID,
    action: str,
    params: dict[str, Any],
    plan: Plan,
    *,
    added: Sequence[int] = (),
    ended: Sequence[int] = (),
    by: Any,
) -> BulkDeed:
    return keep_deed(
        uid=uid,
        action=action,
        params=params,
        done_count=len(plan.ids),
        left_out=plan.left_out,
        added=added,
        ended=ended,
        by=by,
    )


@transaction.atomic
def keep_deed(
    *,
    uid: uuid.UUID,
    action: str,
    params: dict[str, Any],
    done_count: int,
    left_out: dict[str, list[int]],
    added: Sequence[int] = (),
    ended: Sequence[int] = (),
    by: Any,
) -> BulkDeed:
    """The record of what was done to many; apps above use it too. The same ``uid`` again is the same."""
    kept = {
        reason: {"count": len(ids), "ids": ids[:SHOWN_LEFT_OUT]} for reason, ids in left_out.items() if ids
    }
    try:
        with transaction.atomic():
            deed: BulkDeed = BulkDeed.objects.create(
                **BulkDeed.of(by),
                uid=uid,
                action=action,
                params=params,
                done_count=done_count,
                left_out=kept,
                added=list(added),
                ended=list(ended),
            )
    except IntegrityError:
        return BulkDeed.objects.get(uid=uid)
    audit.record(
        by,
        f"participants.bulk.{action}",
        deed,
        count=done_count,
        left_out=sum(entry["count"] for entry in kept.values()),
        **{name: value for name, value in params.items() if name in ("organisation", "day")},
    )
    return deed


# ---------------------------------------------------------------- taking back


def can_undo(deed: BulkDeed, *, now: datetime) -> bool:
    is_ours = deed.action in (AGENCY, AGENCY_ENDS, MENTOR)
    has_rows = bool(deed.added or deed.ended)
    return is_ours and has_rows and deed.undone_at is None and now - deed.made_at <= UNDO_WITHIN


@transaction.atomic
def undo(*, deed_id: int, by: Any) -> BulkDeed:
    """Everything as it was before; what somebody has changed since is left as it is. Again: the same."""
    deed: BulkDeed = BulkDeed.objects.select_for_update(of=("self",)).get(pk=deed_id)
    if deed.undone_at is not None:
        return deed
    if not can_undo(deed, now=timezone.now()):
        raise NothingToUndo
    rows: Any = MentorAssignment if deed.action == MENTOR else FosterLink
    rows.objects.filter(pk__in=deed.added, valid_until__isnull=True).delete()
    reopened = rows.objects.filter(pk__in=deed.ended)
    taken = rows.objects.filter(valid_until__isnull=True, participant__in=reopened.values("participant"))
    if deed.action == MENTOR:
        reopened = reopened.exclude(participant__in=taken.values("participant"))
    else:
        again = taken.filter(organisation=deed.params["organisation"])
        reopened = reopened.exclude(participant__in=again.values("participant"))
    reopened.update(valid_until=None)
    deed.undone_at, deed.undone_by = timezone.now(), by
    deed.save(update_fields=["undone_at", "undone_by"])
    audit.record(by, "participants.bulk.undone", deed, count=deed.done_count)
    return deed
