"""Which people may be given a place, are to be invited, or lack an activity."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from trainings.enums import ENROLLED, SEATED, SessionState
from trainings.querysets.base import rows_of, year_in_jakarta
from trainings.querysets.eligibility import fit_for
from trainings.scheduling import WEEKDAYS, day_of, half_of, slot_of


def can_come(participants: models.QuerySet, session: Any) -> models.QuerySet:
    """Who may be given a place in the session.

    Active residents of Jakarta whose data may be used, whose category takes the activity, who have not done
    it in the session's year, have no seat for it in another session that year, and none anywhere at that
    time. ``rules.why_not`` says the same of one person, in words. Source: docs/programme.md, "Sessions and
    seats".
    """
    person = OuterRef("pk")
    others = outside_the_class(rows_of("Booking").filter(participant=person), session)
    meets = Q()
    for starts_at, ends_at in days_of(session):
        meets |= Q(during__overlap=(starts_at, ends_at))
    return (
        fit_for(participants, session.activity)
        .in_programme()  # type: ignore[attr-defined]
        .usable()
        .exclude(category__in=session.activity.closed_to)
        .filter(
            ~Exists(attendance_of(session, person)),
            ~Exists(seats_for_the_same(session, others)),
            ~Exists(others.filter(meets, state__in=ENROLLED)),
        )
    )


def in_need_of(participants: models.QuerySet, session: Any) -> models.QuerySet:
    """Whom to invite: people of the session's kecamatan who can come and have no row in it.

    Who declined is not asked again by the batch.
    """
    asked = rows_of("Booking").filter(participant=OuterRef("pk"), session=session.pk)
    return can_come(participants, session).filter(~Exists(asked), kecamatan=session.kecamatan_id)


def available_at(participants: models.QuerySet, starts_at: datetime) -> models.QuerySet:
    """Without those who said that they cannot come at that part of the week or on that day.

    ``services.availability.can_come_at`` says the same of one.
    """
    slot, day = slot_of(starts_at), day_of(starts_at)
    cannot = Q(**{slot: False}) | Q(away_from__lte=day, away_until__gte=day)
    if slot == WEEKDAYS:
        cannot |= Q(**{half_of(starts_at): False})
    said_no = rows_of("Availability").filter(cannot, participant=OuterRef("pk"))
    return participants.filter(~Exists(said_no))


def need_by_activity(
    participants: models.QuerySet, activities: Any, *, year: int, now: datetime
) -> dict[str, int]:
    """How many of ``participants`` lack each activity in ``year`` and have no coming seat for it. One query.

    Counts people in the programme whose category takes the activity, each once for every activity.
    """
    person = OuterRef("pk")
    counts = {}
    for activity in activities:
        done = (
            rows_of("AttendanceScan")
            .counted()
            .of_year(year)
            .filter(session__activity=activity.pk, participant=person)
        )
        seat = rows_of("Booking").filter(
            participant=person,
            state__in=SEATED,
            session__activity=activity.pk,
            session__state=SessionState.PUBLISHED,
            session__starts_at__gt=now,
        )
        takes = ~Q(category__in=activity.closed_to) & ~Exists(done) & ~Exists(seat)
        counts[f"need_{activity.position}"] = Count("pk", filter=takes)
    found = participants.in_programme().aggregate(**counts)  # type: ignore[attr-defined]
    return {a.pk: found[f"need_{a.position}"] for a in activities}


def attendance_of(session: Any, person: Any) -> models.QuerySet:
    """Attendance at the session's activity in its year, by ``person`` (an id or an outer reference)."""
    year = timezone.localtime(session.starts_at).year
    return (
        rows_of("AttendanceScan")
        .counted()
        .of_year(year)
        .filter(session__activity=session.activity_id, participant=person)
    )


def seats_for_the_same(session: Any, bookings: models.QuerySet) -> models.QuerySet:
    """Those of ``bookings`` that are seats for the session's activity in its year, not yet held."""
    year = timezone.localtime(session.starts_at).year
    return bookings.filter(
        year_in_jakarta(year, "session__"),
        state__in=SEATED,
        session__activity=session.activity_id,
        session__state=SessionState.PUBLISHED,
    )


def outside_the_class(bookings: models.QuerySet, session: Any) -> models.QuerySet:
    """Those of ``bookings`` in other sessions; the days of one class are not others."""
    if session.day_count == 1:
        return bookings.exclude(session=session.pk)
    return bookings.exclude(session=session.class_id).exclude(session__head=session.class_id)


def days_of(session: Any) -> list[tuple[datetime, datetime]]:
    """When the session meets: once, or on each day of its class."""
    if session.day_count == 1:
        return [(session.starts_at, session.ends_at)]
    days = rows_of("TrainingSession").filter(Q(pk=session.class_id) | Q(head=session.class_id))
    return list(days.active().order_by("starts_at").values_list("starts_at", "ends_at"))
