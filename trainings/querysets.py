from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, ExpressionWrapper, F, Func, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from okoce.accounts.roles import Role, has_permission
from okoce.accounts.scope import scope_of
from participants.enums import Step
from trainings.enums import ENROLLED, SEATED, BookingState, ConditionCode, RunState, ScanResult, SessionState
from trainings.scheduling import JAKARTA, at, slot_of


def _rows(model: str) -> models.QuerySet:
    """Rows of a model of this app: models import this module, so it cannot import them."""
    return apps.get_model("trainings", model)._default_manager.get_queryset()


def year_in_jakarta(year: int, prefix: str = "") -> Q:
    """Condition: a session that starts in that calendar year, Jakarta time."""
    name = f"{prefix}starts_at"
    return Q(
        **{f"{name}__gte": at(date(year, 1, 1), time()), f"{name}__lt": at(date(year + 1, 1, 1), time())}
    )


class ActivityQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> ActivityQuerySet:
        """The curriculum holds nobody's data: everybody may read it."""
        return self.all()

    def required(self) -> ActivityQuerySet:
        return self.filter(is_required=True)

    def taught_in(self, year: int, *, area: str = "") -> ActivityQuerySet:
        """Those of the programme year, in the area (a region's code) when one is given."""
        codes = [area[:length] for length in (2, 5, 8) if len(area) >= length]
        here = Q(area__isnull=True) | Q(area__in=codes) if area else Q()
        return self.filter(
            here,
            Q(first_year__isnull=True) | Q(first_year__lte=year),
            Q(last_year__isnull=True) | Q(last_year__gte=year),
        )


class HolidayQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> HolidayQuerySet:
        """Holidays are nobody's data: whoever sees sessions sees them."""
        return self.all() if has_permission(user, "trainings.view") else self.none()

    def keepable_by(self, user: Any) -> HolidayQuerySet:
        """The province keeps all of them, a Sudin the regional days of its city."""
        if not has_permission(user, "trainings.calendar"):
            return self.none()
        scope = scope_of(user)
        if scope.everything:
            return self.all()
        return self.filter(area=scope.city) if scope.city else self.none()

    def of_year(self, year: int) -> HolidayQuerySet:
        return self.filter(day__year=year)

    def held(self) -> HolidayQuerySet:
        return self.filter(is_held=True)

    def between(self, first: date, last: date) -> HolidayQuerySet:
        """Days off from ``first`` to ``last``, both included."""
        return self.held().filter(day__range=(first, last))

    def touching(self, area: str) -> HolidayQuerySet:
        """Those of the area ``area`` (a region's code), of what it lies in, and of everywhere."""
        codes = [area[:length] for length in (2, 5, 8, 13) if len(area) >= length]
        return self.filter(Q(area__isnull=True) | Q(area__in=codes))


class RamadanQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> RamadanQuerySet:
        return self.all() if has_permission(user, "trainings.view") else self.none()

    def keepable_by(self, user: Any) -> RamadanQuerySet:
        """One Ramadan for all of Jakarta: the province enters it."""
        may = has_permission(user, "trainings.calendar") and scope_of(user).everything
        return self.all() if may else self.none()

    def between(self, first: date, last: date) -> RamadanQuerySet:
        """Periods that share a day with ``first`` to ``last``."""
        return self.filter(first_day__lte=last, last_day__gte=first)


def _coming(field: str, now: datetime) -> Coalesce:
    rows = _rows("TrainingSession").active().filter(**{field: OuterRef("pk")}, ends_at__gt=now)  # type: ignore[attr-defined]
    return Coalesce(Subquery(rows.order_by().values(field).annotate(n=Count("pk")).values("n")), 0)


def _of_city(user: Any) -> str | None:
    membership = getattr(user, "active_membership", None)
    area = membership.area_id if membership is not None else None
    return area[:5] if area else None


class VenueQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> VenueQuerySet:
        """Rooms of the own city: a kecamatan may use a neighbour's hall."""
        if not has_permission(user, "trainings.view"):
            return self.none()
        city = _of_city(user)
        return self.filter(city_id=city) if city else self.filter(scope_of(user).as_q())

    def in_use(self) -> VenueQuerySet:
        return self.filter(retired_at__isnull=True)

    def for_the_list(self, *, now: datetime) -> VenueQuerySet:
        """With hours and closed days, and ``coming_count``: sessions still to be held there."""
        return (
            self.select_related("kecamatan")
            .prefetch_related("hours", "closures")
            .annotate(coming_count=_coming("venue", now))
        )


class TrainerQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> TrainerQuerySet:
        if not has_permission(user, "trainings.view"):
            return self.none()
        city = _of_city(user)
        return self.filter(city_id=city) if city else self.filter(scope_of(user).as_q(trainer="user_id"))

    def in_use(self) -> TrainerQuerySet:
        return self.filter(retired_at__isnull=True)

    def own_or_all(self, user: Any) -> TrainerQuerySet:
        """Whoever keeps rooms and trainers sees all of them, a trainer only the own page."""
        return self if has_permission(user, "trainings.resources") else self.filter(user=user)

    def for_the_list(self, *, now: datetime) -> TrainerQuerySet:
        """With subjects and absences, and ``coming_count``: sessions still to be held."""
        return (
            self.select_related("home")
            .prefetch_related("subjects", "absences")
            .annotate(coming_count=_coming("trainer", now))
        )


class SessionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> SessionQuerySet:
        """Sessions of the own area; a trainer's own; a participant's bookings."""
        membership = getattr(user, "active_membership", None)
        if membership is not None and membership.role == Role.PARTICIPANT:
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

    def between(self, first: date, last: date) -> SessionQuerySet:
        """Sessions of those Jakarta days, the last included."""
        return self.filter(
            starts_at__gte=at(first, time()), starts_at__lt=at(last + timedelta(days=1), time())
        )

    def on_day(self, day: date) -> SessionQuerySet:
        return self.between(day, day)

    def of_year(self, year: int) -> SessionQuerySet:
        return self.filter(year_in_jakarta(year))

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
            seats = _rows("Booking").filter(session=OuterRef("pk"), participant=feed.participant_id)
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
        closed = _rows("VenueClosure").filter(venue=OuterRef("venue"), first_day__lte=day, last_day__gte=day)
        away = _rows("TrainerAbsence").filter(
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
            _rows("AttendanceScan")
            .standing()  # type: ignore[attr-defined]
            .filter(session=OuterRef("session"), participant=OuterRef("participant"))
        )
        away = (
            _rows("Booking")
            .filter(~Exists(there), session=OuterRef("pk"), state=BookingState.CONFIRMED)
            .order_by()
            .values("session")
            .annotate(n=Count("pk"))
            .values("n")
        )
        last = _rows("AttendanceScan").filter(session=OuterRef("pk")).order_by("-pk")
        return self.with_counts().annotate(
            enrolled_count=_count_of("Booking", state__in=ENROLLED),
            no_show_count=Coalesce(Subquery(away), 0),
            saved_at=Subquery(last.values("received_at")[:1]),
        )

    def with_counts(self) -> SessionQuerySet:
        """Adds ``seated_count``, ``confirmed_count``, ``waiting_count`` and ``present_count``."""
        present = (
            _rows("AttendanceScan")
            .standing()  # type: ignore[attr-defined]
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
    rows = _rows(model).filter(session=OuterRef("pk"), **conditions).order_by()
    return Coalesce(Subquery(rows.values("session").annotate(n=Count("pk")).values("n")), 0)


def _waiting_for() -> Coalesce:
    """How many wait for the session's activity where it is held."""
    line = (
        _rows("Waiting")
        .still()
        .filter(  # type: ignore[attr-defined]
            Q(area=OuterRef("kecamatan")) | Q(area=OuterRef("city")), activity=OuterRef("activity")
        )
    )
    counted = line.order_by().annotate(n=Func(F("participant"), function="Count", distinct=True))
    return Coalesce(Subquery(counted.values("n"), output_field=models.IntegerField()), 0)


class BookingQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> BookingQuerySet:
        membership = getattr(user, "active_membership", None)
        if membership is not None and membership.role == Role.PARTICIPANT:
            return self.filter(participant__user=user)
        if not has_permission(user, "trainings.view"):
            return self.none()
        return self.filter(
            scope_of(user).as_q(
                city="session__city_id",
                kecamatan="session__kecamatan_id",
                trainer="session__trainer__user_id",
            )
        )

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
        return self.filter(
            session__state=SessionState.PUBLISHED,
            session__starts_at__gte=at(day, time()),
            session__starts_at__lt=at(day + timedelta(days=1), time()),
        )

    def for_the_door(self) -> BookingQuerySet:
        """With the person and what the attendance list says of them; adds ``is_first_time``."""
        before = (
            _rows("AttendanceScan")
            .counted()  # type: ignore[attr-defined]
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
            _rows("AttendanceScan")
            .standing()  # type: ignore[attr-defined]
            .filter(session=OuterRef("session"), participant=OuterRef("participant"))
            .order_by("pk")
        )
        return self.annotate(
            is_present=Exists(standing),
            present_at=Subquery(standing.with_moment().values("at")[:1]),
        )


# When a scan was, by our clock: the device's may be wrong by hours.
HAPPENED_AT = ExpressionWrapper(F("device_at") - F("clock_ahead"), output_field=models.DateTimeField())


class OfSessionQuerySet(models.QuerySet):
    """Rows that belong to a session and are seen by whoever works with it."""

    PERMISSION = "trainings.attendance"

    def visible_to(self, user: Any) -> Any:
        if not has_permission(user, self.PERMISSION):
            return self.none()
        return self.filter(
            scope_of(user).as_q(
                city="session__city_id",
                kecamatan="session__kecamatan_id",
                trainer="session__trainer__user_id",
            )
        )


class OfPersonQuerySet(models.QuerySet):
    """Rows that belong to a person: the own ones, and for the offices those of people of the own area."""

    PERMISSION = "trainings.certificates"

    def visible_to(self, user: Any) -> Any:
        membership = getattr(user, "active_membership", None)
        if membership is not None and membership.role == Role.PARTICIPANT:
            return self.filter(participant__user=user)
        if not has_permission(user, self.PERMISSION):
            return self.none()
        return self.filter(
            scope_of(user).as_q(city="participant__city_id", kecamatan="participant__kecamatan_id")
        )


class WaitingQuerySet(OfPersonQuerySet):
    PERMISSION = "trainings.view"

    def open(self) -> WaitingQuerySet:
        """Not ended: who waits, or has been offered a seat and has not said yes to it yet."""
        return self.filter(left_at__isnull=True)

    def for_session(self, session: Any) -> WaitingQuerySet:
        """Those whose area holds the session, for its activity."""
        return self.open().filter(
            activity=session.activity_id, area__in=[session.kecamatan_id, session.city_id]
        )

    def still(self) -> WaitingQuerySet:
        """Really waiting: without a seat for the activity (an offered one too), and taking part."""
        seat = _rows("Booking").filter(
            participant=OuterRef("participant"),
            state__in=SEATED,
            session__activity=OuterRef("activity"),
            session__state=SessionState.PUBLISHED,
        )
        return self.open().filter(
            ~Exists(seat),
            participant__status="active",
            participant__is_outside_dki=False,
            participant__merged_into__isnull=True,
            participant__erased_at__isnull=True,
            participant__restricted_at__isnull=True,
        )


class ScanQuerySet(OfSessionQuerySet):
    PERMISSION = "trainings.view"

    def with_moment(self) -> ScanQuerySet:
        """Adds ``at``: when it was, by our clock."""
        return self.annotate(at=HAPPENED_AT)

    def moves(self) -> ScanQuerySet:
        """Came, left and came back; in their order by our clock."""
        rows = self.filter(result__in=[ScanResult.ACCEPTED, ScanResult.LEFT, ScanResult.BACK])
        return rows.with_moment().order_by("at", "pk")

    def out_now(self) -> dict[int, datetime]:
        """Who has left and not come back, and when."""
        last = {row.participant_id: row for row in self.moves()}
        return {pk: row.at for pk, row in last.items() if row.result == ScanResult.LEFT}

    def refused(self) -> ScanQuerySet:
        """Attempts that made nobody present."""
        counted = [ScanResult.ACCEPTED, ScanResult.UNDONE, ScanResult.LEFT, ScanResult.BACK]
        return self.exclude(result__in=counted)

    def standing(self) -> ScanQuerySet:
        """Accepted and not taken back since: who these rows name was there.

        A person accepted twice has two rows; count people with ``distinct``.
        """
        later = _rows("AttendanceScan").filter(
            session=OuterRef("session"),
            participant=OuterRef("participant"),
            result=ScanResult.UNDONE,
            pk__gt=OuterRef("pk"),
        )
        return self.filter(~Exists(later), result=ScanResult.ACCEPTED)

    def counted(self) -> ScanQuerySet:
        """Attendance that counts for the programme: standing, in a session that was not cancelled.

        Of a class of several days it is that of the day on which the required number of days was reached:
        who came to fewer has none, who came to all of them one, dated on that day.
        """
        held = self.standing().exclude(session__state=SessionState.CANCELLED)
        days = (
            _rows("AttendanceScan")
            .standing()  # type: ignore[attr-defined]
            .exclude(session__state=SessionState.CANCELLED)
            .filter(
                Q(session=Coalesce(OuterRef("session__head"), OuterRef("session")))
                | Q(session__head=Coalesce(OuterRef("session__head"), OuterRef("session"))),
                participant=OuterRef("participant"),
                session__starts_at__lte=OuterRef("session__starts_at"),
            )
            .order_by()
            .values("participant")
            .annotate(n=Count("session", distinct=True))
            .values("n")
        )
        return held.filter(Q(session__day_count=1) | Q(session__required_days=Subquery(days)))

    def of_year(self, year: int) -> ScanQuerySet:
        """By the day of the session in Jakarta, not of the scan."""
        return self.filter(year_in_jakarta(year, "session__"))


class SheetQuerySet(OfSessionQuerySet):
    pass


class FeedbackQuerySet(OfSessionQuerySet):
    pass


class CertificateQuerySet(OfPersonQuerySet):
    def with_sheet(self) -> CertificateQuerySet:
        """With what is printed, but the edition."""
        return self.select_related("participant", "issuer")


class FeedQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> FeedQuerySet:
        """The own ones that are valid: an address is known to who made it."""
        return self.filter(created_by=user, revoked_at=None)


class NameConfirmationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> NameConfirmationQuerySet:
        if not has_permission(user, "trainings.certificates"):
            return self.none()
        return self.filter(
            scope_of(user).as_q(city="participant__city_id", kecamatan="participant__kecamatan_id")
        )


def can_come(participants: models.QuerySet, session: Any) -> models.QuerySet:
    """Who may be given a place in the session.

    Active residents of Jakarta whose data may be used, whose category takes the activity, who have not done
    it in the session's year, have no seat for it in another session that year, and none anywhere at that
    time. ``rules.why_not`` says the same of one person, in words. Source: docs/programme.md, "Sessions and
    seats".
    """
    person = OuterRef("pk")
    others = outside_the_class(_rows("Booking").filter(participant=person), session)
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


def fit_for(participants: models.QuerySet, activity: Any) -> models.QuerySet:
    """Those who meet the conditions of the activity; ``eligibility.why_not`` says the same of one, in words.

    Asks only where there are conditions.
    """
    if not activity.has_conditions:
        return participants
    for condition in activity.conditions.all():
        participants = participants.filter(_FITS[ConditionCode(condition.code)](condition))
    return participants


def _with_permit(_condition: Any) -> Q:
    steps = apps.get_model("participants", "StepReached").objects
    return Q(Exists(steps.filter(participant=OuterRef("pk"), step=Step.P4_PERMITS)))


def similar_before(condition: Any, person: Any) -> models.QuerySet:
    """Completed trainings of the same kind, in whatever year, by ``person`` (an id or an outer reference)."""
    scans = _rows("AttendanceScan").counted()  # type: ignore[attr-defined]
    found: models.QuerySet = scans.filter(participant=person, session__activity__in=condition.similar)
    return found


def _without_similar(condition: Any) -> Q:
    return Q(~Exists(similar_before(condition, OuterRef("pk"))))


def _without_equipment(_condition: Any) -> Q:
    grants = _rows("EquipmentGrant").filter(
        Q(participant=OuterRef("pk")) | Q(nik_lookup=OuterRef("nik_lookup"), nik_lookup__isnull=False)
    )
    return Q(~Exists(grants))


_FITS = {
    ConditionCode.PERMIT: _with_permit,
    ConditionCode.NOT_SIMILAR: _without_similar,
    ConditionCode.NO_EQUIPMENT: _without_equipment,
}


def days_of(session: Any) -> list[tuple[datetime, datetime]]:
    """When the session meets: once, or on each day of its class."""
    if session.day_count == 1:
        return [(session.starts_at, session.ends_at)]
    days = _rows("TrainingSession").filter(Q(pk=session.class_id) | Q(head=session.class_id))
    return list(days.active().order_by("starts_at").values_list("starts_at", "ends_at"))  # type: ignore[attr-defined]


def outside_the_class(bookings: models.QuerySet, session: Any) -> models.QuerySet:
    """Those of ``bookings`` in other sessions; the days of one class are not others."""
    if session.day_count == 1:
        return bookings.exclude(session=session.pk)
    return bookings.exclude(session=session.class_id).exclude(session__head=session.class_id)


def available_at(participants: models.QuerySet, starts_at: datetime) -> models.QuerySet:
    """Without those who said that they cannot come at that part of the week (``scheduling.slot_of``)."""
    said_no = _rows("Availability").filter(participant=OuterRef("pk"), **{slot_of(starts_at): False})
    return participants.filter(~Exists(said_no))


def attendance_of(session: Any, person: Any) -> models.QuerySet:
    """Attendance at the session's activity in its year, by ``person`` (an id or an outer reference)."""
    year = timezone.localtime(session.starts_at).year
    return (
        _rows("AttendanceScan")
        .counted()  # type: ignore[attr-defined]
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


def in_need_of(participants: models.QuerySet, session: Any) -> models.QuerySet:
    """Whom to invite: people of the session's kecamatan who can come and have no row in it.

    Who declined is not asked again by the batch.
    """
    asked = _rows("Booking").filter(participant=OuterRef("pk"), session=session.pk)
    return can_come(participants, session).filter(~Exists(asked), kecamatan=session.kecamatan_id)


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
            _rows("AttendanceScan")
            .counted()  # type: ignore[attr-defined]
            .of_year(year)
            .filter(session__activity=activity.pk, participant=person)
        )
        seat = _rows("Booking").filter(
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


class ReleaseQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> ReleaseQuerySet:
        """Releases of which the person sees a session."""
        mine = apps.get_model("trainings", "TrainingSession").objects.visible_to(user)
        entries = apps.get_model("trainings", "ReleaseEntry").objects.filter(
            release=OuterRef("pk"), session__in=mine.order_by().values("pk")
        )
        return self.filter(Exists(entries)) if has_permission(user, "trainings.view") else self.none()

    def with_counts(self) -> ReleaseQuerySet:
        """Adds ``entry_count``: sessions in the release."""
        entries = apps.get_model("trainings", "ReleaseEntry").objects.filter(release=OuterRef("pk"))
        counted = entries.order_by().values("release").annotate(n=Count("pk")).values("n")
        return self.annotate(entry_count=Coalesce(Subquery(counted), 0))


class GrantQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> GrantQuerySet:
        """Of the people of the own area."""
        if not has_permission(user, "trainings.manage"):
            return self.none()
        return self.filter(
            scope_of(user).as_q(city="participant__city_id", kecamatan="participant__kecamatan_id")
        )


class PhaseQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> PhaseQuerySet:
        """Phases of the own city; a kecamatan office sees those it takes part in."""
        if not has_permission(user, "trainings.view"):
            return self.none()
        scope = scope_of(user)
        if scope.kecamatan:
            own = apps.get_model("trainings", "PhaseKecamatan").objects.filter(kecamatan=scope.kecamatan)
            return self.filter(pk__in=own.values("phase"))
        return self.filter(scope.as_q(city="city_id"))

    def changeable_by(self, user: Any) -> PhaseQuerySet:
        return self.visible_to(user) if has_permission(user, "trainings.plan") else self.none()

    def with_figures(self) -> PhaseQuerySet:
        """Adds ``people``, ``kecamatan_count``, ``group_count`` and ``session_count``, and the newest run's
        ``run_state``."""
        shares = _rows("PhaseKecamatan").filter(phase=OuterRef("pk")).order_by().values("phase")
        sessions = (
            _rows("TrainingSession")
            .filter(phase=OuterRef("pk"))
            .exclude(state=SessionState.CANCELLED)
            .order_by()
            .values("phase")
        )
        runs = _rows("PlanRun").filter(phase=OuterRef("pk")).order_by("-requested_at", "-pk")
        return self.annotate(
            people=Coalesce(Subquery(shares.annotate(n=Sum("quota")).values("n")), 0),
            kecamatan_count=Coalesce(Subquery(shares.annotate(n=Count("pk")).values("n")), 0),
            group_count=Coalesce(Subquery(shares.annotate(n=Sum("groups")).values("n")), 0),
            session_count=Coalesce(Subquery(sessions.annotate(n=Count("pk")).values("n")), 0),
            run_state=Subquery(runs.values("state")[:1]),
        )


class PlanRunQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> PlanRunQuerySet:
        phases = apps.get_model("trainings", "Phase").objects.visible_to(user)
        return self.filter(phase__in=phases)

    def at_work(self) -> PlanRunQuerySet:
        return self.filter(state__in=[RunState.QUEUED, RunState.WORKING])


class GroupMemberQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> GroupMemberQuerySet:
        """People of the own area: who sees no participants sees no groups of them."""
        if not (has_permission(user, "trainings.view") and has_permission(user, "participants.view")):
            return self.none()
        return self.filter(scope_of(user).as_q(city="phase__city_id", kecamatan="kecamatan_id"))
