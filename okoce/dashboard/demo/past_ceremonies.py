"""The two bazaars of the articles, played through: invented vendors apply, every agency keeps its own secret.

Who applied is in no article, nor are the secrets: names, numbers and goods are made up.
"""

from __future__ import annotations

import csv
import io
import random
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from bazaars import draw as rules
from bazaars.enums import AllocationState, CameBy
from bazaars.models import Allocation, Application, SalesReport, Site
from bazaars.services import drawing
from okoce.accounts.models import Membership, User
from okoce.accounts.roles import Role
from okoce.dashboard.demo.bazaars import PRODUCTS
from okoce.dashboard.demo.past_bazaars import Event, central_jakarta_2023, east_jakarta_2018, open_call
from okoce.organisations.models import Organisation
from okoce.regions.models import Region
from participants.models import FosterLink, Participant
from participants.services import importing

HEADER = ("Nama Lengkap", "NIK", "Tempat Lahir", "Tanggal Lahir", "L/P", "Alamat", "Kelurahan", "Kecamatan")
HEADER += ("Jenis Usaha", "Nama Usaha", "Status Usaha")
WOMEN = ("Aminah", "Dewi", "Euis", "Fatimah", "Halimah", "Kartini", "Lestari", "Maryam", "Ningsih", "Rosita")
MEN = ("Agus", "Bachtiar", "Dedi", "Hasan", "Joko", "Mansur", "Rahmat", "Saiful")
FAMILIES = ("Anwar", "Budiman", "Fauzi", "Hidayat", "Kurniawan", "Lubis", "Maulana", "Nasution", "Permana")
FAMILIES += ("Ramadhan", "Saputra", "Siregar", "Susanto", "Wibowo", "Yulianto")
GOODS = ("kuliner", "kuliner", "minuman", "fashion", "kerajinan", "kuliner", "fashion", "perdagangan")
SERIAL = 9301  # NIK serials of nobody: 9001-9999


def tell_past_bazaars(users: Mapping[str, User]) -> None:
    """East Jakarta: 45 applicants for 36 places. Central Jakarta: 31 for 30 in each of six kecamatan."""
    east, central = east_jakarta_2018(), central_jakarta_2023()
    kukmp, kpkp, pkk = east.places[0].quotas
    _play(users["sudin.jaktim"], east, {0: {kukmp: 26, kpkp: 10, pkk: 9}}, chance=random.Random(2018))  # noqa: S311
    first, *others = central.places[0].quotas
    each = {first: 6} | dict.fromkeys(others, 5)
    per_place = dict.fromkeys(range(len(central.places)), each)
    _play(users["sudin.jakpus"], central, per_place, chance=random.Random(2023))  # noqa: S311


def _play(
    officer: User, event: Event, wanted: Mapping[int, Mapping[str, int]], *, chance: random.Random
) -> None:
    """``wanted``: how many of each agency apply, by the number of the place."""
    sites = open_call(event, by=officer)
    counts = [(code, count) for of_place in wanted.values() for code, count in of_place.items()]
    people = _registered(event, officer, sum(count for _code, count in counts), chance)
    fostered = [code for code, count in counts for _one in range(count)]
    since = event.opened_at.date() - timedelta(days=60)
    FosterLink.objects.bulk_create(
        [
            FosterLink(participant=person, organisation_id=code, valid_from=since)
            for person, code in zip(people, fostered, strict=True)
        ],
        ignore_conflicts=True,
    )
    keepers = _keepers(event)
    waiting = list(zip(people, fostered, strict=True))
    for number, site in enumerate(sites):
        count = sum(wanted[number].values())
        some, waiting = waiting[:count], waiting[count:]
        _apply(site, some, officer, now=event.opened_at + timedelta(days=3), chance=chance)
        _ceremony(site, event, officer, keepers)
        _held(site, event, officer, chance=chance)


def _keepers(event: Event) -> dict[str, User]:
    """An account without a password for every agency of the event: each keeps the own secret."""
    found = {}
    for code in event.places[0].quotas:
        user, _new = User.objects.get_or_create(
            username=f"undian.{code}".replace("-31-", "."), defaults={"full_name": f"Petugas {code}"}
        )
        user.set_unusable_password()
        user.save(update_fields=["password"])
        Membership.objects.get_or_create(
            user=user, role=Role.PENGAMPU, area_id=event.city, organisation_id=code
        )
        found[code] = user.acting_as(user.memberships.get())
    return found


