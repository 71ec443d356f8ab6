from django.db import models
from django.utils.translation import gettext_lazy as _


class SiteState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open for applications")
    FROZEN = "frozen", _("List frozen")
    DRAWN = "drawn", _("Drawn")
    CANCELLED = "cancelled", _("Cancelled")


class PlaceKind(models.TextChoices):
    """What kind of place a site is: the scorecard of places compares like with like."""

    KECAMATAN_OFFICE = "kecamatan", _("Kecamatan office")
    CITY_HALL = "city_hall", _("City hall")
    RUSUN = "rusun", _("Public flats (rusun)")
    TERMINAL = "terminal", _("Bus terminal or station")
    TOURIST = "tourist", _("Tourist site")
    MARKET = "market", _("Market")
    OTHER = "other", _("Another kind of place")


class Funding(models.TextChoices):
    APBD = "apbd", _("Regional budget (APBD)")
    INCENTIVE = "did", _("Regional incentive fund (DID)")
    PARTNER = "partner", _("Paid by a partner (CSR, BUMD)")
    HOST = "host", _("Paid by the owner of the place")


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
