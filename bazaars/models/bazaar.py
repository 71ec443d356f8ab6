"""One event, many sites on the same days, and the stalls of each."""

from __future__ import annotations

from datetime import datetime

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils import timezone

from bazaars.enums import Funding, PlaceKind, SiteState, StallKind
from bazaars.plan import MOST_COLUMNS, MOST_ROWS
from bazaars.querysets import BazaarQuerySet, SiteQuerySet, StallQuerySet
from okoce.db.models import Dated
from okoce.organisations.models import Organisation
from okoce.regions.models import Region
from participants.models import Sector

LONGEST_LABEL = 40


def _cells(start: str, count: str) -> Func:
    """The cells that a stall covers in one direction, as a range."""
    return Func(F(start), F(start) + F(count), function="int4range")


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["updated_at"]
)
class Bazaar(Dated):
    """One event with its days; ``city`` is whose Sudin runs it."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=140, unique=True)
    city = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    opens_at = models.TimeField()
    closes_at = models.TimeField()
    setup_at = models.DateTimeField(null=True, blank=True, help_text="from when stalls may be set up")
    cleared_by = models.TimeField(null=True, blank=True, help_text="when the place must be empty again")
    funding = models.CharField(max_length=8, choices=Funding.choices, blank=True, db_default="")
    rules = models.TextField(max_length=2000, blank=True, db_default="", help_text="public, in plain words")
    contact = models.CharField(
        max_length=120, blank=True, db_default="", help_text="public: an office and its number, no person's"
    )
    needs_business = models.BooleanField(default=True, db_default=True)
    least_activities = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        help_text="of the three, done in the bazaar's year or the one before",
    )
    is_curated = models.BooleanField(
        default=False, db_default=False, help_text="only accepted applications go into the draw"
    )
    copied_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="copies", db_index=False
    )
    form_key = models.UUIDField(
        null=True, blank=True, unique=True, help_text="of the form that made it: sent twice, made once"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = BazaarQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="bazaars_bazaar_days_in_order", condition=Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(
                name="bazaars_bazaar_hours_in_order", condition=Q(closes_at__gt=F("opens_at"))
            ),
            models.CheckConstraint(
                name="bazaars_bazaar_at_most_three_activities", condition=Q(least_activities__lte=3)
            ),
            models.CheckConstraint(
                name="bazaars_bazaar_cleared_after_closing",
                condition=Q(cleared_by__isnull=True) | Q(cleared_by__gt=F("closes_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("bazaars:bazaar", args=[self.slug])

    @property
    def begins_at(self) -> datetime:
        """When the first day opens."""
        return timezone.make_aware(datetime.combine(self.starts_on, self.opens_at))

    @property
    def has_standing_sites(self) -> bool:
        """Reads the prefetched sites."""
        return any(site.state != SiteState.CANCELLED for site in self.sites.all())

    @property
    def places_to_come(self) -> int:
        """Drafts beside places that are announced already; reads the prefetched ones."""
        return sum(site.state == SiteState.DRAFT for site in self.sites.all()) if self.public_sites else 0

    @property
    def public_sites(self) -> list[Site]:
        """Sites that left the draft; reads the prefetched ones."""
        return [site for site in self.sites.all() if site.is_public]


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["updated_at"]
)
class Site(Dated):
    """One place of the event, with its own applications, quotas and draw."""

    bazaar = models.ForeignKey(Bazaar, on_delete=models.PROTECT, related_name="sites")
    name = models.CharField(max_length=120)
    kecamatan = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=200, blank=True)
    kind = models.CharField(
        max_length=10, choices=PlaceKind.choices, default=PlaceKind.OTHER, db_default=PlaceKind.OTHER
    )
    share_limit = models.PositiveSmallIntegerField(default=1, help_text="how many vendors share one stall")
    applications_open_at = models.DateTimeField(null=True, blank=True)
    applications_close_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=SiteState.choices, default=SiteState.DRAFT)
    confirm_by = models.DateTimeField(
        null=True,
        blank=True,
        help_text="empty until the draw: the usual days before",
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cancel_reason = models.CharField(max_length=200, blank=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        ordering = ["bazaar", "name"]
        constraints = [
            models.UniqueConstraint(name="bazaars_site_once", fields=["bazaar", "name"]),
            models.CheckConstraint(
                name="bazaars_site_share_limit_one_or_two", condition=Q(share_limit__in=[1, 2])
            ),
            models.CheckConstraint(
                name="bazaars_site_open_period_in_order",
                condition=Q(applications_close_at__isnull=True)
                | Q(applications_close_at__gt=F("applications_open_at")),
            ),
            models.CheckConstraint(
                name="bazaars_site_cancelled_whole",
                condition=Q(state="cancelled", cancelled_at__isnull=False) & ~Q(cancel_reason="")
                | ~Q(state="cancelled") & Q(cancelled_at__isnull=True, cancel_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("bazaars:site", args=[self.pk])

    @property
    def is_public(self) -> bool:
        """It left the draft; a draft that was cancelled was never announced."""
        return self.state != SiteState.DRAFT and not (
            self.state == SiteState.CANCELLED and self.applications_open_at is None
        )

    def is_open_at(self, now: datetime) -> bool:
        """Taking applications at ``now``, as ``SiteQuerySet.open_at`` says for many."""
        opens_at, closes_at = self.applications_open_at, self.applications_close_at
        if self.state != SiteState.OPEN or opens_at is None or closes_at is None:
            return False
        return bool(opens_at <= now < closes_at)


class Stall(models.Model):
    """One stall on the plan, ``width`` by ``depth`` cells from ``row`` and ``column`` on.

    ``zone`` keeps it for a pengampu. All but vendors' stalls are outside the draw and may carry a
    ``label``: who stands there, or what the place is kept for. Two stalls with the same ``tent`` stand under
    one roof.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="stalls")
    number = models.CharField(max_length=6)
    row = models.PositiveSmallIntegerField()
    column = models.PositiveSmallIntegerField()
    width = models.PositiveSmallIntegerField(default=1, db_default=1)
    depth = models.PositiveSmallIntegerField(default=1, db_default=1)
    zone = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(
        max_length=8, choices=StallKind.choices, default=StallKind.VENDOR, db_default=StallKind.VENDOR
    )
    label = models.CharField(max_length=LONGEST_LABEL, blank=True, default="", db_default="")
    has_power = models.BooleanField(default=False)
    has_water = models.BooleanField(default=False, db_default=False)
    is_shaded = models.BooleanField(default=False, db_default=False)
    is_corner = models.BooleanField(default=False, db_default=False)
    tent = models.PositiveSmallIntegerField(null=True, blank=True)
    tent_half = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 or 2")
    objects = StallQuerySet.as_manager()

    class Meta:
        ordering = ["site", "row", "column"]
        constraints = [
            models.UniqueConstraint(
                name="bazaars_stall_number_once",
                fields=["site", "number"],
                deferrable=models.Deferrable.IMMEDIATE,
            ),
            ExclusionConstraint(
                name="bazaars_stall_place_once",
                expressions=[
                    ("site", RangeOperators.EQUAL),
                    (_cells("row", "depth"), RangeOperators.OVERLAPS),
                    (_cells("column", "width"), RangeOperators.OVERLAPS),
                ],
                deferrable=models.Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(name="bazaars_stall_has_a_size", condition=Q(width__gte=1, depth__gte=1)),
            models.CheckConstraint(
                name="bazaars_stall_on_the_plan",
                condition=Q(row__gte=1, column__gte=1)
                & Q(row__lte=MOST_ROWS + 1 - F("depth"), column__lte=MOST_COLUMNS + 1 - F("width")),
            ),
            models.CheckConstraint(
                name="bazaars_stall_of_vendor_without_label", condition=~Q(kind="vendor") | Q(label="")
            ),
            models.CheckConstraint(
                name="bazaars_stall_tent_whole",
                condition=Q(tent__isnull=True, tent_half__isnull=True)
                | Q(tent__isnull=False, tent_half__isnull=False, tent_half__in=[1, 2]),
            ),
            models.UniqueConstraint(
                name="bazaars_stall_two_in_a_tent",
                fields=["site", "tent", "tent_half"],
                deferrable=models.Deferrable.IMMEDIATE,
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def last_row(self) -> int:
        return self.row + self.depth - 1

    @property
    def last_column(self) -> int:
        return self.column + self.width - 1

    @property
    def is_in_draw(self) -> bool:
        """As ``StallQuerySet.in_draw``."""
        return self.kind == StallKind.VENDOR


class Quota(models.Model):
    """How many places of a site go to one pengampu, or to one category of goods: at least, at most."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="quotas")
    pengampu = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    category = models.ForeignKey(Sector, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    minimum = models.PositiveSmallIntegerField(default=0)
    maximum = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["site", "pengampu", "category"]
        constraints = [
            models.CheckConstraint(
                name="bazaars_quota_for_pengampu_or_category",
                condition=Q(pengampu__isnull=False, category__isnull=True)
                | Q(pengampu__isnull=True, category__isnull=False),
            ),
            models.CheckConstraint(
                name="bazaars_quota_minimum_up_to_maximum", condition=Q(maximum__gte=F("minimum"))
            ),
            models.UniqueConstraint(
                name="bazaars_quota_pengampu_once",
                fields=["site", "pengampu"],
                condition=Q(pengampu__isnull=False),
            ),
            models.UniqueConstraint(
                name="bazaars_quota_category_once",
                fields=["site", "category"],
                condition=Q(category__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pengampu_id or self.category_id}: {self.minimum}-{self.maximum}"
