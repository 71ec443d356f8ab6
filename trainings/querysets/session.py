"""Sessions, and what is counted of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models import Count, Exists, ExpressionWrapper, F, Func, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from okoce.accounts.roles import acts_as_participant, has_permission
from okoce.accounts.scope import scope_of
from trainings.enums import ENROLLED, SEATED, BookingState, SessionState
from trainings.querysets.base import rows_of, year_in_jakarta
from trainings.scheduling import JAKARTA, at


class SessionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> SessionQuerySet:
        """Sessions of the own area; a trainer's own; a participant's bookings."""
        if acts_as_participant(user):
            return self.filter(bookings__participant__user=user)
        if not has_permission(user, "trainings.view"):
            return self.none()
        return self.filter(
            scope_of(user).as_q(city="city_id", kecamatan="kecamatan_id", trainer="trainer__user_id")
        )

    def public(self) -> SessionQuerySet:
        """What everybody may see on the schedule."""
        return self.filter(state=SessionState.PUBLISHED)

    def upcoming(self, *, now: datetime | None = None) -> SessionQuerySet:
        """Sessions that have not started at ``now`` (aware; default: the present)."""
        return self.filter(starts_at__gt=now or timezone.now())

    def active(self) -> SessionQuerySet:
        return self.exclude(state=SessionState.CANCELLED)

    def first_days(self) -> SessionQuerySet:
        """Classes, each once: seats are given on the first day, a trigger repeats them on the later ones."""
        return self.filter(head__isnull=True)

    def same_activity(self, session: Any, *, now: datetime) -> SessionQuerySet:
        """Where one could sit instead: other coming sessions of the activity in the year of ``session``."""
        year = timezone.localtime(session.starts_at).year
        coming = self.public().first_days().upcoming(now=now).of_year(year)
        return coming.filter(activity=session.activity_id).exclude(pk=session.class_id)

    def between(self, first: date, last: date) -> SessionQuerySet:
        """Sessions of those Jakarta days, the last included."""
        return self.filter(
            starts_at__gte=at(first, time()), starts_at__lt=at(last + timedelta(days=1), time())
        )

    def on_day(self, day: date) -> SessionQuerySet:
        return self.between(day, day)

    def of_year(self, year: int) -> SessionQuerySet:
        return self.filter(year_in_jakarta(year))

    def of_groups(self, keys: Iterable[tuple[str, int, str]]) -> SessionQuerySet:
        """Those of these groups and activities of a phase: (kecamatan, group, activity)."""
        chosen = Q(pk__in=[])
        for kecamatan, group, activity in keys:
            chosen |= Q(kecamatan=kecamatan, group_number=group, activity=activity)
        return self.filter(chosen)

    def people_count(self) -> int:
        """People with a place in any of them, each once."""
        places = self.filter(bookings__state__in=ENROLLED).order_by()
        return places.values("bookings__participant").distinct().count()

    def place_count(self) -> int:
        """Places taken in them; somebody with places in three counts three times."""
        return self.filter(bookings__state__in=ENROLLED).order_by().count()

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> SessionQuerySet:
        """Sessions that share a moment; one that begins when the other ends does not."""
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)

    def unclosed(self, *, now: datetime | None = None) -> SessionQuerySet:
        """Over, but nobody has closed the attendance list."""
        return self.filter(state=SessionState.PUBLISHED, ends_at__lte=now or timezone.now())

    def stale_drafts(self, *, now: datetime | None = None) -> SessionQuerySet:
        """Drafts whose time has come without publication."""
        return self.filter(state=SessionState.DRAFT, starts_at__lte=now or timezone.now())

    def for_feed(self, feed: Any, *, now: datetime) -> SessionQuerySet:
        """What a calendar feed shows: released sessions of its subject, from a quarter back on; cancelled
        ones stay, so that calendars strike them out. A participant's are those with a seat."""
        shown = self.exclude(published_at=None).filter(starts_at__gte=now - timedelta(days=90)).with_places()
        if feed.participant_id:
            seats = rows_of("Booking").filter(session=OuterRef("pk"), participant=feed.participant_id)
            seated = seats.filter(
                Q(state__in=ENROLLED) | Q(state=BookingState.RELEASED, session__state=SessionState.CANCELLED)
            )
            return shown.filter(Exists(seated)).order_by("starts_at", "pk")
        if feed.area_id:
            shown = shown.filter(Q(kecamatan=feed.area_id) | Q(city=feed.area_id))
        elif feed.venue_id:
            shown = shown.filter(venue=feed.venue_id)
        else:
            shown = shown.filter(trainer=feed.trainer_id)
        return shown.order_by("starts_at", "pk")

    def in_trouble(self) -> SessionQuerySet:
        """Those whose room is closed that day, whose trainer is away, or that seat more than the room holds.

        Adds ``is_room_closed`` and ``is_trainer_away``, and ``seated_count``.
        """
        start = ExpressionWrapper(OuterRef("starts_at"), output_field=models.DateTimeField())
        day = TruncDate(start, tzinfo=JAKARTA)
        closed = rows_of("VenueClosure").filter(
            venue=OuterRef("venue"), first_day__lte=day, last_day__gte=day
        )
        away = rows_of("TrainerAbsence").filter(
            trainer=OuterRef("trainer"), first_day__lte=day, last_day__gte=day
        )
        return (
            self.with_seats()
            .annotate(is_room_closed=Exists(closed), is_trainer_away=Exists(away))
            .filter(
                Q(is_room_closed=True) | Q(is_trainer_away=True) | Q(seated_count__gt=F("venue__capacity"))
            )
        )

    def with_places(self) -> SessionQuerySet:
        """With what a page shows beside the session, in the same query."""
        return self.select_related("activity", "venue", "trainer", "kecamatan")

    def with_seats(self) -> SessionQuerySet:
        """Adds ``seated_count`` and ``waiting_count``."""
        return self.annotate(
            seated_count=_count_of("Booking", state__in=SEATED),
            waiting_count=_waiting_for(),
        )

    def with_attendance_counts(self) -> SessionQuerySet:
        """What the attendance page counts; ``saved_at`` is when the last row was recorded.

        ``no_show_count``: confirmed and not there. Source: docs/indicators.md, "Absent".
        """
        there = (
            rows_of("AttendanceScan")
            .standing()
            .filter(session=OuterRef("session"), participant=OuterRef("participant"))
        )
        away = (
            rows_of("Booking")
            .filter(~Exists(there), session=OuterRef("pk"), state=BookingState.CONFIRMED)
            .order_by()
            .values("session")
            .annotate(n=Count("pk"))
            .values("n")
        )
        last = rows_of("AttendanceScan").filter(session=OuterRef("pk")).order_by("-pk")
        return self.with_counts().annotate(
            enrolled_count=_count_of("Booking", state__in=ENROLLED),
            no_show_count=Coalesce(Subquery(away), 0),
            saved_at=Subquery(last.values("received_at")[:1]),
        )

    def with_counts(self) -> SessionQuerySet:
        """Adds ``seated_count``, ``confirmed_count``, ``waiting_count`` and ``present_count``."""
        present = (
            rows_of("AttendanceScan")
            .standing()
            .filter(session=OuterRef("pk"))
            .order_by()
            .values("session")
            .annotate(n=Count("participant", distinct=True))
            .values("n")
        )
        return self.with_seats().annotate(
            confirmed_count=_count_of("Booking", state=BookingState.CONFIRMED),
            present_count=Coalesce(Subquery(present), 0),
        )


def _count_of(model: str, **conditions: Any) -> Coalesce:
    rows = rows_of(model).filter(session=OuterRef("pk"), **conditions).order_by()
    return Coalesce(Subquery(rows.values("session").annotate(n=Count("pk")).values("n")), 0)


def _waiting_for() -> Coalesce:
    """How many wait for the session's activity where it is held."""
    line = (
        rows_of("Waiting")
        .still()
        .filter(  # type: ignore[attr-defined]
            Q(area=OuterRef("kecamatan")) | Q(area=OuterRef("city")), activity=OuterRef("activity")
        )
    )
    counted = line.order_by().annotate(n=Func(F("participant"), function="Count", distinct=True))
    return Coalesce(Subquery(counted.values("n"), output_field=models.IntegerField()), 0)
