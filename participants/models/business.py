"""What the participant sells."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from okoce.db.models import AppendOnly, Catalogue, Dated
from okoce.db.sealed_files import SealedFileField
from participants.models.participant import Participant
from participants.querysets import BusinessQuerySet, FiguresQuerySet, ProductQuerySet


class Sector(Catalogue):
    """Kind of goods or services, as data: the programme's list changes."""

    name_id = models.CharField(max_length=40, unique=True)
    name_en = models.CharField(max_length=40)


class BusinessSize(models.TextChoices):
    """The classes of PP 7/2021 and, above them, the large ones."""

    MICRO = "micro", _("Micro")
    SMALL = "small", _("Small")
    MEDIUM = "medium", _("Medium")
    LARGE = "large", _("Large")


class Packaging(models.TextChoices):
    NONE = "none", _("No packaging")
    SIMPLE = "simple", _("Plain packaging without a label")
    LABELLED = "labelled", _("Label with name and contact")
    DESIGNED = "designed", _("Designed packaging with a brand")


class OutletKind(models.TextChoices):
    HOME = "home", _("At home")
    SHOP = "shop", _("Shop or stand")
    MARKET = "market", _("Market stall")
    ENTRUSTED = "entrusted", _("Sold through other shops")
    ONLINE = "online", _("On the internet")


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["updated_at"]
)
class Business(Dated):
    """A business, or the one somebody has in mind (``is_running`` false: not begun; empty: not said).

    The person's category, the sector and the size are three different questions and kept apart: the category
    stands with the person, the size is computed from dated figures (BusinessFigures).
    """

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="businesses")
    name = models.CharField(max_length=100, blank=True)
    sector = models.ForeignKey(
        Sector, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    is_running = models.BooleanField(null=True, blank=True)
    description = models.CharField(max_length=300, blank=True, db_default="")
    kbli = models.CharField(max_length=5, blank=True, db_default="", help_text="five digits, as in OSS")
    started_on = models.DateField(null=True, blank=True)
    packaging = models.CharField(max_length=10, choices=Packaging.choices, blank=True, db_default="")
    closed_on = models.DateField(null=True, blank=True)
    closed_why = models.CharField(max_length=200, blank=True, db_default="")

    objects = BusinessQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="participants_business_kbli_five_digits",
                condition=Q(kbli="") | Q(kbli__regex=r"^[0-9]{5}$"),
            ),
            models.CheckConstraint(
                name="participants_business_closed_after_start",
                condition=Q(closed_on__isnull=True)
                | Q(started_on__isnull=True)
                | Q(closed_on__gte=F("started_on")),
            ),
            models.CheckConstraint(
                name="participants_business_closed_is_not_running",
                condition=Q(closed_on__isnull=True) | Q(is_running=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PackagingSeen(AppendOnly):
    """The state of a business's packaging, as seen on a day. The newest is repeated on the business."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="packaging_seen")
    state = models.CharField(max_length=10, choices=Packaging.choices)
    seen_on = models.DateField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-seen_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.state} {self.seen_on}"


class SizeRules(models.Model):
    """A set of bounds by law, with its validity. Which set classed a business is stored with the figures."""

    code = models.SlugField(primary_key=True, max_length=20)
    legal_basis = models.CharField(max_length=80)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["valid_from"]

    def __str__(self) -> str:
        return self.legal_basis


class SizeBound(models.Model):
    """Up to these amounts, inclusive, a business is of this class."""

    rules = models.ForeignKey(SizeRules, on_delete=models.PROTECT, related_name="bounds")
    size = models.CharField(max_length=8, choices=BusinessSize.choices)
    capital_max = models.BigIntegerField()
    sales_max = models.BigIntegerField()

    class Meta:
        ordering = ["rules", "sales_max"]
        constraints = [
            models.UniqueConstraint(name="participants_sizebound_once", fields=["rules", "size"]),
        ]

    def __str__(self) -> str:
        return f"{self.rules_id} {self.size}"


class BusinessFigures(AppendOnly):
    """Capital and yearly sales as told on a day, with the class that follows from them.

    Specific personal data (UU 27/2022 art. 4): shown to holders of ``participants.money`` only.
    """

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="figures")
    as_of = models.DateField()
    capital = models.BigIntegerField(
        null=True, blank=True, help_text="without land and building of the business place"
    )
    annual_sales = models.BigIntegerField(null=True, blank=True)
    size = models.CharField(max_length=8, choices=BusinessSize.choices)
    rules = models.ForeignKey(SizeRules, on_delete=models.PROTECT, related_name="+")
    measured_by = models.CharField(max_length=7, help_text="which of the two decided: sales or capital")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = FiguresQuerySet.as_manager()

    class Meta:
        ordering = ["-as_of", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="participants_businessfigures_something_told",
                condition=Q(capital__gte=0) | Q(annual_sales__gte=0),
            ),
        ]
        indexes = [models.Index(name="participants_figures_newest", fields=["business", "-as_of", "-id"])]

    def __str__(self) -> str:
        return f"{self.business_id} {self.as_of}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Outlet(models.Model):
    """Where the goods are sold: a place or an address on the internet."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="outlets")
    kind = models.CharField(max_length=10, choices=OutletKind.choices)
    name = models.CharField(max_length=100, blank=True)
    address = models.CharField(max_length=200, blank=True)
    url = models.URLField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="participants_outlet_https_only", condition=Q(url="") | Q(url__startswith="https://")
            ),
            models.CheckConstraint(
                name="participants_outlet_online_has_url", condition=~Q(kind="online") | ~Q(url="")
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.url


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Product(models.Model):
    """Something a business sells. ``photo`` is a sealed file, served through a view with scope."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="products")
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    price = models.BigIntegerField(null=True, blank=True, help_text="whole rupiah")
    unit = models.CharField(max_length=20, blank=True, help_text="what the price is for: pack, portion")
    photo = SealedFileField()
    position = models.PositiveSmallIntegerField(default=0)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="participants_product_price_not_negative",
                condition=Q(price__isnull=True) | Q(price__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return self.name
