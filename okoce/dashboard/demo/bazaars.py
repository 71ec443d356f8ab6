"""Three bazaars of West Jakarta: one held two months ago, one just drawn, one open for applications."""

from __future__ import annotations

import random
import secrets
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from bazaars import draw as rules
from bazaars.feasibility import Bounds
from bazaars.models import Site
from bazaars.services import applying, drawing, events
from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import CITY
from okoce.organisations.management.commands.load_organisations import code_of
from okoce.organisations.models import Organisation
from okoce.regions.models import Region
from participants.models import FosterLink, Participant

SUDIN, KPKP, PKK = code_of("ppkukm", CITY), code_of("kpkp", CITY), code_of("pkk", CITY)
PENGAMPU = {SUDIN: Bounds(10, 20), KPKP: Bounds(4, 10), PKK: Bounds(4, 10)}
CATEGORIES = {"kuliner": Bounds(0, 14), "fashion": Bounds(0, 10)}
PRODUCTS = {
    "kuliner": ("Nasi uduk", "Keripik singkong", "Kue basah", "Sambal botol"),
    "minuman": ("Kopi susu", "Bir pletok", "Jamu kunyit asam"),
    "fashion": ("Batik Betawi", "Kerudung", "Baju anak"),
    "kerajinan": ("Anyaman", "Bros kain", "Ondel-ondel kecil"),
    "jasa": ("Jahit dan permak", "Servis HP"),
    "perdagangan": ("Sembako", "Perabot dapur"),
}


def tell_bazaars(users: dict[str, User], today: date) -> Site:
    """The three bazaars; returns the site that was just drawn."""
    chance = random.Random(28032018)  # noqa: S311 invented people
    held_site(
        users,
        "Bazar Terminal Kalideres",
        "31.73.06",
        today - timedelta(days=60),
        applicants=70,
        chance=chance,
    )
    drawn = held_site(
        users,
        "Bazar Kantor Wali Kota Jakarta Barat",
        "31.73.08",
        today + timedelta(days=9),
        applicants=85,
        chance=chance,
    )
    _open_site(users, "Bazar Rusun Tambora", "31.73.04", today + timedelta(days=23), chance=chance)
    return drawn


def _moment(day: date, hour: int = 10) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _prepare(
    users: dict[str, User], name: str, kecamatan: str, starts_on: date, *, stalls: int
) -> tuple[Site, date]:
    officer, announced = users["sudin.jakbar"], starts_on - timedelta(days=30)
    site = events.create_bazaar(
        name=name,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=1),
        opens_at=time(8),
        closes_at=time(17),
        city=Region.objects.get(pk=CITY),
        host=Organisation.objects.get(pk=SUDIN),
        site_name=name.removeprefix("Bazar "),
        kecamatan=Region.objects.get(pk=kecamatan),
        address="",
        share_limit=1,
        by=officer,
        today=announced,
    )
    agencies = Organisation.objects.in_bulk([SUDIN, KPKP, PKK, "food-station", "dharma-jaya"])
    half, quarter = stalls // 2, stalls // 4
    for letter, count, zone in (("A", half, SUDIN), ("B", quarter, KPKP), ("C", quarter, PKK)):
        _add_stalls(site, letter, count, agencies[zone], officer)
    _add_stalls(site, "D", 1, agencies["food-station"], officer, is_partner=True)
    _add_stalls(site, "E", 1, agencies["dharma-jaya"], officer, is_partner=True)
    events.set_quotas(site_id=site.pk, pengampu=PENGAMPU, categories=CATEGORIES, by=officer)
    return site, announced


def _add_stalls(
    site: Site, letter: str, count: int, zone: Organisation, officer: User, *, is_partner: bool = False
) -> None:
    events.add_stalls(
        site_id=site.pk,
        numbers=[f"{letter}{number:02d}" for number in range(1, count + 1)],
        per_row=10,
        zone=zone,
        has_power=letter == "A",
        is_partner=is_partner,
        by=officer,
    )


def held_site(
    users: dict[str, User],
    name: str,
    kecamatan: str,
    starts_on: date,
    *,
    applicants: int,
    chance: random.Random,
) -> Site:
    """A bazaar that went through the whole ceremony, ten days before it begins."""
    officer = users["sudin.jakbar"]
    site, announced = _prepare(users, name, kecamatan, starts_on, stalls=40)
    deadline = starts_on - timedelta(days=11)
    events.open_applications(
        site_id=site.pk, closes_at=_moment(deadline, 20), by=officer, now=_moment(announced)
    )
    secret = secrets.token_hex(16)
    part = drawing.commit_seed(
        site_id=site.pk,
        organisation=Organisation.objects.get(pk=SUDIN),
        commitment=rules.sha256(secret),
        by=officer,
        now=_moment(announced, 11),
    )
    _apply(site, applicants, officer, now=_moment(announced + timedelta(days=3)), chance=chance)
    after = _moment(deadline + timedelta(days=1), 9)
    drawing.freeze_list(site_id=site.pk, by=officer, now=after)
    drawing.reveal_seed(part_id=part.pk, secret=secret, by=officer, now=after + timedelta(minutes=30))
    drawing.run_draw(site_id=site.pk, by=officer, now=after + timedelta(minutes=35))
    site.refresh_from_db()
    return site


def _open_site(
    users: dict[str, User], name: str, kecamatan: str, starts_on: date, *, chance: random.Random
) -> Site:
    officer = users["sudin.jakbar"]
    site, announced = _prepare(users, name, kecamatan, starts_on, stalls=40)
    events.open_applications(
        site_id=site.pk,
        closes_at=_moment(starts_on - timedelta(days=14), 20),
        by=officer,
        now=_moment(announced),
    )
    _apply(site, 52, officer, now=_moment(announced + timedelta(days=2)), chance=chance)
    return site


def _apply(site: Site, count: int, officer: User, *, now: datetime, chance: random.Random) -> None:
    """Applications of people with a business, about half of them fostered by other agencies."""
    site.refresh_from_db()
    for pengampu, share in ((KPKP, count // 4), (PKK, count // 4), (SUDIN, count - 2 * (count // 4))):
        for person in _vendors(pengampu, share, chance):
            business = person.businesses.all()[0]
            category = business.sector_id if business.sector_id in PRODUCTS else "kuliner"
            if applying.obstacles_for(site, person, now=now):
                continue
            applying.apply_for_stall(
                site_id=site.pk,
                participant_id=person.pk,
                pengampu=pengampu,
                category=category,
                product=chance.choice(PRODUCTS[category]),
                needs_power=chance.random() < 0.2,
                by=officer,
                now=now,
            )


def _vendors(pengampu: str, count: int, chance: random.Random) -> list[Participant]:
    links = FosterLink.objects.filter(organisation_id=pengampu).values("participant_id")
    fit = Participant.objects.in_programme().filter(pk__in=links, businesses__is_running=True)
    # The same people apply again and again: those who were drawn before have a turn more.
    pool = list(fit.order_by("number").values_list("pk", flat=True)[: count * 3])
    chosen = chance.sample(pool, min(count, len(pool)))
    return list(Participant.objects.filter(pk__in=chosen).prefetch_related("businesses").order_by("pk"))
