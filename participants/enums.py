"""Fixed choices of the programme; what changes over the years is data (Sector, Organisation, Activity)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Sex(models.TextChoices):
    FEMALE = "P", _("Female")
    MALE = "L", _("Male")


class Category(models.TextChoices):
    WOULD_BE = "would_be", _("Would-be entrepreneur")
    STARTER = "starter", _("Starter")
    SCALING_UP = "scaling_up", _("Scaling up")


class Status(models.TextChoices):
    ACTIVE = "active", _("Active")
    MOVED = "moved", _("Moved away")
    WITHDRAWN = "withdrawn", pgettext_lazy("person", "Withdrawn")
    DIED = "died", _("Died")


class Source(models.TextChoices):
    IMPORT = "import", _("Imported list")
    COUNTER = "counter", _("Counter")
    SELF = "self", _("Self-registration")


class Step(models.IntegerChoices):
    """The seven steps (7 PAS). Independent dated milestones, never a sequence."""

    P1_REGISTRATION = 1, _("Registration")
    P2_TRAINING = 2, _("Training")
    P3_MENTORING = 3, _("Mentoring")
    P4_PERMITS = 4, _("Permits")
    P5_MARKETING = 5, _("Marketing")
    P6_FINANCIAL_REPORTING = 6, _("Financial reporting")
    P7_CAPITAL = 7, _("Capital")


class Purpose(models.TextChoices):
    """What a consent is for.

    The programme itself rests on public service and needs none (UU 27/2022 art. 20).
    """

    MESSAGES = "messages", _("Messages by WhatsApp, SMS or e-mail")
    PHOTOS = "photos", _("Photos of me and my products")
    PARTNERS = "partners", _("Sharing with banks and partners")
    CATALOGUE = "catalogue", _("My business in the public catalogue")


class SelfState(models.TextChoices):
    """Where a self-registration stands."""

    DRAFT = "draft", _("Being filled in")
    WAITING = "waiting", _("Waiting to be checked")
    ASKED = "asked", _("Question asked")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Not accepted")
    EXPIRED = "expired", _("Not answered in time")
    CANCELLED = "cancelled", _("Withdrawn by the applicant")


class Refusal(models.TextChoices):
    """Why an office does not accept a self-registration."""

    VISIT = "visit", _("Identity must be compared at the office")
    KNOWN = "known", _("Already registered")
    CARD = "card", _("The data does not agree with the identity card")
    AREA = "area", _("Lives in another kecamatan")
    DOUBLE = "double", _("Sent more than once")
    OTHER = "other", _("Another reason")


class Relation(models.TextChoices):
    """Who may agree for somebody under eighteen."""

    PARENT = "parent", _("Parent")
    GUARDIAN = "guardian", _("Guardian")
    SPOUSE = "spouse", _("Husband or wife")


class Channel(models.TextChoices):
    """By which way somebody said yes or no, or asked for a right."""

    COUNTER = "counter", _("At the counter")
    PHONE = "phone", _("By phone")
    LETTER = "letter", _("By letter")
    SELF = "self", _("In the portal, by themselves")
    IMPORT = "import", _("On the form of an imported list")
    MESSAGE = "message", _("By answering a message")
    LINK = "link", _("By the link in a message")


class RequestKind(models.TextChoices):
    """What a person may ask for about the own data (UU 27/2022 art. 5-13)."""

    COPY = "copy", _("Copy of the own data")
    TRAIL = "trail", _("Who has seen the own data")
    CORRECTION = "correction", _("Correction")
    ERASURE = "erasure", _("Erasure")
    RESTRICTION = "restriction", _("Restriction of use")
    WITHDRAWAL = "withdrawal", _("Withdrawal of a consent")


class RequestState(models.TextChoices):
    OPEN = "open", _("Waiting for an answer")
    DONE = "done", _("Granted")
    REFUSED = "refused", _("Refused")
    TAKEN_BACK = "taken_back", _("Taken back by the person")


class LegalRefusal(models.TextChoices):
    """Reasons that the law knows; each is shown with its article."""

    NOT_PROVEN = "not_proven", _("The person could not be identified")
    LAW = "law", _("A law demands that the data is kept (art. 15)")
    DISPUTE = "dispute", _("The data is needed in a dispute or an inspection (art. 15)")
    NO_EVIDENCE = "no_evidence", _("The correction is not what the identity card says")
    OTHERS = "others", _("It would reveal data of somebody else (art. 33)")
