"""Who may do what to a session, and who may sit in it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format, time_format

from okoce.accounts.models import Membership, User
from okoce.accounts.roles import Role, has_permission
from okoce.accounts.scope import scope_of
from okoce.values import names
from participants import numbering, searching
from participants.models import Participant
from participants.rules import is_in_programme, is_usable
from trainings import areas, eligibility, quotas, scheduling
from trainings.enums import ENROLLED, SessionState
from trainings.models import Booking, Trainer, TrainingSession, Venue, Waiting
from trainings.querysets import attendance_of, days_of, outside_the_class, seats_for_the_same
from trainings.refusals import BookingRefused, Clash, Refusal, SessionRefused

GRACE = timedelta(minutes=30)  # after the start, seats of those who have not come are open for others


# ---------------------------------------------------------------- staff


def may_keep_venue(user: Any, venue: Venue) -> bool:
    """An office keeps the rooms of its own kecamatan, a Sudin those of its city."""
    return areas.kecamatan_for(user).filter(pk=venue.kecamatan_id).exists()


def may_keep_trainer(user: Any, trainer: Trainer) -> bool:
    """Trainers work in the whole city: each of its offices keeps them."""
    scope = scope_of(user)
    city = scope.city or (scope.kecamatan or "")[:5]
    return has_permission(user, "trainings.manage") and trainer.city_id == city


def accounts_for_trainer(city: str, trainer: Trainer | None) -> Any:
    """Accounts that work as trainers in the city today and belong to no other trainer."""
    today = timezone.localdate()
    working = Membership.objects.valid_on(today).filter(role=Role.TRAINER, area__code__startswith=city)
    free = Q(trainer__isnull=True)
    if trainer is not None and trainer.user_id is not None:
        free |= Q(pk=trainer.user_id)
    accounts = User.objects.filter(free, pk__in=working.values("user"), is_active=True)
    return accounts.order_by("full_name", "pk")


def may_enter_absence(user: Any, trainer: Trainer) -> bool:
    """The offices of the city, and the trainer."""
    return may_keep_trainer(user, trainer) or scope_of(user).trainer_id == trainer.user_id is not None


def largest_coming(venue: Venue, *, now: datetime) -> TrainingSession | None:
    """The coming session with the most seats in that room."""
    coming = TrainingSession.objects.active().upcoming(now=now).filter(venue=venue)
    return coming.order_by("-capacity", "starts_at").first()


def may_keep_ramadan(user: Any) -> bool:
    """One Ramadan for all of Jakarta: the province enters it."""
    return has_permission(user, "trainings.calendar") and scope_of(user).everything


def is_changeable(session: TrainingSession, *, now: datetime) -> bool:
    return session.state in (SessionState.DRAFT, SessionState.PUBLISHED) and session.starts_at > now


def seated_count(session: TrainingSession) -> int:
    return session.bookings.seated().count()


def waiting_count(session: TrainingSession) -> int:
    """How many wait for the session's activity where it is held."""
    return Waiting.objects.still().for_session(session).values("participant").distinct().count()


def told_count(session: TrainingSession) -> int:
    """How many people a cancellation would be told to."""
    if session.state != SessionState.PUBLISHED:
        return 0
    return session.bookings.filter(state__in=ENROLLED).count()


def matching(text: str, *, prefix: str = "") -> Q | None:
    """Participants whose number is or ends in ``text``, or whose name holds it; None for anything else.

    A NIK or a phone number is not looked for: it would stand in the address.
    """
    query = searching.read(text)
    if query.kind is searching.Kind.NUMBER:
        return Q(**{f"{prefix}pk__in": carriers([query.value])})
    if query.kind is searching.Kind.SERIAL:
        return Q(**{f"{prefix}pk__in": carriers(searching.numbers_with_serial(query.value))})
    if query.kind is searching.Kind.NAME:
        return Q(**{f"{prefix}name_key__contains": names.key(query.value)})
    return None


def matching_number(text: str, session: TrainingSession) -> Q | None:
    """The one participant whose number was typed, in full or its last digits of the session's kecamatan."""
    query = searching.read(text)
    if query.kind is searching.Kind.NUMBER:
        return Q(pk__in=carriers([query.value]))
    prefix = numbering.PREFIXES.get(session.kecamatan_id)
    if query.kind is searching.Kind.SERIAL and prefix:
        return Q(pk__in=carriers([numbering.format_number(prefix, int(query.value))]))
    return None