def _ceremony(site: Site, event: Event, officer: User, keepers: Mapping[str, User]) -> None:
    agencies = Organisation.objects.in_bulk(keepers)
    kept = {code: secrets.token_hex(16) for code in keepers}
    parts = {
        code: drawing.commit_seed(
            site_id=site.pk,
            organisation=agencies[code],
            commitment=rules.sha256(secret),
            by=keepers[code],
            now=event.opened_at + timedelta(days=1),
        )
        for code, secret in kept.items()
    }
    now: datetime = event.closes_at + timedelta(hours=10)
    drawing.freeze_list(site_id=site.pk, by=officer, now=now)
    for code, part in parts.items():
        drawing.reveal_seed(part_id=part.pk, secret=kept[code], by=keepers[code], now=now)
    drawing.run_draw(site_id=site.pk, by=officer, now=now + timedelta(minutes=20))


def _held(site: Site, event: Event, officer: User, *, chance: random.Random) -> None:
    """Everybody confirmed and came; the office wrote down what each stall day sold."""
    held = Allocation.objects.of_site(site).held()
    held.update(state=AllocationState.CONFIRMED, confirmed_at=event.closes_at + timedelta(days=2))
    days = [event.starts_on + timedelta(days=n) for n in range((event.ends_on - event.starts_on).days + 1)]
    SalesReport.objects.bulk_create(
        SalesReport(
            stall_id=allocation.stall_id,
            allocation=allocation,
            day=day,
            amount=chance.randrange(150, 1_200) * 1_000,
            transactions=chance.randrange(8, 60),
            came_by=CameBy.OFFICE,
            reported_by=officer,
            reported_at=timezone.make_aware(datetime.combine(day, time(17, 30))),
        )
        for allocation in held
        for day in days
    )


def _apply(
    site: Site,
    people: Sequence[tuple[Participant, str]],
    officer: User,
    *,
    now: datetime,
    chance: random.Random,
) -> None:
    """Brought in at once, as an old list is; whether everybody was eligible is asked when it is frozen."""
    applications = []
    for person, pengampu in people:
        sector = person.businesses.all()[0].sector_id
        category = sector if sector in PRODUCTS else "kuliner"
        applications.append(
            Application(
                site=site,
                participant=person,
                pengampu_id=pengampu,
                category_id=category,
                product=chance.choice(PRODUCTS[category]),
                needs_power=chance.random() < 0.3,
                submitted_at=now,
                submitted_by=officer,
            )
        )
    Application.objects.bulk_create(applications)


# --- the people ----------------------------------------------------------------------------------------


def _registered(event: Event, officer: User, count: int, chance: random.Random) -> list[Participant]:
    """That many vendors of the city, brought in as a list of the Sudin two months before the call."""
    on = event.opened_at.date() - timedelta(days=60)
    kelurahan = list(
        Region.objects.filter(parent_id__in=[place.kecamatan for place in event.places])
        .select_related("parent")
        .order_by("pk")
    )
    importing.import_content(
        content=_list(event.city, kelurahan, count, on, chance),
        file_name=f"pelaku-usaha-{event.starts_on:%Y}.csv",
        city=event.city,
        organisation=Organisation.objects.get(pk=event.host),
        by=officer,
        as_of=on,
        on=on,
        messages_consented=False,
    )
    people = Participant.objects.filter(city_id=event.city, registered_on=on)
    return list(people.prefetch_related("businesses").order_by("pk"))


def _list(city: str, kelurahan: Sequence[Region], count: int, on: date, chance: random.Random) -> bytes:
    buffer = io.StringIO()
    rows = csv.writer(buffer)
    rows.writerow(HEADER)
    for number in range(count):
        area = kelurahan[number % len(kelurahan)]
        woman = chance.random() < 0.6
        born = date(on.year - chance.randint(22, 60), chance.randint(1, 12), chance.randint(1, 28))
        goods = GOODS[number % len(GOODS)]
        first = chance.choice(WOMEN if woman else MEN)
        name = f"{first} {FAMILIES[number % len(FAMILIES)]}"
        day = born.day + (40 if woman else 0)
        nik = f"{area.parent_id.replace('.', '')}{day:02}{born:%m%y}{SERIAL + number:04}"
        person = [
            name,
            nik,
            "Jakarta",
            born.isoformat(),
            "P" if woman else "L",
            f"Jl. Melati No. {number + 1}",
        ]
        business = [goods.capitalize(), f"{goods.capitalize()} {first}", "sudah"]
        rows.writerow([*person, area.name, area.parent.name, *business])
    return buffer.getvalue().encode()
