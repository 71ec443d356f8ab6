"""What the trainings tell people, and when: the domain decides whom and when, the outbox how.

Every key names its occasion, so that firing twice, or ten times, sends once. Texts hold no numbers of people;
day, time and place are read when the message goes out, so that nobody gets yesterday's plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from okoce.notifications import causes, decency, kinds, services, timing
from okoce.notifications.enums import Manner, Topic
from okoce.notifications.services import Draft
from trainings import links, rules
from trainings.enums import SEATED, SessionState
from trainings.models import Booking, TrainingSession
from trainings.scheduling import JAKARTA

CAUSE = "trainings.trainingsession"
INVITATION = "session_invitation"
REMINDER = "session_reminder"
CHANGED = "session_changed"
CANCELLED = "session_cancelled"
SEAT_OFFERED = "seat_offered"
HURRIED = (CHANGED, CANCELLED, SEAT_OFFERED)  # worth nothing some hours later
OF_A_SEAT = (INVITATION, REMINDER, CHANGED, SEAT_OFFERED)  # void when the seat or the session is gone

MANNERS = {CHANGED: Manner.CHANGE, CANCELLED: Manner.CHANGE, SEAT_OFFERED: Manner.PROMPT}

DAY_BEGINS, DAY_ENDS = 8, 20  # quiet outside; an urgent cancellation may go from 6 to 21
URGENT_BEGINS, URGENT_ENDS = 6, 21
NEXT_SHOWN = 3
SAMPLE = {
    "activity": "Motivasi dan dasar kewirausahaan",
    "position": 1,
    "starts_at": "2026-08-12T09:00:00+07:00",
    "ends_at": "2026-08-12T12:00:00+07:00",
    "venue": "Aula Kantor Kecamatan Palmerah",
    "address": "",
    "kecamatan": "Palmerah",
    "trainer": "Maya Anggraini",
    "reason": "Aula terkena banjir",
    "answer_path": "/pelatihan/jawab/abc-contohtautanjawaban/",
    "group_path": "/pelatihan/sesi/12/jawab/",
    "answer_by": datetime(2026, 8, 11, 14, tzinfo=JAKARTA),
    "is_waiting": False,
    "others": [],
    "instead": ["Rabu 19 Agustus 2026, 09.00-12.00, RPTRA Kota Bambu"],
}
GAPS = {
    "activity": _("Name of the activity"),
    "position": _("Number of the activity in the programme"),
    "starts_at": _("When the session begins"),
    "ends_at": _("When the session ends"),
    "venue": _("Name of the place"),
    "kecamatan": _("Kecamatan of the session"),
    "trainer": _("Name of the trainer"),
    "reason": _("The reason that the office gave"),
    "answer_link": _("The person's own link to answer"),
    "answer_by": _("Until when to answer"),
    "group_link": _("Link to answer for everybody in the group"),
    "others": _("Further sessions that changed"),
    "instead": _("The next sessions with a free seat"),
}
REMIND_BEFORE = (timedelta(days=7), timedelta(days=1), timedelta(hours=2))
WHEN_AND_WHERE = ("starts_at", "venue")
REQUIRED = {
    INVITATION: (*WHEN_AND_WHERE, "answer_link"),
    REMINDER: (*WHEN_AND_WHERE, "answer_link"),
    CHANGED: (*WHEN_AND_WHERE, "answer_link"),
    CANCELLED: ("activity", "starts_at"),
    SEAT_OFFERED: (*WHEN_AND_WHERE, "answer_link", "answer_by"),
}


def register() -> None:
    """Called when the app starts; the outbox knows these kinds from then on."""
    from trainings import answering  # noqa: PLC0415  it stands above the services, which queue messages

    for code, label in (
        (INVITATION, _("Invitation to a session")),
        (REMINDER, _("Session reminder")),
        (CHANGED, _("Session changed")),
        (CANCELLED, _("Session cancelled")),
        (SEAT_OFFERED, _("Seat from the waiting list")),
    ):
        kinds.register(
            kinds.Kind(
                code=code,
                label=label,
                channels=kinds.USUAL_CHAIN,
                topic=Topic.TRAININGS,
                waits=kinds.HURRIED if code in HURRIED else {},
                details=details,
                recheck=void if code in OF_A_SEAT else None,
                manner=MANNERS.get(code, Manner.ORDINARY),
                reasons={
                    "session_cancelled": _("The session was cancelled"),
                    "session_over": _("The session is over"),
                    "seat_gone": _("The person has no seat any more"),
                }
                if code in OF_A_SEAT
                else {},
                sample=SAMPLE,
                answers=answering.ANSWERS if code in OF_A_SEAT else None,
                gaps=GAPS,
                required=REQUIRED[code],
                times=REMIND_BEFORE if code == REMINDER else (),
            )
        )


def details(messages: Sequence[Any]) -> Mapping[str, Mapping[str, Any]]:
    """Day, time and place of each message's session as they stand now, and the person's seat.

    Two queries, and one more for cancellations: the sessions that are offered instead.
    """
    ids = {m.cause_id for m in messages if m.cause_id}
    ids |= {pk for m in messages for pk in _also(m)}
    sessions = TrainingSession.objects.with_places().in_bulk(ids)
    people = {m.participant_id for m in messages}
    seats = Booking.objects.seated().filter(session__in=ids, participant__in=people)
    found = {
        (session, person): {
            "answer_path": links.path_of(pk, number),
            "answer_by": timezone.localtime(until) if until else None,
        }
        for session, person, pk, number, until in seats.values_list(
            "session_id", "participant_id", "pk", "queue_number", "answer_by"
        )
    }
    called_off = [sessions[m.cause_id] for m in messages if m.kind == CANCELLED and m.cause_id in sessions]
    instead = next_of(called_off, now=timezone.now()) if called_off else {}
    described = {pk: describe(session) for pk, session in sessions.items()}
    return {
        m.key: described[m.cause_id]
        | found.get((m.cause_id, m.participant_id), {})
        | {
            "others": [when_and_where(sessions[pk]) for pk in _also(m) if pk in sessions],
            "instead": [when_and_where(one) for one in instead.get(m.cause_id, [])],
        }
        | ({"reason": m.context["reason"]} if m.context.get("reason") else {})
        for m in messages
        if m.cause_id in sessions
    }


def _also(message: Any) -> list[int]:
    """Further sessions that the same message tells of."""
    return list(message.context.get("also", ()))


def next_of(sessions: Sequence[TrainingSession], *, now: datetime) -> dict[int, list[TrainingSession]]:
    """For each session the next ones of its activity in its kecamatan with a free seat, at most three."""
    coming = (
        TrainingSession.objects.public()
        .first_days()
        .upcoming(now=now)
        .filter(
            activity__in={s.activity_id for s in sessions}, kecamatan__in={s.kecamatan_id for s in sessions}
        )
        .with_places()
        .with_seats()
        .order_by("starts_at", "pk")
    )
    free = [one for one in coming if one.seated_count < one.places]
    return {
        s.pk: [
            one
            for one in free
            if (one.activity_id, one.kecamatan_id) == (s.activity_id, s.kecamatan_id) and one.pk != s.pk
        ][:NEXT_SHOWN]
        for s in sessions
    }


def when_and_where(session: TrainingSession) -> str:
    """Rabu 19 Agustus 2026, 09.00-12.00, Aula Kantor Kecamatan Pal Merah"""
    return _("%(day)s, %(clock)s, %(venue)s") % {
        "day": rules.long_day(session.starts_at),
        "clock": rules.hours(session.starts_at, session.ends_at),
        "venue": session.venue.name,
    }


def describe(session: TrainingSession) -> dict[str, Any]:
    return {
        "activity": session.activity.name,
        "position": session.activity.position,
        "starts_at": timezone.localtime(session.starts_at),
        "ends_at": timezone.localtime(session.ends_at),
        "venue": session.venue.name,
        "address": session.venue.address,
        "kecamatan": session.kecamatan.name,
        "trainer": session.trainer.name if session.trainer else "",
        "reason": session.cancel_reason,
        "answer_path": reverse("trainings:answer", args=[session.class_id]),
        "group_path": reverse("trainings:answer", args=[session.class_id]),
        "answer_by": None,
    }


def describe_cause(user: Any, session_id: int) -> causes.Described | None:
    """What the pages of messages call the session; None for who may not see it."""
    session = (
        TrainingSession.objects.visible_to(user).select_related("activity").filter(pk=session_id).first()
    )
    if session is None:
        return None
    day = date_format(timezone.localtime(session.starts_at), "DAY_MONTH_FORMAT")
    return causes.Described(f"{session.activity.label}, {day}", session.get_absolute_url())


def void(messages: Sequence[Any]) -> Mapping[str, str]:
    """Which messages have lost their cause: the session is off or over, or the seat is gone. Two queries."""
    causes = {m.cause_id for m in messages} | {pk for m in messages for pk in _also(m)}
    states = dict(TrainingSession.objects.filter(pk__in=causes).values_list("pk", "state"))
    people = {m.participant_id for m in messages}
    seats = set(
        Booking.objects.filter(session__in=causes, participant__in=people, state__in=SEATED).values_list(
            "session_id", "participant_id"
        )
    )
    found = {}
    for message in messages:
        if any(
            states.get(pk) == SessionState.PUBLISHED and (pk, message.participant_id) in seats
            for pk in _also(message)
        ):
            continue
        state = states.get(message.cause_id)
        if state == SessionState.HELD:
            found[message.key] = "session_over"
        elif state != SessionState.PUBLISHED:
            found[message.key] = "session_cancelled"
        elif (message.cause_id, message.participant_id) not in seats:
            found[message.key] = "seat_gone"
    return found


# ---------------------------------------------------------------- when


def decent(moment: datetime, *, begins: int = DAY_BEGINS, ends: int = DAY_ENDS) -> datetime:
    """``moment``, or the next one at which a message disturbs nobody (docs/programme.md).

    Deadlines count from it. Where messages go out at any hour (a demonstration) it is the plain time of day.
    """
    if not settings.MESSAGES_AT_ANY_HOUR and (begins, ends) == (DAY_BEGINS, DAY_ENDS):
        return decency.next_moment(moment, decency.rules_at(moment))
    local = moment.astimezone(JAKARTA)
    opening = local.replace(hour=begins, minute=0, second=0, microsecond=0)
    if local < opening:
        return opening
    if local >= local.replace(hour=ends, minute=0, second=0, microsecond=0):
        return opening + timedelta(days=1)
    return moment


def may_go_at(moment: datetime, *, begins: int = DAY_BEGINS, ends: int = DAY_ENDS) -> datetime:
    """When a message of this moment is due: a demonstration waits for no morning."""
    if settings.DEMO and settings.MESSAGES_AT_ANY_HOUR:
        return moment
    return decent(moment, begins=begins, ends=ends)


# ---------------------------------------------------------------- queueing


def key(session_id: int, participant_id: int, occasion: str) -> str:
    return f"session:{session_id}:participant:{participant_id}:{occasion}"


def reminder_occasion(before: timedelta, plan_version: int) -> str:
    """A session that moved after publication is reminded of anew."""
    occasion = f"reminder-{timing.occasion(before)}"
    return occasion if plan_version == 1 else f"{occasion}-v{plan_version}"


def _queue(
    kind: str,
    session: TrainingSession,
    people: Iterable[tuple[int, str]],
    *,
    due_at: datetime,
    expires_at: datetime,
    context: Mapping[str, Any] | None = None,
) -> int:
    if due_at >= expires_at:
        due_at = min(due_at, timezone.now())
    return services.queue_many(
        kind=kind,
        drafts=[
            Draft(
                key=key(session.pk, person, occasion),
                participant_id=person,
                context=dict(context or {}),
                city=session.city_id,
                kecamatan=session.kecamatan_id,
            )
            for person, occasion in people
        ],
        cause=(CAUSE, session.pk),
        due_at=due_at,
        expires_at=expires_at,
    )


def queue_invitations(session: TrainingSession, bookings: Iterable[Booking], *, now: datetime) -> int:
    """To those who got a seat. A person invited anew (after giving a seat back) is told anew."""
    people = [(b.participant_id, f"invited-{b.queue_number}") for b in bookings]
    return _queue(INVITATION, session, people, due_at=may_go_at(now), expires_at=session.starts_at)


def queue_seat_offers(session: TrainingSession, bookings: Iterable[Booking], *, now: datetime) -> int:
    """To those who are next in line; each offer has its deadline."""
    people = [(b.participant_id, f"seat-{b.queue_number}") for b in bookings]
    return _queue(SEAT_OFFERED, session, people, due_at=may_go_at(now), expires_at=session.starts_at)


def queue_release(
    release_id: int, people: Mapping[int, Sequence[tuple[TrainingSession, str]]], *, now: datetime
) -> int:
    """One message to each person whose day, time or venue moved, about all of their sessions in the release.

    ``people``: each one's sessions, the nearest first, with the reason when one was given.
    """
    due = may_go_at(now, begins=URGENT_BEGINS, ends=URGENT_ENDS)
    drafts = []
    for person, changed in people.items():
        (first, reason), rest = changed[0], changed[1:]
        ends = max(session.starts_at for session, _reason in changed)
        drafts.append(
            Draft(
                key=f"release:{release_id}:participant:{person}",
                participant_id=person,
                context={"also": [session.pk for session, _reason in rest], "reason": reason},
                cause=(CAUSE, first.pk),
                city=first.city_id,
                kecamatan=first.kecamatan_id,
                due_at=due if due < ends else min(due, now),
                expires_at=ends,
            )
        )
    return services.queue_many(kind=CHANGED, drafts=drafts) if drafts else 0


def queue_new_seats(seats: Sequence[Booking], *, now: datetime) -> int:
    """One message to a person whom the office has moved to other sessions: where the seats are now."""
    seats = sorted(seats, key=lambda seat: seat.session.starts_at)
    first, rest = seats[0], seats[1:]
    due = may_go_at(now, begins=URGENT_BEGINS, ends=URGENT_ENDS)
    ends = max(seat.session.starts_at for seat in seats)
    draft = Draft(
        key=key(first.session_id, first.participant_id, f"moved-{first.queue_number}"),
        participant_id=first.participant_id,
        context={"also": [seat.session_id for seat in rest], "reason": ""},
        cause=(CAUSE, first.session_id),
        city=first.session.city_id,
        kecamatan=first.session.kecamatan_id,
        due_at=due if due < ends else min(due, now),
        expires_at=ends,
    )
    return services.queue_many(kind=CHANGED, drafts=[draft])


def queue_changes(session: TrainingSession, participant_ids: Iterable[int], *, now: datetime) -> int:
    """To everybody with a place, when day, time or venue moved. Each new plan is an occasion of its own."""
    plan = f"changed-{session.plan_version}"
    return _queue(
        CHANGED,
        session,
        [(person, plan) for person in participant_ids],
        due_at=may_go_at(now, begins=URGENT_BEGINS, ends=URGENT_ENDS),
        expires_at=session.starts_at,
    )


def queue_cancellations(session: TrainingSession, participant_ids: Iterable[int], *, now: datetime) -> int:
    """To everybody with a place; what else waits for them about it is withdrawn."""
    services.cancel(cause=(CAUSE, session.pk), kinds=OF_A_SEAT, reason="session_cancelled")
    soon = session.starts_at - now < timedelta(hours=24)
    due = may_go_at(now, begins=URGENT_BEGINS, ends=URGENT_ENDS) if soon else may_go_at(now)
    return _queue(
        CANCELLED,
        session,
        [(person, "cancelled") for person in participant_ids],
        due_at=due,
        expires_at=session.starts_at,
    )


def _reminding_times() -> set[timedelta]:
    """The times in force and the portal's own, at which reminders may have been queued."""
    return {*REMIND_BEFORE, *timing.of(kinds.get(REMINDER))}


def withdraw(booking: Booking) -> None:
    """What still waits for a person who gave the seat back."""
    occasions = (
        *(reminder_occasion(before, booking.session.plan_version) for before in _reminding_times()),
        f"invited-{booking.queue_number}",
        f"seat-{booking.queue_number}",
        f"moved-{booking.queue_number}",
    )
    keys = [key(booking.session_id, booking.participant_id, occasion) for occasion in occasions]
    services.cancel(keys=keys, reason="seat_gone")