def carriers(numbers: list[str]) -> Any:
    """Whose numbers these are, also where they stand on a card from before a merge; a subquery of ids."""
    return Participant.everybody.all().carriers(number__in=numbers)


def may_change(user: Any, session: TrainingSession, *, now: datetime) -> bool:
    return is_changeable(session, now=now) and has_permission(user, "trainings.manage")


def may_publish(user: Any, session: TrainingSession, *, now: datetime) -> bool:
    return (
        session.state == SessionState.DRAFT
        and session.starts_at > now
        and has_permission(user, "trainings.manage")
    )


def may_cancel(user: Any, session: TrainingSession) -> bool:
    """Until the list is closed; with anybody present the service still refuses."""
    return session.state in (SessionState.DRAFT, SessionState.PUBLISHED) and has_permission(
        user, "trainings.manage"
    )


def may_fill(user: Any, session: TrainingSession, *, now: datetime) -> bool:
    return (
        session.state == SessionState.PUBLISHED
        and session.head_id is None
        and session.starts_at > now
        and has_permission(user, "trainings.manage")
    )


def may_take_attendance(user: Any, session: TrainingSession, *, today: date) -> bool:
    """From the session's day on. After the list is closed only the offices correct it."""
    if session.state == SessionState.HELD:
        return has_permission(user, "trainings.manage")
    return (
        session.state == SessionState.PUBLISHED
        and scheduling.day_of(session.starts_at) <= today
        and has_permission(user, "trainings.attendance")
    )


def actions(user: Any, session: TrainingSession, *, now: datetime) -> dict[str, bool]:
    """What the page of the session offers this person, by the names its template asks for."""
    is_out = session.state != SessionState.DRAFT
    return {
        "may_change": may_change(user, session, now=now),
        "may_publish": may_publish(user, session, now=now) and session.head_id is None,
        "may_copy": has_permission(user, "trainings.manage"),
        "may_limit": session.head_id is None and may_change(user, session, now=now),
        "may_grant": session.starts_at <= now
        and session.state in (SessionState.PUBLISHED, SessionState.HELD)
        and has_permission(user, "trainings.manage"),
        "may_postpone": session.state == SessionState.PUBLISHED and may_change(user, session, now=now),
        "may_cancel": may_cancel(user, session) and session.head_id is None,
        "may_certify": session.state in (SessionState.PUBLISHED, SessionState.HELD)
        and session.starts_at <= now
        and has_permission(user, "trainings.certificates"),
        "may_fill": may_fill(user, session, now=now),
        "may_take_attendance": may_take_attendance(user, session, today=scheduling.day_of(now)),
        "may_see_sheet": has_permission(user, "trainings.attendance"),
        "has_free_seats": getattr(session, "seated_count", 0) < session.places,
        "may_see_messages": session.state != SessionState.DRAFT
        and has_permission(user, "notifications.view"),
        "may_send": is_out and has_permission(user, "notifications.send_ready"),
    }


def walk_ins_for(user: Any, session: TrainingSession) -> Any:
    """People who may be found by their number at the door.

    Everybody the person may see anyway, and everybody of the session's kecamatan: a trainer sees no list of
    participants, but must be able to admit somebody who shows the card.
    """
    if not has_permission(user, "trainings.attendance"):
        return Participant.objects.none()
    if scope_of(user).trainer_id is not None:
        return Participant.objects.of_kecamatan(session.kecamatan_id)
    return Participant.objects.filter(
        Q(pk__in=Participant.objects.visible_to(user)) | Q(kecamatan=session.kecamatan_id)
    )


# ---------------------------------------------------------------- seats


def why_not(session: TrainingSession, participant: Participant) -> BookingRefused | None:
    """Why the person may not be given a place, or None. ``querysets.can_come`` says the same of many."""
    name = participant.full_name
    if not (is_in_programme(participant) and is_usable(participant)):
        return BookingRefused(Refusal.NOT_IN_PROGRAMME, name=name)
    if participant.category in session.activity.closed_to:
        return BookingRefused(Refusal.CATEGORY, name=name)
    if (unfit := eligibility.why_not(session.activity, participant)) is not None:
        return unfit
    done = attendance_of(session, participant.pk).select_related("session").first()
    if done is not None:
        return BookingRefused(Refusal.DONE, name=name, day=long_day(done.session.starts_at))
    others = outside_the_class(Booking.objects.filter(participant=participant), session)
    meets = Q()
    for starts_at, ends_at in days_of(session):
        meets |= Q(during__overlap=(starts_at, ends_at))
    overlapping = (
        others.filter(meets, state__in=ENROLLED)
        .select_related("session__activity", "session__kecamatan")
        .first()
    )
    if overlapping is not None:
        return BookingRefused(
            Refusal.ELSEWHERE,
            name=name,
            activity=overlapping.session.activity.label,
            kecamatan=overlapping.session.kecamatan.name,
            day=long_day(overlapping.session.starts_at),
            clock=hours(overlapping.session.starts_at, overlapping.session.ends_at),
        )
    same = seats_for_the_same(session, others).select_related("session").first()
    if same is not None:
        return BookingRefused(Refusal.SAME_ACTIVITY, name=name, day=long_day(same.session.starts_at))
    return quotas.why_not(session, participant)


