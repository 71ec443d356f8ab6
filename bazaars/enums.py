from django.db import models
from django.utils.translation import gettext_lazy as _


class SiteState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open for applications")
    FROZEN = "frozen", _("List frozen")
    DRAWN = "drawn", _("Drawn")
    CANCELLED = "cancelled", _("Cancelled")


class ApplicationState(models.TextChoices):
    SUBMITTED = "submitted", _("Submitted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class AllocationState(models.TextChoices):
    ALLOCATED = "allocated", _("Stall given")
    CONFIRMED = "confirmed", _("Confirmed")
    RELEASED = "released", _("Released")


class TurnKind(models.TextChoices):
    STALL_HELD = "held", _("Stall held")
    NO_SHOW = "no_show", _("Did not come, no excuse")
