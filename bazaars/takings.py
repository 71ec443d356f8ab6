"""Totals of what was sold at a bazaar, by stall, pengampu, kind of goods, place and day (rule 51).

Everything is summed from one list of reports, so that every way to part the total gives the same total.
Bands count as ``sales.COUNTS`` says. Partners' stalls stand apart (rule 52).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bazaars.choices import unit_name
from bazaars.models import Allocation, Bazaar, SalesReport, Site
from bazaars.sales import days_between
from okoce.organisations.models import Organisation
from okoce.ui.templatetags.okoce_ui import long_date
from okoce.values.sheets import Kind
from participants.models import Sector

BY_STALL, BY_AGENCY, BY_GOODS, BY_PLACE, BY_DAY = "stan", "pengampu", "jenis", "tempat", "hari"
MOST_ROWS = 100  # of one table; the file holds all


@dataclass(frozen=True, slots=True)
class Taking:
    """One stall day. ``sold`` is None while nobody has reported it."""

    day: date
    site: int
    stall: str
    pengampu: str
    category: str
    sold: int | None = None
    is_band: bool = False
    transactions: int | None = None
    best_product: str = ""
    came_by: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """A part of the total. ``percent`` is of the largest part, ``each`` of a reported stall day."""

    label: str
    sold: int
    reported: int
    stall_days: int
    buyers: int
    percent: int = 0

    @property
    def each(self) -> int | None:
        return self.sold // self.reported if self.reported else None


def summed(label: str, takings: Iterable[Taking], *, of: int = 0) -> Sum:
    rows = list(takings)
    told = [row for row in rows if row.sold is not None]
    sold = sum(row.sold or 0 for row in told)
    return Sum(
        label=label,
        sold=sold,
        reported=len(told),
        stall_days=len(rows),
        buyers=sum(row.transactions or 0 for row in told),
        percent=round(100 * sold / of) if of else 0,
    )


@dataclass
class Takings:
    """Of one bazaar, as far as the user may see it; ``site`` narrows it. A fixed number of queries."""

    bazaar: Bazaar
    user: Any
    today: date
    site: Site | None = None

    @cached_property
    def sites(self) -> list[Site]:
        return list(Site.objects.visible_to(self.user).filter(bazaar=self.bazaar).order_by("name", "pk"))

    @cached_property
    def names(self) -> dict[str, str]:
        codes = {row.pengampu for row in self.rows}
        agencies = Organisation.objects.filter(pk__in=codes)
        return {
            **{agency.code: unit_name(agency, self.bazaar.city) for agency in agencies},
            **dict(Sector.choices()),
        }

    def _here(self, rows: Any, site: str) -> Any:
        wanted = [self.site.pk] if self.site else [one.pk for one in self.sites]
        return rows.filter(**{f"{site}__in": wanted})

    @cached_property
    def rows(self) -> list[Taking]:
        """Every stall day that has begun, reported or not."""
        reports = self._here(SalesReport.objects.visible_to(self.user).of_vendors(), "stall__site")
        found = {
            (pk, day): rest
            for pk, day, *rest in reports.counted().values_list(
                "allocation_id", "day", "sold", "band", "transactions", "best_product", "came_by",
                "stall__site_id", "stall__number",
                "allocation__application__pengampu_id", "allocation__application__category_id",
            )
        }  # fmt: skip
        rows = [
            Taking(day, site, stall, pengampu, category, sold, bool(band), transactions, best, came_by)
            for (_pk, day), (
                sold, band, transactions, best, came_by, site, stall, pengampu, category,
            ) in found.items()
        ]  # fmt: skip
        held = self._here(Allocation.objects.visible_to(self.user).taken(), "application__site")
        for pk, days, site, stall, pengampu, category in held.values_list(
            "pk", "days", "application__site_id", "stall__number", "application__pengampu_id",
            "application__category_id",
        ):  # fmt: skip
            begun = days_between(days.lower, min(days.upper - timedelta(days=1), self.today))
            rows += [Taking(day, site, stall, pengampu, category) for day in begun if (pk, day) not in found]
        return sorted(rows, key=lambda row: (row.day, row.site, row.stall))

    @cached_property
    def total(self) -> Sum:
        return summed(_("Total"), self.rows)

    @cached_property
    def band_count(self) -> int:
        return sum(row.is_band for row in self.rows)

    @cached_property
    def partners(self) -> list[tuple[str, date, int]]:
        """(stall, day, sold) of partners' stalls."""
        reports = self._here(SalesReport.objects.visible_to(self.user).of_partners(), "stall__site")
        return list(reports.counted().order_by("stall__number", "day").values_list(
            "stall__number", "day", "sold"
        ))  # fmt: skip

    def parts(self, by: str) -> list[Sum]:
        """The total in parts: the largest first, days in their order."""
        key, label = self._way(by)
        groups: dict[Any, list[Taking]] = {}
        for row in self.rows:
            groups.setdefault(key(row), []).append(row)
        largest = max((summed("", rows).sold for rows in groups.values()), default=0)
        found = [(code, summed(label(code), rows, of=largest)) for code, rows in groups.items()]
        if by == BY_DAY:
            return [part for _code, part in sorted(found)]
        return sorted((part for _code, part in found), key=lambda part: (-part.sold, part.label))

    def _way(self, by: str) -> tuple[Callable[[Taking], Any], Callable[[Any], str]]:
        places = {site.pk: site.name for site in self.sites}
        several = len(places) > 1 and self.site is None
        match by:
            case "stan":
                return (
                    lambda row: (row.site, row.stall),
                    lambda code: f"{code[1]}, {places[code[0]]}" if several else code[1],
                )
            case "jenis":
                return lambda row: row.category, lambda code: self.names.get(code, code)
            case "tempat":
                return lambda row: row.site, lambda code: places[code]
            case "hari":
                return lambda row: row.day, long_date
            case _:
                return lambda row: row.pengampu, lambda code: self.names.get(code, code)


WAYS: tuple[tuple[str, Any], ...] = (
    (BY_AGENCY, gettext_lazy("By agency")),
    (BY_GOODS, gettext_lazy("By kind of goods")),
    (BY_PLACE, gettext_lazy("By place")),
    (BY_DAY, gettext_lazy("By day")),
    (BY_STALL, gettext_lazy("By stall")),
)


# ---------------------------------------------------------------- the file


@dataclass(frozen=True, slots=True)
class Head:
    head: str
    kind: Kind
    width: int


def columns() -> list[Head]:
    return [
        Head(_("Day"), Kind.DATE, 12),
        Head(_("Place"), Kind.TEXT, 30),
        Head(_("Stall"), Kind.TEXT, 8),
        Head(_("Agency"), Kind.TEXT, 24),
        Head(_("Kind of goods"), Kind.TEXT, 18),
        Head(_("Sold (rupiah)"), Kind.MONEY, 16),
        Head(_("Estimated from a band"), Kind.TEXT, 12),
        Head(_("Buyers"), Kind.NUMBER, 10),
        Head(_("What sold best"), Kind.TEXT, 28),
    ]


def sheet_rows(takings: Takings) -> Iterable[Sequence[Any]]:
    """One row a stall day, without a name; what nobody reported has no amount."""
    places = {site.pk: site.name for site in takings.sites}
    for row in takings.rows:
        yield (
            row.day,
            places[row.site],
            row.stall,
            takings.names.get(row.pengampu, row.pengampu),
            takings.names.get(row.category, row.category),
            row.sold,
            _("yes") if row.is_band else "",
            row.transactions,
            row.best_product,
        )
