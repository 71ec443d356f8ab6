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


class StallKind(models.TextChoices):
    """Who stands there. Only stalls of vendors are drawn; the others are published as what they are."""

    VENDOR = "vendor", _("Vendor, in the draw")
    PARTNER = "partner", _("Partner (BUMD, food supply)")
    SERVICE = "service", _("Service (permits, packaging, halal, bank)")
    RESERVED = "reserved", _("Kept free (stage, entrance, store)")


class Funding(models.TextChoices):
    APBD = "apbd", _("Regional budget (APBD)")
    INCENTIVE = "did", _("Regional incentive fund (DID)")
    PARTNER = "partner", _("Paid by a partner (CSR, BUMD)")
    HOST = "host", _("Paid by the owner of the place")


class ApplicationState(models.TextChoices):
    SUBMITTED = "submitted", _("Submitted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class AllocationState(models.TextChoices):
    """``allocated`` comes out of the draw, ``offered`` from the reserve list; both wait for the answer."""

    ALLOCATED = "allocated", _("Stall given")
    OFFERED = "offered", _("Offered to a reserve")
    CONFIRMED = "confirmed", _("Confirmed")
    RELEASED = "released", _("Released")


UNANSWERED = (AllocationState.ALLOCATED, AllocationState.OFFERED)


class ReleaseKind(models.TextChoices):
    """Why a stall is nobody's any more. None of them costs a turn."""

    DECLINED = "declined", _("Declined")
    GIVEN_BACK = "given_back", _("Given back by the vendor")
    TAKEN_BACK = "taken_back", _("Taken back by the office")
    LAPSED = "lapsed", _("Not answered in time")
    CANCELLED = "cancelled", _("Place cancelled")
    MERGED = "merged", _("The same person held another stall")
    ABSENT = "absent", _("Not there on the day")


class TurnKind(models.TextChoices):
    STALL_HELD = "held", _("Stall held")
    NO_SHOW = "no_show", _("Did not come, no excuse")


class Excuse(models.TextChoices):
    """Why somebody with a stall was not there. What the emergency was is nobody's business."""

    NONE = "none", _("No excuse")
    TOLD = "told", _("Said so before the opening")
    EMERGENCY = "emergency", _("An emergency")
    OFFICE = "office", _("The place or the office was the reason")
    CAME = "came", _("Came after all: noted by mistake")


AWAY = (Excuse.NONE, Excuse.TOLD, Excuse.EMERGENCY, Excuse.OFFICE)
EXCUSED = (Excuse.TOLD, Excuse.EMERGENCY, Excuse.OFFICE)


class ExchangeState(models.TextChoices):
    ASKED = "asked", _("Asked")
    DONE = "done", _("Exchanged")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class SalesBand(models.TextChoices):
    """For whoever would rather not say the amount. The code is the lower bound in thousands of rupiah."""

    UP_TO_250 = "0", _("Less than Rp250.000")
    UP_TO_500 = "250", _("Rp250.000 to Rp500.000")
    UP_TO_1000 = "500", _("Rp500.000 to Rp1.000.000")
    UP_TO_2000 = "1000", _("Rp1.000.000 to Rp2.000.000")
    UP_TO_5000 = "2000", _("Rp2.000.000 to Rp5.000.000")
    ABOVE_5000 = "5000", _("More than Rp5.000.000")


class CameBy(models.TextChoices):
    LINK = "link", _("By the address in the message")
    OWN = "own", _("By the vendor")
    OFFICE = "office", _("By an officer or mentor")


class ArrivedBy(models.TextChoices):
    CARD = "card", _("Card scanned")
    NUMBER = "number", _("Participant number typed")
    LIST = "list", _("Name in the list")


class ScanResult(models.TextChoices):
    """What became of something that a phone at the entrance sent."""

    THERE = "there", _("Is there")
    RESERVE = "reserve", _("Is there, on the reserve list")
    AGAIN = "again", _("Noted before")
    UNDONE = "undone", _("Taken back")
    NOTHING = "nothing", _("Nothing to take back")
    NO_STALL = "no_stall", _("Did not apply here")
    REVOKED = "revoked", _("Card withdrawn")
    UNKNOWN = "unknown", _("No card of the programme")
    NOT_TODAY = "nottoday", _("Not a day of this bazaar")


class IncidentKind(models.TextChoices):
    HURT = "hurt", _("Somebody was hurt or fell ill")
    FIRE = "fire", _("Fire, gas or electricity")
    FOOD = "food", _("Food that is not safe")
    THEFT = "theft", _("Theft or loss")
    WEATHER = "weather", _("Rain, wind or heat")
    PLACE = "place", _("Tent, table or place is damaged")
    DISPUTE = "dispute", _("Dispute")
    OTHER = "other", _("Something else")


class PaperState(models.TextChoices):
    """What an office said about a paper that a vendor sent."""

    WAITING = "waiting", _("Being checked")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
