"""A bazaar of today: most vendors are there, a few stalls are empty, some of the reserve list wait."""

from __future__ import annotations

import random
import uuid
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from bazaars.enums import ArrivedBy, IncidentKind
from bazaars.models import Allocation, Application, Draw, Site
from bazaars.services import confirming, days, incidents
from okoce.accounts.models import User
from okoce.dashboard.demo.bazaars import held_site

FULL = incidents.Seen(is_clean=True, is_apart=True, is_warm_or_cold=True, is_safe=True, is_covered=True)
UNCOVERED = incidents.Seen(
    is_clean=True, is_apart=True, is_warm_or_cold=True, is_safe=True, is_covered=False,
    to_mend="Tutup gorengan dengan tudung saji",
)  # fmt: skip


def tell_earlier_bazaars(users: dict[str, User], today: date) -> None:
    """Two places of this year: one is used again, so that vendors come back and places can be compared."""
    chance = random.Random(2025)  # noqa: S311 invented people
    for name, kecamatan, ago in (
        ("Bazar Terminal Kalideres", "31.73.06", 150),
        ("Bazar Kantor Kecamatan Tambora", "31.73.04", 100),
    ):
        held_site(users, name, kecamatan, today - timedelta(days=ago), applicants=60, chance=chance)


def tell_bazaar_day(users: dict[str, User], today: date) -> None:
    """Through the services, as the officers of the place note it; also the visitors of a bazaar before."""
    officer, chance = users["sudin.jakbar"], random.Random(9)  # noqa: S311 invented people
    site = held_site(users, "Bazar Pasar Kebon Jeruk", "31.73.05", today, applicants=60, chance=chance)
    vendors = list(Allocation.objects.of_site(site).held().order_by("stall__number"))
    for one in vendors:
        confirming.confirm(allocation_id=one.pk, by=None, now=_moment(today - timedelta(days=6), 10))
    now = timezone.now()
    opening = min(_moment(today, 7), now)
    for one in chance.sample(vendors, len(vendors) * 4 // 5):
        at = min(opening + timedelta(minutes=chance.randrange(90)), now)
        days.arrive(application_id=one.application_id, how=ArrivedBy.CARD, by=officer, now=at)
    for one in _reserves(site)[1:6]:
        days.arrive(application_id=one.pk, how=ArrivedBy.NUMBER, by=officer, now=now)
    _count(site, officer, chance, now, taps=9)
    _food(vendors, officer, now)
    _incidents(site, officer, now)
    before = Site.objects.filter(bazaar__city_id=site.bazaar.city_id, bazaar__ends_on__lt=today)
    for held in before.select_related("bazaar"):
        for day in (held.bazaar.starts_on, held.bazaar.ends_on):
            _count(held, officer, chance, _moment(day, 15), taps=40)


def _moment(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _reserves(site: Site) -> list[Application]:
    """In the order of the draw."""
    ids = [row["id"] for row in Draw.objects.get(site=site).record["reserve"]]
    known = {one.public_id: one for one in Application.objects.filter(public_id__in=ids)}
    return [known[one] for one in ids]


def _count(site: Site, officer: User, chance: random.Random, now: datetime, *, taps: int) -> None:
    for _ in range(taps):
        days.count_visitors(
            site_id=site.pk, visitors=chance.choice((5, 10, 10)), nonce=uuid.uuid4(), by=officer, now=now
        )


def _food(vendors: list[Allocation], officer: User, now: datetime) -> None:
    cooks = [one for one in vendors if one.application.category_id in ("kuliner", "minuman")]
    for one, seen in zip(cooks, (FULL, UNCOVERED, FULL), strict=False):
        incidents.check_food(allocation_id=one.pk, seen=seen, form_key=uuid.uuid4(), by=officer, now=now)


def _incidents(site: Site, officer: User, now: datetime) -> None:
    tent = incidents.Told(kind=IncidentKind.WEATHER, what="Hujan deras, dua tenda di baris B bocor.")
    incidents.report(site_id=site.pk, told=tent, form_key=uuid.uuid4(), by=officer, now=now)
    cable = incidents.Told(kind=IncidentKind.FIRE, what="Kabel stan A07 panas, steker sudah dicabut.")
    done = incidents.report(site_id=site.pk, told=cable, form_key=uuid.uuid4(), by=officer, now=now)
    incidents.close(incident_id=done.pk, done="Kabel diganti oleh petugas listrik.", by=officer, now=now)
