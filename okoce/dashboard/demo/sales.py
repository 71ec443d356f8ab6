"""Sales of the bazaars that were held: by the vendors, some by the office, some not at all."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from bazaars.enums import CameBy, SalesBand
from bazaars.models import Allocation, Site
from bazaars.sales import days_between
from bazaars.services import sales
from okoce.accounts.models import User

TYPICAL = {"kuliner": 750_000, "minuman": 480_000, "fashion": 620_000}  # rupiah a day
OTHERS = 350_000
PARTNERS = 6_400_000


def tell_sales(users: dict[str, User], today: date) -> None:
    chance = random.Random(20102021)  # noqa: S311 invented figures
    officer = users["sudin.jakbar"]
    for site in Site.objects.filter(state="drawn", bazaar__ends_on__lt=today).select_related("bazaar"):
        vendors = Allocation.objects.held().filter(application__site=site)
        for vendor in vendors.select_related("application").order_by("pk"):
            _of_vendor(vendor, site, officer, chance)
        for stall in site.stalls.of_partners():
            sales.report_partner_sales(
                stall_id=stall.pk,
                day=site.bazaar.starts_on,
                sold=sales.Sold(amount=_rounded(PARTNERS * chance.uniform(0.8, 1.2))),
                by=officer,
                now=_evening(site.bazaar.starts_on),
            )


def _of_vendor(vendor: Allocation, site: Site, officer: User, chance: random.Random) -> None:
    usual = TYPICAL.get(vendor.application.category_id, OTHERS) * chance.uniform(0.6, 1.5)
    for day in days_between(site.bazaar.starts_on, site.bazaar.ends_on):
        way = chance.random()
        if way < 0.12:
            continue
        amount = _rounded(usual * chance.uniform(0.75, 1.25))
        sold = sales.Sold(amount=amount, transactions=max(amount // 25_000, 1))
        if way < 0.2:
            sold = sales.Sold(band=SalesBand.UP_TO_500 if amount < 500_000 else SalesBand.UP_TO_1000)
        elif way < 0.7:
            sold = sales.Sold(amount=amount, best_product=vendor.application.product)
        by_office = way > 0.9
        sales.report_sales(
            allocation_id=vendor.pk,
            day=day,
            sold=sold,
            by=officer if by_office else None,
            came_by=CameBy.OFFICE if by_office else CameBy.LINK,
            now=_evening(day) + timedelta(minutes=chance.randrange(300)),
            sure_of=amount,
        )


def _rounded(amount: float) -> int:
    return round(amount / 5_000) * 5_000


def _evening(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(17, 30)))
