"""What the bazaars of the demonstration tell vendors, and a draft at six kecamatan on the same days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from bazaars.models import Bazaar
from bazaars.services import copies, events
from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import CITY
from okoce.dashboard.demo.bazaars import CATEGORIES, KPKP, PENGAMPU, SUDIN
from okoce.organisations.models import Organisation
from okoce.regions.models import Region

RULES = """Stan gratis; listrik hanya di zona A.
Harga ditulis dan terlihat dari depan stan.
Bawa meja, taplak, dan tempat sampah sendiri.
Stan yang kosong pukul 09.00 diberikan kepada cadangan."""
CONTACT = "Sudin PPKUKM Jakarta Barat, 021-5350555"


def tell_calls(users: dict[str, User], today: date) -> None:
    officer = users["sudin.jakbar"]
    for bazaar in Bazaar.objects.filter(city=CITY):
        events.change_facts(bazaar_id=bazaar.pk, facts=_facts(bazaar.starts_on), by=officer)
        for site in bazaar.sites.all():
            kind = "rusun" if "Rusun" in site.name else "terminal" if "Terminal" in site.name else "city_hall"
            events.change_place(site_id=site.pk, name=site.name, kind=kind, address=site.address, by=officer)
    _six_kecamatan(officer, today)


def _facts(starts_on: date) -> events.Facts:
    return events.Facts(
        setup_at=timezone.make_aware(datetime.combine(starts_on - timedelta(days=1), time(15))),
        cleared_by=time(18, 30),
        funding="apbd",
        rules=RULES,
        contact=CONTACT,
    )


def _six_kecamatan(officer: User, today: date) -> None:
    """Prepared once, for the first place; the other five have the same plan."""
    starts_on = today + timedelta(days=37)
    first, *others = Region.objects.kecamatan(city=CITY)[:6]
    site = events.create_bazaar(
        name="Bazar Enam Kecamatan",
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=1),
        opens_at=time(8),
        closes_at=time(16),
        city=Region.objects.get(pk=CITY),
        host=Organisation.objects.get(pk=SUDIN),
        site_name="Halaman Kantor Kecamatan",
        kecamatan=first,
        also_in=others,
        address="",
        share_limit=1,
        kind="kecamatan",
        facts=_facts(starts_on),
        by=officer,
        today=today,
    )
    agencies = Organisation.objects.in_bulk([KPKP, "food-station"])
    for letter, count, zone, is_partner in (
        ("A", 22, None, False),
        ("B", 8, agencies[KPKP], False),
        ("C", 2, agencies["food-station"], True),
    ):
        events.add_stalls(
            site_id=site.pk,
            numbers=[f"{letter}{number:02d}" for number in range(1, count + 1)],
            per_row=11,
            zone=zone,
            has_power=letter == "A",
            is_partner=is_partner,
            by=officer,
        )
    events.set_quotas(site_id=site.pk, pengampu=PENGAMPU, categories=CATEGORIES, by=officer)
    copies.give_plan(site_id=site.pk, by=officer)
