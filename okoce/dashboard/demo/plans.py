"""A plan drawn as officers draw one: zones around a stage, partners and services by the entrance, tents."""

from __future__ import annotations

from datetime import date, time, timedelta

from bazaars.models import Site
from bazaars.plan import stall_numbers
from bazaars.services import events, plans
from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import CITY
from okoce.dashboard.demo.bazaars import CATEGORIES, KPKP, PENGAMPU, PKK, SUDIN
from okoce.organisations.models import Organisation
from okoce.regions.models import Region

ENTRANCE = "Pintu masuk dari Jalan Raya Kembangan"
KEMBANGAN = "31.73.08"
ZONES = (("A01-A16", SUDIN, 8), ("B01-B08", KPKP, 2), ("C01-C08", PKK, 2))
OUTSIDE = (
    ("D01", "partner", "Food Station"),
    ("D02", "partner", "Dharma Jaya"),
    ("D03", "partner", "Pasar Jaya"),
    ("D04", "partner", "Bulog"),
    ("E01", "service", "Izin"),
    ("E02", "service", "Kemasan"),
    ("E03", "service", "Halal"),
    ("E04", "service", "Bank DKI"),
    ("X01", "reserved", "Panggung"),
)
CORNERS = {"A": (1, 3), "B": (3, 1), "C": (3, 11), "D": (6, 3), "E": (6, 7), "X": (4, 5)}
"""Row and column of the upper left stall of each zone."""


def draw_plan(users: dict[str, User], today: date) -> Site:
    officer, starts_on = users["sudin.jakbar"], today + timedelta(days=51)
    site = events.create_bazaar(
        name="Bazar Kantor Wali Kota Jakarta Barat",
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=1),
        opens_at=time(8),
        closes_at=time(17),
        city=Region.objects.get(pk=CITY),
        host=Organisation.objects.get(pk=SUDIN),
        site_name="Halaman Kantor Wali Kota",
        kecamatan=Region.objects.get(pk=KEMBANGAN),
        address="Jalan Raya Kembangan 2",
        share_limit=1,
        kind="city_hall",
        by=officer,
        today=today,
    )
    agencies = Organisation.objects.in_bulk([SUDIN, KPKP, PKK])
    for numbers, zone, per_row in ZONES:
        events.add_stalls(
            site_id=site.pk, numbers=stall_numbers(numbers), per_row=per_row, zone=agencies[zone],
            has_power=zone == SUDIN, is_shaded=zone == PKK, by=officer,
        )  # fmt: skip
    for number, kind, label in OUTSIDE:
        events.add_stalls(
            site_id=site.pk, numbers=[number], per_row=4, zone=None, has_power=True, kind=kind, label=label,
            by=officer,
        )  # fmt: skip
    _arrange(site, officer)
    events.set_quotas(site_id=site.pk, pengampu=PENGAMPU, categories=CATEGORIES, by=officer)
    return site


def _arrange(site: Site, officer: User) -> None:
    """Zones to their corners, the stage across the middle, water for cooking, tents for two."""
    stalls = {stall.number: stall for stall in site.stalls.all()}
    changes = {}
    for letter, (row, column) in CORNERS.items():
        across = {"A": 8, "B": 2, "C": 2}.get(letter, 4)
        zone = sorted(number for number in stalls if number.startswith(letter))
        for place, number in enumerate(zone):
            changes[stalls[number].pk] = {"row": row + place // across, "column": column + place % across}
    changes[stalls["X01"].pk] |= {"width": 4}
    for number in ("A01", "A08", "B01", "C02"):
        changes[stalls[number].pk] |= {"is_corner": True}
    for number in ("A01", "A02", "A03", "A04", "B01", "B02"):
        changes[stalls[number].pk] |= {"has_water": True}
    plans.change_stalls(site_id=site.pk, changes=changes, by=officer)
    halves = [stalls[number].pk for number in ("A09", "A10", "A11", "A12", "C01", "C02")]
    plans.share_tents(site_id=site.pk, stall_ids=halves, by=officer)
    plans.set_ground(site_id=site.pk, entrance=ENTRANCE, by=officer)
