"""Invitations by need: who lacks an activity and can come, in the order in which seats are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from participants.models import BulkDeed, Participant
from participants.services.assigning import keep_deed
from trainings import rules
from trainings.enums import SessionState
from trainings.models import Activity, AttendanceScan, Availability, Booking, TrainingSession
from trainings.querysets import available_at, in_need_of
from trainings.reach import Reach, reach_of
from trainings.scheduling import slot_of
from trainings.services import offers, waits
from trainings.services.chosen import INVITED, MOST
from trainings.services.locks import lock_people, locked
from trainings.services.seats import candidates, seat_many

ANY_TIME = ""


@dataclass(frozen=True)
class Needing:
    """Somebody who lacks the activity: what else is missing, and how many sessions can still be reached."""

    participant: Participant
    reach: Reach
    waits_since: datetime | None


def lacking(
    people: QuerySet[Participant], activity: Activity, *, slot: str = ANY_TIME, now: datetime
) -> QuerySet[Participant]:
    """Of ``people`` those who take part, lack the activity this year, have no coming seat for it, and have
    not said that they cannot come at that part of the week."""
    year = timezone.localtime(now).year
    seat = Booking.objects.seated().filter(
        participant=OuterRef("pk"),
        session__activity=activity,
        session__state=SessionState.PUBLISHED,
        session__ends_at__gt=now,
    )
    done = (
        AttendanceScan.objects.counted()
        .of_year(year)
        .filter(participant=OuterRef("pk"), session__activity=activity)
    )
    found = people.in_programme().usable().exclude(category__in=activity.closed_to)  # type: ignore[attr-defined]
    found = found.filter(~Exists(done), ~Exists(seat))
    if slot:
        said_no = Availability.objects.filter(participant=OuterRef("pk"), **{slot: False})
        found = found.filter(~Exists(said_no))
    return found  # type: ignore[no-any-return]


def in_order(people: QuerySet[Participant], activity: Activity, area: str, *, now: datetime) -> list[int]:
    """Ids in the order in which a session of the activity in the kecamatan would be filled. Two queries."""
    place = TrainingSession(activity=activity, kecamatan_id=area, city_id=area[:5])
    return waits.by_need(people, place, now=now)


def described(ids: list[int], *, activity: Activity, area: str, now: datetime) -> list[Needing]:
    """These people in this order, with what the page says of them. Three queries."""
    people = Participant.objects.filter(pk__in=ids).select_related("kelurahan")
    found = {person.pk: person for person in people}
    reach = reach_of(Participant.objects.filter(pk__in=ids), now=now)
    place = TrainingSession(activity=activity, kecamatan_id=area, city_id=area[:5])
    since = waits.since_of(ids, place)
    return [Needing(found[pk], reach.get(pk, Reach()), since.get(pk)) for pk in ids if pk in found]


def sessions_to_fill(
    sessions: QuerySet[TrainingSession], activity: Activity, area: str, *, slot: str, now: datetime
) -> list[Any]:
    """Coming sessions of the activity in the kecamatan with a free seat, at that part of the week."""
    coming = (
        sessions.public()  # type: ignore[attr-defined]
        .first_days()
        .upcoming(now=now)
        .filter(activity=activity, kecamatan=area)
        .with_places()
        .with_seats()
        .order_by("starts_at", "pk")
    )
    fitting = [s for s in coming if s.seated_count < s.places and slot in (ANY_TIME, slot_of(s.starts_at))]
    for session in fitting:
        session.free = session.places - session.seated_count
    return fitting


def plan(session: TrainingSession, *, slot: str, now: datetime) -> list[int]:
    """Whom ``invite_needed`` would invite: as many as there are free seats, in the order of need."""
    free = max(0, session.places - session.bookings.seated().count())
    return candidates(session, now=now, people=_said_yes(slot))[: min(free, MOST)]


def _said_yes(slot: str) -> QuerySet[Participant]:
    if not slot:
        return Participant.objects.all()
    said_no = Availability.objects.filter(Q(**{slot: False}), participant=OuterRef("pk"))
    return Participant.objects.filter(~Exists(said_no))


@transaction.atomic
def invite_needed(*, session_id: int, slot: str, uid: UUID, by: Any, now: datetime | None = None) -> BulkDeed:
    """Invites up to the free seats. The same ``uid`` again is the same deed. Raises BookingRefused."""
    now = now or timezone.now()
    session = locked(session_id)
    if (before := BulkDeed.objects.filter(uid=uid).first()) is not None:
        return before
    if (reason := rules.why_closed(session, now=now)) is not None:
        raise reason
    offers.take_back_late(session, now=now)
    ids = plan(session, slot=slot, now=now)
    lock_people(ids)
    still = in_need_of(Participant.objects.filter(pk__in=ids), session)
    able = set(available_at(still, session.starts_at).values_list("pk", flat=True))
    seated = seat_many(session, [pk for pk in ids if pk in able], by=by, now=now)
    params = {"session": session_id, "seated": len(seated), "waiting": 0}
    return keep_deed(uid=uid, action=INVITED, params=params, done_count=len(seated), left_out={}, by=by)
