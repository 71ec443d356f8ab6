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
    GROUP_FULL = "group_full"
    NO_SUCH_GROUP = "no_such_group"
    DAY_OF_CLASS = "day_of_class"
    NO_PERMIT = "no_permit"
    SIMILAR_BEFORE = "similar_before"
    EQUIPMENT_BEFORE = "equipment_before"
    EQUIPMENT_MARKED = "equipment_marked"
    QUOTA = "quota"
    NOT_PRESENT = "not_present"
    # attendance
    TOO_EARLY = "too_early"
    NOT_BOOKED = "not_booked"
    ROOM_FULL = "room_full"
    TOO_MANY = "too_many"
    NOT_BEGUN = "not_begun"
    HELD = "held"
    HELD_CLOSED = "held_closed"
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
    Refusal.GROUP_FULL: _(
        "Group %(number)s has its %(seats)s people already. Move somebody out of it first, or exchange two "
        "people between the sessions."
    ),
    Refusal.NO_SUCH_GROUP: _("This kecamatan has %(groups)s groups. Choose one of them."),
    Refusal.NOT_INVITED: _("There is no invitation to answer any more. See your status for what comes next."),
    Refusal.DAY_OF_CLASS: _(
        "This is day %(number)s of a class. Seats are given, and the class is called off, on its first day."
    ),
    Refusal.NO_PERMIT: _(
        "%(name)s needs a business permit for %(activity)s and has none recorded: get the NIB first, "
        "the kecamatan office helps with it."
    ),
    Refusal.SIMILAR_BEFORE: _(
        "%(name)s does not take %(activity)s, having done a training of the same kind on %(day)s "
        "(%(before)s): choose another activity."
    ),
    Refusal.EQUIPMENT_BEFORE: _(
        "%(name)s does not take %(activity)s, having received equipment on %(day)s (%(item)s), given once "
        "only: choose an activity without equipment."
    ),
    Refusal.EQUIPMENT_MARKED: _(
        "%(name)s does not take %(activity)s: equipment was given to this NIK before, under an entry that "
        "was deleted since, and it is given once only. Choose an activity without equipment."
    ),
    Refusal.NOT_PRESENT: _("%(name)s was not present at this session. Equipment is for those who came."),
    Refusal.QUOTA: _(
        "The %(seats)s seats of this session for %(group)s are taken: choose another session for %(name)s."
    ),
    Refusal.TOO_EARLY: _("Attendance can be taken from the day of the session on: %(day)s."),
    Refusal.NOT_BOOKED: _("%(name)s is not on the list of this session. Admit the person as a walk-in."),
    Refusal.ROOM_FULL: _(
        "All %(capacity)s seats are taken. Give %(name)s a place in the next session of this activity."
    ),
    Refusal.TOO_MANY: _(
        "More people than the %(capacity)s seats would be present. Mark who really came one by one."
    ),
    Refusal.HELD: _("People were present at this session, so it is not cancelled. Close its list instead."),
    Refusal.HELD_CLOSED: _(
        "This session was held and its list is closed, so it is not cancelled. If somebody is wrong on the "
        "list, correct it there."
    ),
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
    VENUE_CLOSED = "venue_closed"
    VENUE_SHUT_THAT_DAY = "venue_shut_that_day"
    VENUE_HOURS = "venue_hours"
    VENUE_RETIRED = "venue_retired"
    TRAINER_SUBJECT = "trainer_subject"
    TRAINER_ABSENT = "trainer_absent"
    TRAINER_WEEKDAY = "trainer_weekday"
    TRAINER_RETIRED = "trainer_retired"
    NOT_TAUGHT = "not_taught"
    DAYS_APART = "days_apart"
    GROUP = "group"
    WITHOUT_REASON = "without_reason"
    DAY_OF_A_CLASS = "day_of_a_class"
    TOO_MANY_REQUIRED = "too_many_required"
    TOO_FEW_REQUIRED = "too_few_required"
    ACCOUNT_TAKEN = "account_taken"
    NO_CLASS = "no_class"
    CLASS_OVER = "class_over"
    TOO_MANY_DAYS = "too_many_days"
    BEFORE_FIRST_DAY = "before_first_day"
    OTHER_YEAR = "other_year"
    FIRST_DAY = "first_day"
    LAST_TO_COME = "last_to_come"


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
    Clash.VENUE_CLOSED: _(
        "%(venue)s is closed from %(first)s to %(last)s: %(reason)s. Choose another venue or day."
    ),
    Clash.VENUE_SHUT_THAT_DAY: _("%(venue)s is not open on %(weekday)s. Choose another venue or day."),
    Clash.VENUE_HOURS: _(
        "%(venue)s is open from %(opens)s to %(closes)s on %(weekday)s. Choose a time between them, "
        "or another venue."
    ),
    Clash.VENUE_RETIRED: _("%(venue)s is not used any more. Choose another venue."),
    Clash.TRAINER_SUBJECT: _(
        "%(trainer)s does not teach %(activity)s. Choose another trainer, or add the subject to the trainer."
    ),
    Clash.TRAINER_ABSENT: _("%(trainer)s is away from %(first)s to %(last)s. Choose another trainer or day."),
    Clash.TRAINER_WEEKDAY: _("%(trainer)s does not teach on %(weekday)s. Choose another trainer or day."),
    Clash.TRAINER_RETIRED: _("%(trainer)s does not teach any more. Choose another trainer."),
    Clash.NOT_TAUGHT: _(
        "%(activity)s is not taught in %(year)s for this kecamatan. Choose another activity."
    ),
    Clash.DAYS_APART: _("Two days of the class are the same or out of order. Write each day once, in order."),
    Clash.GROUP: _(
        "Group %(group)s is in another session at that time: %(activity)s, %(clock)s. Choose another time."
    ),
    Clash.WITHOUT_REASON: _("Something speaks against the time. Write why it is held all the same."),
    Clash.TOO_MANY_REQUIRED: _(
        "%(year)s would have %(count)s required activities. Let one of the others end before it first."
    ),
    Clash.TOO_FEW_REQUIRED: _(
        "%(year)s would have only %(count)s required activities, and nobody could complete it. "
        "Add the one that follows first."
    ),
    Clash.NO_CLASS: _("This session has one day. Copy it to make a class of several days."),
    Clash.CLASS_OVER: _(
        "The last day of this class has begun, so its days stay. Plan a new session instead."
    ),
    Clash.TOO_MANY_DAYS: _("A class has at most %(most)s days. Take one off first, or plan another class."),
    Clash.BEFORE_FIRST_DAY: _(
        "The class begins on %(day)s. Choose a later day, or move the first day to an earlier one."
    ),
    Clash.OTHER_YEAR: _(
        "All days of a class lie in one year, because activities count for it. Choose a day of that year."
    ),
    Clash.FIRST_DAY: _(
        "Seats hang on the first day, so it is not taken off. Move it, or cancel the whole class."
    ),
    Clash.LAST_TO_COME: _(
        "It is the only day still to come. Move it to another day instead, then people hear of it."
    ),
    Clash.ACCOUNT_TAKEN: _("This account belongs to another trainer already. Choose another account."),
    Clash.DAY_OF_A_CLASS: _("This is a later day of a class. It is published with the first day."),
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
