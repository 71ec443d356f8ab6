"""What the trainings refuse, each in one sentence that says what happened and how to mend it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Refusal(StrEnum):
    # a seat
    DRAFT = "draft"
    BEGUN = "begun"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    NOT_IN_PROGRAMME = "not_in_programme"
    CATEGORY = "category"
    DONE = "done"
    SAME_ACTIVITY = "same_activity"
    ELSEWHERE = "elsewhere"
    NOT_INVITED = "not_invited"
    TOO_LATE = "too_late"
    NO_SEAT = "no_seat"
    OTHER_ACTIVITY = "other_activity"
    # attendance
    TOO_EARLY = "too_early"
    NOT_BOOKED = "not_booked"
    ROOM_FULL = "room_full"
    TOO_MANY = "too_many"
    NOT_BEGUN = "not_begun"
    HELD = "held"
    LEFT_WHEN = "left_when"


SENTENCES: dict[Refusal, Any] = {
    Refusal.DRAFT: _("This session is still a draft. Publish it first, then invite people."),
    Refusal.BEGUN: _("This session has begun. People who come now are admitted on the attendance page."),
    Refusal.CANCELLED: _("This session was cancelled. Choose another session."),
    Refusal.CLOSED: _("The attendance list of this session is closed."),
    Refusal.NOT_IN_PROGRAMME: _(
        "%(name)s is not an active participant living in Jakarta. Correct the data first if that is wrong."
    ),
    Refusal.CATEGORY: _(
        "%(name)s is registered as scaling up and has the basics already. Choose another activity."
    ),
    Refusal.DONE: _("%(name)s has already done this activity this year, on %(day)s. Invite somebody else."),
    Refusal.SAME_ACTIVITY: _(
        "%(name)s already has a seat for this activity on %(day)s. Release that seat first to change the day."
    ),
    Refusal.ELSEWHERE: _(
        "%(name)s has a seat in another session at this time: %(activity)s, kecamatan %(kecamatan)s, "
        "%(day)s %(clock)s. Release that seat first."
    ),
    Refusal.TOO_LATE: _(
        "The time to answer is over, and the seat went to the next in line. You still wait for this activity."
    ),
    Refusal.NO_SEAT: _("The last seat of this session has just been given. Choose another session."),
    Refusal.OTHER_ACTIVITY: _(
        "A seat can only be exchanged for one of the same activity. Choose another session."
    ),
    Refusal.NOT_INVITED: _("There is no invitation to answer any more. See your status for what comes next."),
    Refusal.TOO_EARLY: _("Attendance can be taken from the day of the session on: %(day)s."),
    Refusal.NOT_BOOKED: _("%(name)s is not on the list of this session. Admit the person as a walk-in."),
    Refusal.ROOM_FULL: _(
        "All %(capacity)s seats are taken. Give %(name)s a place in the next session of this activity."
    ),
    Refusal.TOO_MANY: _(
        "More people than the %(capacity)s seats would be present. Mark who really came one by one."
    ),
    Refusal.HELD: _("People were present at this session, so it is not cancelled. Close its list instead."),
    Refusal.LEFT_WHEN: _("The person came at %(came)s. Write a time after that and until %(ends)s."),
    Refusal.NOT_BEGUN: _("The list can be closed when the session has begun, at %(clock)s."),
}


class Refused(Exception):
    """Something the rules do not allow; ``sentence`` is shown to the person who tried."""

    sentence: str


class BookingRefused(Refused):
    def __init__(self, code: Refusal, **params: Any) -> None:
        super().__init__(code.value)
        self.code = code
        self.params = params

    @property
    def sentence(self) -> str:  # type: ignore[override]
        return str(SENTENCES[self.code]) % self.params


class Clash(StrEnum):
    PAST = "past"
    ENDS_BEFORE_START = "ends_before_start"
    ACROSS_MIDNIGHT = "across_midnight"
    CAPACITY_ZERO = "capacity_zero"
    CAPACITY_OVER_VENUE = "capacity_over_venue"
    CAPACITY_BELOW_SEATED = "capacity_below_seated"
    OVERBOOKING = "overbooking"
    VENUE = "venue"
    TRAINER = "trainer"
    PEOPLE = "people"
    VENUE_KNOWN = "venue_known"
    NOT_CHANGEABLE = "not_changeable"
    NOT_DRAFT = "not_draft"


CLASH_SENTENCES: dict[Clash, Any] = {
    Clash.PAST: _("This time has passed. Choose a day and time that are still to come."),
    Clash.ENDS_BEFORE_START: _("The session ends before it starts. Write an end after %(clock)s."),
    Clash.ACROSS_MIDNIGHT: _("A session ends on the day it starts. Make two sessions instead."),
    Clash.CAPACITY_ZERO: _("A session needs at least 1 seat."),
    Clash.CAPACITY_OVER_VENUE: _(
        "%(venue)s holds %(room)s people. Write at most %(room)s seats, or choose a larger venue."
    ),
    Clash.CAPACITY_BELOW_SEATED: _(
        "%(seated)s people already have a seat. Write at least %(seated)s, or release seats first."
    ),
    Clash.OVERBOOKING: _("At most %(most)s more people can be invited here. Write a smaller number."),
    Clash.VENUE: _(
        "%(venue)s is already used %(clock)s for %(activity)s, kecamatan %(kecamatan)s. "
        "Choose another venue or time."
    ),
    Clash.TRAINER: _(
        "%(trainer)s already teaches %(clock)s: %(activity)s, kecamatan %(kecamatan)s. "
        "Choose another trainer or time."
    ),
    Clash.PEOPLE: _(
        "People of this session have a seat in another session at that time: %(numbers)s. "
        "Choose another time, or release those seats first."
    ),
    Clash.VENUE_KNOWN: _("%(venue)s is on the list already. Choose it there."),
    Clash.NOT_CHANGEABLE: _("A session that has begun, was held or was cancelled is not changed any more."),
    Clash.NOT_DRAFT: _("Only a draft can be published. This session is: %(state)s."),
}


class SessionRefused(Refused):
    """``field`` is the name of the form's field the sentence stands at; empty for the whole form."""

    def __init__(self, code: Clash, field: str = "", **params: Any) -> None:
        super().__init__(code.value)
        self.code = code
        self.field = field
        self.params = params

    @property
    def sentence(self) -> str:  # type: ignore[override]
        return str(CLASH_SENTENCES[self.code]) % self.params


class NoCertificate(StrEnum):
    NOT_COMPLETE = "not_complete"
    NAME_NOT_CONFIRMED = "name_not_confirmed"
    NAME_CHANGED = "name_changed"
    REVOKED = "revoked"


NO_CERTIFICATE_SENTENCES: dict[NoCertificate, Any] = {
    NoCertificate.NOT_COMPLETE: _(
        "The three activities of %(year)s are not complete yet. The certificate follows after the third."
    ),
    NoCertificate.NAME_NOT_CONFIRMED: _(
        "Nobody has confirmed yet that the name is written as on the KTP. Confirm the name first."
    ),
    NoCertificate.NAME_CHANGED: _("The name was changed meanwhile. Compare it with the KTP once more."),
    NoCertificate.REVOKED: _("The certificate was withdrawn. The office can issue it anew."),
}


class CertificateRefused(Refused):
    def __init__(self, code: NoCertificate, **params: Any) -> None:
        super().__init__(code.value)
        self.code = code
        self.params = params

    @property
    def sentence(self) -> str:  # type: ignore[override]
        return str(NO_CERTIFICATE_SENTENCES[self.code]) % self.params
