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
