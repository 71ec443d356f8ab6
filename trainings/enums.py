from django.db import models
from django.utils.translation import gettext_lazy as _


class SessionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Cancelled")


class BookingState(models.TextChoices):
    INVITED = "invited", _("Invited")
    CONFIRMED = "confirmed", _("Confirmed")
    WAITLISTED = "waitlisted", _("On the waiting list")
    DECLINED = "declined", _("Declined")
    RELEASED = "released", _("Released")


SEATED = (BookingState.INVITED, BookingState.CONFIRMED)  # these take a seat


class ScanMethod(models.TextChoices):
    LIST = "list", _("Ticked on the list")
    NUMBER = "number", _("By number")
    CARD = "card", _("By card")
    PAPER = "paper", _("From the paper sheet")


class ScanResult(models.TextChoices):
    ACCEPTED = "accepted", _("Present")
    UNDONE = "undone", _("Taken back")
    NOT_BOOKED = "not_booked", _("Not on the list of this session")
    TOO_EARLY = "too_early", _("The session's day has not come")
    CANCELLED = "cancelled", _("The session was cancelled")
