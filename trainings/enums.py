from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SessionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    HELD = "held", pgettext_lazy("session", "Held")
    CANCELLED = "cancelled", pgettext_lazy("session", "Cancelled")


class BookingState(models.TextChoices):
    INVITED = "invited", _("Invited")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")
    RELEASED = "released", _("Released")
    LAPSED = "lapsed", _("Did not answer in time")  # the seat was offered until a deadline
    MOVED = "moved", _("Moved to another session")
    WALKED_IN = "walked_in", _("Came without a seat")  # admitted on the day; takes no seat of the plan


SEATED = (BookingState.INVITED, BookingState.CONFIRMED)  # these take a seat
ENROLLED = (*SEATED, BookingState.WALKED_IN)  # these may be marked present


class DeclineReason(models.TextChoices):
    """Why somebody cannot come. Chosen, never written: no text of a person is kept."""

    TRADE = "trade", _("I am selling at that time")
    FAMILY = "family", _("Family or illness")
    FAR = "far", _("It is too far")
    OTHER = "other", pgettext_lazy("reason", "Another reason")


class CallOutcome(models.TextChoices):
    """What came of calling somebody about a seat."""

    COMES = "comes", pgettext_lazy("call", "Comes")
    DECLINED = "declined", pgettext_lazy("call", "Cannot come")
    NOT_REACHED = "not_reached", pgettext_lazy("call", "Not reached")


class LeftReason(models.TextChoices):
    """How waiting for a seat ended."""

    SEATED = "seated", pgettext_lazy("waiting", "Has a seat")
    DONE = "done", pgettext_lazy("waiting", "Has done the activity")
    OWN_WISH = "own_wish", pgettext_lazy("waiting", "By own wish")
    OFFICE = "office", pgettext_lazy("waiting", "Taken off by the office")
    SILENT = "silent", pgettext_lazy("waiting", "Did not answer three offers")


class ScanMethod(models.TextChoices):
    LIST = "list", _("Ticked on the list")
    NUMBER = "number", _("By number")
    CARD = "card", _("By card")
    PAPER = "paper", _("From the paper sheet")
    WALL = "wall", _("By the code on the wall")


class ScanResult(models.TextChoices):
    ACCEPTED = "accepted", _("Present")
    UNDONE = "undone", _("Taken back")
    NOT_BOOKED = "not_booked", _("Not on the list of this session")
    TOO_EARLY = "too_early", _("The session's day has not come")
    CANCELLED = "cancelled", _("The session was cancelled")
    FULL = "full", _("The room was full")
    NOT_ELIGIBLE = "not_eligible", _("May not take this activity")
    UNKNOWN = "unknown", _("Not a card of the programme")
    REVOKED = "revoked", _("The card was withdrawn")
    ELSEWHERE = "elsewhere", _("Has a seat in another session")
    DUPLICATE = "duplicate", _("Was present already")
    CERTIFIED = "certified", _("Has the certificate of this year already")
    OTHER_PERSON = "other_person", _("The card of another person")
    CLOSED = "closed", _("The list was closed")
    OLD_CODE = "old_code", _("The code on the wall was old or wrong")
    LEFT = "left", pgettext_lazy("scan", "Left")
    BACK = "back", _("Came back")
    NOTHING = "nothing", _("Taken back before it counted")
    NOT_IN = "not_in", _("Left without having come")


class HolidayKind(models.TextChoices):
    NATIONAL = "national", _("National holiday")
    JOINT = "joint", _("Joint leave")  # cuti bersama
    REGIONAL = "regional", _("Regional day off")


class HolidayOrigin(models.TextChoices):
    SEEDED = "seeded", _("From the official list")
    STAFF = "staff", _("Entered by staff")


class VenueKind(models.TextChoices):
    OFFICE = "office", _("Kecamatan or kelurahan office")
    RPTRA = "rptra", _("RPTRA")
    HALL = "hall", _("Hall")
    SCHOOL = "school", _("School")
    OTHER = "other", pgettext_lazy("venue", "Another place")


class ConditionCode(models.TextChoices):
    PERMIT = "permit", _("A permit is needed")
    NOT_SIMILAR = "not_similar", _("No similar training before")
    NO_EQUIPMENT = "no_equipment", _("No equipment granted before")


class ChangeKind(models.TextChoices):
    NEW = "new", pgettext_lazy("change of a session", "New")
    MOVED = "moved", pgettext_lazy("change of a session", "Moved")
    CHANGED = "changed", pgettext_lazy("change of a session", "Changed")
    POSTPONED = "postponed", pgettext_lazy("change of a session", "Postponed")
    CANCELLED = "cancelled", pgettext_lazy("change of a session", "Cancelled")


class RunKind(models.TextChoices):
    PLAN = "plan", _("New plan")
    REPLAN = "replan", _("Changed plan")


class RunState(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("plan", "Waiting to begin")
    WORKING = "working", pgettext_lazy("plan", "Being worked out")
    DONE = "done", pgettext_lazy("plan", "Ready")
    IMPOSSIBLE = "impossible", pgettext_lazy("plan", "Cannot be done")
    STOPPED = "stopped", pgettext_lazy("plan", "Stopped")
