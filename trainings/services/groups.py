"""The groups of a phase: people of a kecamatan who go through its activities together, by kelurahan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from okoce.audit.services import record
from okoce.db import background
from participants.models import Participant
from participants.querysets import ParticipantQuerySet
from trainings.enums import SessionState
from trainings.models import (
    AttendanceScan,
    GroupMember,
    Phase,
    PhaseKecamatan,
    PlanRun,
    TrainingSession,
)
from trainings.planning.grouping import group
from trainings.querysets import can_come
from trainings.refusals import BookingRefused, Refusal
from trainings.services import moving
from trainings.services.locks import actor, lock_people, locked
from trainings.services.seats import seat_many

BATCH = 2000


def without_group(year: int) -> ParticipantQuerySet:
    """People of the programme who are in no group of the year yet."""
    placed = GroupMember.objects.filter(participant=OuterRef("pk"), phase__year=year)
    return Participant.objects.in_programme().usable().filter(~Exists(placed))


def _who_may_join(phase: Phase, kecamatan: str) -> Iterator[tuple[int, str]]:
    """(person, kelurahan), who registered first first; without those who have nothing left to learn."""
    activities = list(phase.activities.all())
    people = without_group(phase.year).of_kecamatan(kecamatan).order_by("registered_on", "pk")
    rows = list(people.values_list("pk", "kelurahan_id", "category"))
    done = set(
        AttendanceScan.objects.counted()
        .of_year(phase.year)
        .filter(session__activity__in=activities, participant__in=[pk for pk, _k, _c in rows])
        .values_list("participant_id", "session__activity_id")
    )
    for pk, kelurahan, category in rows:
        if any(category not in a.closed_to and (pk, a.pk) not in done for a in activities):
            yield pk, kelurahan or ""


@transaction.atomic
def form_groups(*, phase_id: int, by: Any) -> int:
    """Places people up to the quotas, those who registered first before others; returns how many.

    Where nobody has a group yet, kelurahan stay together as far as groups of even size allow. Later ones join
    the group that has most of their kelurahan and a place. Nobody who has a group is moved, so repeating it
    changes nothing.
    """
    phase = Phase.objects.select_for_update().get(pk=phase_id)
    placed = 0
    for row in phase.kecamatan.order_by("kecamatan"):
        placed += _place(phase, row, by=by)
    if placed:
        record(by, "trainings.groups.formed", phase, count=placed)
    return placed


def _place(phase: Phase, row: PhaseKecamatan, *, by: Any) -> int:
    have = phase.members.filter(kecamatan=row.kecamatan_id)
    sizes = Counter(have.order_by().values_list("number", flat=True))
    free = row.quota - sizes.total()
    if free <= 0:
        return 0
    people = list(islice(_who_may_join(phase, row.kecamatan_id), free))
    if not sizes:
        places = [(g.number, pk) for g in group(people, most=row.seats) for pk in g.people]
    else:
        places = _join(have, row, people, sizes)
    GroupMember.objects.bulk_create(
        [
            GroupMember(
                phase=phase,
                kecamatan_id=row.kecamatan_id,
                number=number,
                participant_id=pk,
                placed_by=actor(by),
            )
            for number, pk in places
        ],
        batch_size=BATCH,
    )
    return len(places)


def _join(
    have: Any, row: PhaseKecamatan, people: list[tuple[int, str]], sizes: Counter[int]
) -> list[tuple[int, int]]:
    """Where most neighbours are; among equals the smallest group."""
    neighbours = Counter(have.order_by().values_list("number", "participant__kelurahan_id"))
    places = []
    for pk, kelurahan in people:
        able = [n for n in range(1, row.groups + 1) if sizes[n] < row.seats]
        if not able:
            break
        number = min((-neighbours[n, kelurahan], sizes[n], n) for n in able)[2]
        sizes[number] += 1
        neighbours[number, kelurahan] += 1
        places.append((number, pk))
    return places


@transaction.atomic
def move_member(*, member_id: int, number: int, by: Any, now: datetime | None = None) -> GroupMember:
    """The person goes on with group ``number`` of the same kecamatan: seats in coming sessions go with them.

    Moving to the own group changes nothing. Raises BookingRefused when the group or one of its sessions is
    full, or the person sits elsewhere at that time; then nothing has changed.
    """
    now = now or timezone.now()
    phase = Phase.objects.select_for_update().get(members=member_id)
    member = GroupMember.objects.select_related("participant").get(pk=member_id)
    row = phase.kecamatan.get(kecamatan=member.kecamatan_id)
    if not 1 <= number <= row.groups:
        raise BookingRefused(Refusal.NO_SUCH_GROUP, groups=row.groups)
    before = member.number
    if number == before:
        return member
    size = phase.members.filter(kecamatan=member.kecamatan_id, number=number).count()
    if size >= row.seats:
        raise BookingRefused(Refusal.GROUP_FULL, number=number, seats=row.seats)
    member.number, member.placed_by = number, actor(by)
    member.save(update_fields=["number", "placed_by"])
    seats = moving.follow_groups(
        moves={member.participant_id: number},
        phase_id=phase.pk,
        kecamatan=member.kecamatan_id,
        by=by,
        now=now,
    )
    record(
        by,
        "trainings.groups.moved",
        member.participant,
        phase=phase.pk,
        before=before,
        number=number,
        seats=len(seats),
    )
    return member


@transaction.atomic
def exchange_members(
    *, member_id: int, with_id: int, number: int, by: Any, now: datetime | None = None
) -> bool:
    """The member goes on with group ``number``, and ``with_id``, who is in it, with the member's own.

    Neither group nor session becomes fuller. False, and nothing changes, when the other is in that group no
    more: pressing twice exchanges once. Raises BookingRefused.
    """
    now = now or timezone.now()
    phase = Phase.objects.select_for_update().get(members=member_id)
    people = {
        m.pk: m for m in phase.members.filter(pk__in=[member_id, with_id]).select_related("participant")
    }
    one, other = people.get(member_id), people.get(with_id)
    if one is None or other is None or one.kecamatan_id != other.kecamatan_id:
        raise BookingRefused(Refusal.NO_SUCH_GROUP, groups=phase.kecamatan.count())
    if other.number != number or one.number == number:
        return False
    one.number, other.number = other.number, one.number
    for member in (one, other):
        member.placed_by = actor(by)
        member.save(update_fields=["number", "placed_by"])
    moving.follow_groups(
        moves={one.participant_id: one.number, other.participant_id: other.number},
        phase_id=phase.pk,
        kecamatan=one.kecamatan_id,
        by=by,
        now=now,
    )
    for member, before in ((one, other.number), (other, one.number)):
        record(
            by,
            "trainings.groups.moved",
            member.participant,
            phase=phase.pk,
            before=before,
            number=member.number,
        )
    return True


# ---------------------------------------------------------------- invitations


LOCK_SPACE = 0x475250  # first half of the advisory lock's key: "GRP"


def invite_members(run_id: int, *, now: datetime | None = None) -> int:
    """In the worker: everybody of every group gets a seat in the sessions of the group.

    Session by session, so that one that was cut short is gone on with; who has a place already is left alone.
    """
    with background.alone(LOCK_SPACE, run_id) as is_mine:
        run = PlanRun.objects.select_related("phase", "published_by").filter(pk=run_id).first()
        if not is_mine or run is None or not run.invites or run.invited_at is not None:
            return 0
        now = now or timezone.now()
        sessions = (
            TrainingSession.objects.public()
            .upcoming(now=now)
            .filter(phase=run.phase)
            .order_by("starts_at", "pk")
            .values_list("pk", flat=True)
        )
        count = sum(invite_group(session_id=pk, by=run.published_by, now=now) for pk in list(sessions))
        PlanRun.objects.filter(pk=run_id).update(invited_at=timezone.now())
        return count


@transaction.atomic
def invite_group(*, session_id: int, by: Any, now: datetime) -> int:
    """The session's own group, as seats allow. Returns how many were invited."""
    session = locked(session_id)
    number = session.group_number
    if session.state != SessionState.PUBLISHED or session.starts_at <= now or number is None:
        return 0
    members = GroupMember.objects.filter(
        phase=session.phase_id, kecamatan=session.kecamatan_id, number=number
    )
    free = session.capacity - session.bookings.seated().count()
    asked = session.bookings.values("participant")
    people = Participant.objects.filter(pk__in=members.values("participant")).exclude(pk__in=asked)
    ids = list(can_come(people, session).order_by("pk").values_list("pk", flat=True)[: max(0, free)])
    lock_people(ids)
    still = set(can_come(Participant.objects.filter(pk__in=ids), session).values_list("pk", flat=True))
    bookings = seat_many(session, [pk for pk in ids if pk in still], by=by, now=now)
    if bookings:
        record(by, "trainings.session.invited", session, count=len(bookings), seated=len(bookings), waiting=0)
    return len(bookings)