def why_closed(session: TrainingSession, *, now: datetime) -> BookingRefused | None:
    """Why no place can be given in the session at all."""
    if session.head_id is not None:
        return BookingRefused(Refusal.DAY_OF_CLASS, number=session.day_number)
    if session.state == SessionState.DRAFT:
        return BookingRefused(Refusal.DRAFT)
    if session.state == SessionState.CANCELLED:
        return BookingRefused(Refusal.CANCELLED)
    if session.state == SessionState.HELD:
        return BookingRefused(Refusal.CLOSED)
    return BookingRefused(Refusal.BEGUN) if session.starts_at <= now else None


# ---------------------------------------------------------------- plans


def problems_of_time(starts_at: datetime, ends_at: datetime, *, now: datetime) -> list[SessionRefused]:
    """What forbids a session at this time. ``ends_at`` before ``starts_at`` may mean the next day."""
    found = []
    if ends_at <= starts_at:
        start, end = starts_at.astimezone(scheduling.JAKARTA), ends_at.astimezone(scheduling.JAKARTA)
        over_night = start.hour >= 17 and end.hour <= 6
        code = Clash.ACROSS_MIDNIGHT if over_night else Clash.ENDS_BEFORE_START
        found.append(SessionRefused(code, "end", clock=time_format(start.time())))
    elif scheduling.day_of(starts_at) != scheduling.day_of(ends_at):
        found.append(SessionRefused(Clash.ACROSS_MIDNIGHT, "end"))
    if starts_at <= now:
        same_day = scheduling.day_of(starts_at) == scheduling.day_of(now)
        found.append(SessionRefused(Clash.PAST, "start" if same_day else "date"))
    return found


def problems_of_capacity(
    capacity: int, *, venue_name: str, room: int, seated: int = 0
) -> list[SessionRefused]:
    if capacity < 1:
        return [SessionRefused(Clash.CAPACITY_ZERO, "capacity")]
    if capacity > room:
        return [SessionRefused(Clash.CAPACITY_OVER_VENUE, "capacity", venue=venue_name, room=room)]
    if capacity < seated:
        return [SessionRefused(Clash.CAPACITY_BELOW_SEATED, "capacity", seated=seated)]
    return []


def clashes(
    *,
    venue: Venue | None,
    trainer: Any,
    starts_at: datetime,
    ends_at: datetime,
    besides: int | None = None,
) -> list[SessionRefused]:
    """Sessions that hold the venue or the trainer at that time, in words."""
    others = (
        TrainingSession.objects.active()
        .overlapping(starts_at, ends_at)
        .exclude(pk=besides)
        .with_places()
        .order_by("starts_at")
    )
    found = []
    if venue is not None and (other := others.filter(venue=venue).first()):
        found.append(SessionRefused(Clash.VENUE, "venue", venue=other.venue.name, **_use(other)))
    if trainer is not None and (other := others.filter(trainer=trainer).first()):
        found.append(SessionRefused(Clash.TRAINER, "trainer", trainer=trainer.name, **_use(other)))
    return found


def _use(session: TrainingSession) -> dict[str, str]:
    return {
        "clock": hours(session.starts_at, session.ends_at),
        "activity": session.activity.label,
        "kecamatan": session.kecamatan.name,
    }


# ---------------------------------------------------------------- figures


def share(part: int, whole: int) -> str:
    """16 %; "-" of nothing."""
    return f"{round(part * 100 / whole)} %" if whole else "-"


# ---------------------------------------------------------------- words


def hours(starts_at: datetime, ends_at: datetime) -> str:
    """09.00-12.00, in Jakarta."""
    return f"{time_format(timezone.localtime(starts_at))}-{time_format(timezone.localtime(ends_at))}"


def clock(moment: datetime) -> str:
    """09.18, in Jakarta."""
    return time_format(timezone.localtime(moment))


def long_day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "LONG_DATE_FORMAT")
