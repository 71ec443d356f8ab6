"""Answers by WhatsApp to what a training asked: YES keeps the seat, NO passes it on, MOVE gives a link.

The services are those of the pages; here is only which seat is meant and what the person is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from okoce.notifications.enums import Meaning
from okoce.notifications.kinds import ANSWERED, UNANSWERED, Answered, Answers
from trainings import links, rules
from trainings.enums import SEATED, BookingState, DeclineReason, SessionState
from trainings.models import Booking
from trainings.refusals import Refused
from trainings.services import moving, offers, seats


def _bookings(messages: Sequence[Any]) -> dict[tuple[int, int], Booking]:
    """By session and person. One query."""
    rows = Booking.objects.filter(
        session__in={m.cause_id for m in messages}, participant__in={m.participant_id for m in messages}
    ).select_related("session__activity", "session__venue", "session__kecamatan", "participant")
    return {(row.session_id, row.participant_id): row for row in rows}


def still_open(messages: Sequence[Any]) -> Mapping[str, int]:
    """Seats of coming sessions; one that is not confirmed yet waits for an answer more than others."""
    found, now = _bookings(messages), timezone.now()
    ranks = {}
    for message in messages:
        booking = found.get((message.cause_id, message.participant_id))
        if booking is None or booking.state not in SEATED:
            continue
        if booking.session.state != SessionState.PUBLISHED or booking.session.starts_at <= now:
            continue
        ranks[message.key] = UNANSWERED if booking.state == BookingState.INVITED else ANSWERED
    return ranks


def about(messages: Sequence[Any]) -> Mapping[str, str]:
    found = _bookings(messages)
    return {m.key: what(found[pair]) for m in messages if (pair := (m.cause_id, m.participant_id)) in found}


def what(booking: Booking) -> str:
    """Kegiatan 2, Rabu 12 Agustus 2026, 09.00-12.00"""
    session = booking.session
    return _("%(activity)s, %(day)s, %(clock)s") % {
        "activity": session.activity.label,
        "day": rules.long_day(session.starts_at),
        "clock": rules.hours(session.starts_at, session.ends_at),
    }


def take(message: Any, meaning: Meaning, now: datetime) -> Answered:
    offers.settle(message.cause_id, now=now)
    booking = _bookings([message]).get((message.cause_id, message.participant_id))
    if booking is None:
        return Answered("seat_gone", _("You have no seat in that session any more. Nothing has changed."))
    if refusal := _over(booking, now=now):
        return refusal
    try:
        match meaning:
            case Meaning.YES:
                return _comes(booking, now=now)
            case Meaning.NO:
                return _stays_away(booking, now=now)
            case _:
                return _elsewhere(booking, now=now)
    except Refused as refused:
        return Answered("refused", _("%(why)s Nothing has changed.") % {"why": refused.sentence})


def _over(booking: Booking, *, now: datetime) -> Answered | None:
    """A question of yesterday: the session is over, has begun, or was called off."""
    session = booking.session
    if session.state == SessionState.CANCELLED:
        text = _("That session was cancelled: %(what)s. Nothing has changed.")
        return Answered("session_cancelled", text % {"what": what(booking)})
    if session.starts_at <= now:
        text = _("That session is over or has begun: %(what)s. Nothing has changed.")
        return Answered("session_over", text % {"what": what(booking)})
    return None


def _comes(booking: Booking, *, now: datetime) -> Answered:
    if booking.state == BookingState.DECLINED:
        text = _(
            "You gave the seat back earlier: %(what)s. You are asked again when a seat is free; "
            "see your status: %(link)s"
        )
        return Answered("declined_before", text % {"what": what(booking), "link": _status()})
    seats.confirm(booking_id=booking.pk, by=None, now=now)
    text = _(
        "Thank you. Your seat is confirmed: %(what)s, %(place)s. If you cannot come after all, reply NO."
    )
    return Answered("confirmed", text % {"what": what(booking), "place": booking.session.venue.name})


def _stays_away(booking: Booking, *, now: datetime) -> Answered:
    had_seat = booking.state in SEATED
    seats.decline(booking_id=booking.pk, by=None, now=now, reason=DeclineReason.OTHER)
    if not had_seat:
        text = _("You have no seat there any more: %(what)s. Nothing has changed.")
        return Answered("seat_gone", text % {"what": what(booking)})
    text = _(
        "Thank you for telling us. Your seat goes to the next person: %(what)s. "
        "You are in line for the next session of this activity; your status: %(link)s"
    )
    return Answered("passed_on", text % {"what": what(booking), "link": _status()})


def _elsewhere(booking: Booking, *, now: datetime) -> Answered:
    if booking.state not in SEATED:
        text = _("You have no seat there any more: %(what)s. Nothing has changed.")
        return Answered("seat_gone", text % {"what": what(booking)})
    if not moving.targets(booking, now=now).exists():
        text = _(
            "No other session of this activity has a free seat now. You keep yours: %(what)s. "
            "If you cannot come, reply NO: you are then in line for the next one."
        )
        return Answered("nowhere_to_move", text % {"what": what(booking)})
    link = settings.PORTAL_URL + links.move_path_of(booking.pk, booking.queue_number)
    text = _(
        "Choose another session here, one press is enough: %(link)s You keep your seat until then: %(what)s."
    )
    return Answered("link_to_move", text % {"link": link, "what": what(booking)})


def _status() -> str:
    return f"{settings.PORTAL_URL}/status/"


ANSWERS = Answers(still_open=still_open, take=take, about=about)
