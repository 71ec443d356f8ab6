"""Fixed choices of the outbox."""

from enum import Enum, auto

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Channel(models.TextChoices):
    WHATSAPP = "whatsapp", _("WhatsApp")
    EMAIL = "email", _("E-mail")
    READY_TEXT = "ready_text", _("WhatsApp by hand")
    SMS = "sms", _("SMS")
    PUSH = "push", _("Notice on the phone")


class Topic(models.TextChoices):
    """What messages are about, as a person can end them one by one."""

    TRAININGS = "trainings", _("Trainings: invitations, reminders, changes, certificates")
    BAZAARS = "bazaars", _("Bazaars: calls, stalls, sales reports")
    PROGRAMME = "programme", _("The programme itself: registration, mentoring, permits")


class Category(models.TextChoices):
    """What WhatsApp calls a text; its price depends on it."""

    UTILITY = "utility", _("About own matters")
    MARKETING = "marketing", _("Announcements")


class State(models.TextChoices):
    PENDING = "pending", _("Waiting")
    READY = "ready", _("To be sent by hand")
    SENT = "sent", _("Sent")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Not needed any more")
    EXPIRED = "expired", _("Too late")
    DEAD = "dead", _("Given up")


OPEN = (State.PENDING, State.READY, State.HELD)
FINAL = (State.SENT, State.CANCELLED, State.EXPIRED, State.DEAD)


class Receipt(models.TextChoices):
    """What the channel told of a message after accepting it; later ones stand higher, but for FAILED."""

    ACCEPTED = "accepted", _("Accepted")
    SENT = "sent", _("On its way")
    DELIVERED = "delivered", _("Delivered")
    READ = "read", _("Read")
    FAILED = "failed", _("Not delivered")


class TemplateState(models.TextChoices):
    """How a registered text stands with WhatsApp."""

    NOT_SUBMITTED = "not_submitted", _("Not handed in yet")
    PENDING = "pending", _("Being checked")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    PAUSED = "paused", _("Paused")
    DISABLED = "disabled", _("Switched off")


OFF = (TemplateState.REJECTED, TemplateState.PAUSED, TemplateState.DISABLED)

ARRIVED = (Receipt.DELIVERED, Receipt.READ)


class ConsentRule(models.TextChoices):
    """What a kind of message asks of the person's consent."""

    NONE = "none", _("The person asked for it")
    UNLESS_REFUSED = "unless_refused", _("Unless the person refused messages")
    REQUIRED = "required", _("Only with consent")


class Manner(Enum):
    """How much a kind of message may disturb, and whether it can wait for another one."""

    ORDINARY = auto()  # in decent hours; one a day and person, several are joined
    PROMPT = auto()  # in decent hours, at once: an offer with a deadline, an answer somebody waits for
    CHANGE = auto()  # ordinary, but longer hours and at once when what it is about begins within a day
    AT_ONCE = auto()  # at any hour: a code that somebody asked for a moment ago


class Event(models.TextChoices):
    """What happened to a message. Codes of states are events too."""

    SENT = "sent", _("Sent")
    FAILED = "failed", _("A try failed")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Cancelled: not needed any more")
    EXPIRED = "expired", _("Its time passed")
    DEAD = "dead", _("Given up")
    OPENED = "opened", _("Opened in WhatsApp")
    TICKED = "ticked", _("Ticked off as sent")
    UNTICKED = "unticked", _("Tick taken back")
    RETRIED = "retried", _("Put back in the queue by hand")
    RELEASED = "released", _("Put back in the queue")
    DELIVERED = "delivered", _("Delivered")
    READ = "read", _("Read")
    UNDELIVERED = "undelivered", _("Could not be delivered")
    WAITS = "waits", _("Waits")
    PASSED_ON = "passed_on", _("Passed on to another channel")
    RECHOSEN = "rechosen", _("Given another way, because the province changed the ways")


class Form(models.TextChoices):
    """How somebody wrote to us."""

    TEXT = "text", _("Text")
    BUTTON = "button", _("Button")
    REACTION = "reaction", _("Reaction")
    VOICE = "voice", _("Voice message")
    PICTURE = "picture", _("Picture")
    FILE = "file", pgettext_lazy("message", "File")
    PLACE = "place", pgettext_lazy("message", "Location")
    OTHER = "other", pgettext_lazy("message", "Something else")


class Meaning(models.TextChoices):
    """What the words of an answer say."""

    YES = "yes", pgettext_lazy("answer", "Yes")
    NO = "no", pgettext_lazy("answer", "No")
    MOVE = "move", pgettext_lazy("answer", "Another day")
    STOP = "stop", pgettext_lazy("answer", "No more messages")
    START = "start", pgettext_lazy("answer", "Messages again")
    AGREE = "agree", pgettext_lazy("answer", "Agrees to messages")
    CHOICE = "choice", pgettext_lazy("answer", "Who of them")
    THANKS = "thanks", pgettext_lazy("answer", "Thanks")


class InboundState(models.TextChoices):
    NEW = "new", _("Just arrived")
    ASKED = "asked", _("Asked back")
    UNDERSTOOD = "understood", _("Understood by the portal")
    TRAY = "tray", _("To be read")
    DONE = "done", pgettext_lazy("message", "Done")
