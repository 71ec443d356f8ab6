"""Seats in a session."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Subquery

from okoce.accounts.roles import acts_as_participant
from trainings.enums import ENROLLED, SEATED, BookingState, SessionState
from trainings.querysets.base import OfSessionQuerySet, rows_of
from trainings.scheduling import at


class BookingQuerySet(OfSessionQuerySet):
    PERMISSION = "trainings.view"

    def visible_to(self, user: Any) -> BookingQuerySet:
        """A participant's own; for the offices and trainers those of their sessions."""
        if acts_as_participant(user):
            return self.filter(participant__user=user)
        return super().visible_to(user)

    def seated(self) -> BookingQuerySet:
        """Those who take a seat: invited or confirmed."""
        return self.filter(state__in=SEATED)

    def enrolled(self) -> BookingQuerySet:
        """Those who may be marked present: seated, or admitted on the day."""
        return self.filter(state__in=ENROLLED)

    def late(self, *, now: datetime) -> BookingQuerySet:
        """Offers not answered in time, of sessions that have not begun; of a class its first day."""
        return self.filter(
            state=BookingState.INVITED,
            answer_by__lte=now,
            session__starts_at__gt=now,
            session__head__isnull=True,
        )

    def of_published_sessions_on(self, day: date) -> BookingQuerySet:
        """Of sessions that are on, on that Jakarta day."""
        return self.of_published_sessions_between(at(day, time()), at(day + timedelta(days=1), time()))

    def of_published_sessions_between(self, since: datetime, until: datetime) -> BookingQuerySet:
        """Of sessions that are on and begin from ``since`` on, before ``until``."""
        return self.filter(
            session__state=SessionState.PUBLISHED,
            session__starts_at__gte=since,
            session__starts_at__lt=until,
        )

    def for_the_door(self) -> BookingQuerySet:
        """With the person and what the attendance list says of them; adds ``is_first_time``."""
        before = (
            rows_of("AttendanceScan")
            .counted()
            .filter(participant=OuterRef("participant"))
            .exclude(session=OuterRef("session"))
        )
        return (
            self.with_presence()
            .annotate(is_first_time=~Exists(before))
            .select_related("participant__kelurahan")
            .prefetch_related("participant__businesses")
        )

    def with_presence(self) -> BookingQuerySet:
        """Adds ``is_present`` and ``present_at`` (when it was recorded)."""
        standing = (
            rows_of("AttendanceScan")
            .standing()
            .filter(session=OuterRef("session"), participant=OuterRef("participant"))
            .order_by("pk")
        )
        return self.annotate(
            is_present=Exists(standing),
            present_at=Subquery(standing.with_moment().values("at")[:1]),
        )
