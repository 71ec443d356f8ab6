from datetime import date, datetime, time, timedelta

import factory
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from factory.django import DjangoModelFactory

from bazaars.enums import CameBy, SiteState
from bazaars.feasibility import Bounds
from bazaars.models import Allocation, Application, Bazaar, Site
from bazaars.services import drawing, events, sales
from okoce.organisations.models import Organisation
from participants.models import Business, FosterLink, Participant
from tests.factories.accounts import JAKARTA_BARAT, member
from tests.factories.participants import ParticipantFactory

KPKP, PPKUKM, PKK = "kpkp-31-73", "ppkukm-31-73", "pkk-31-73"
SECRET = "lima ribu tujuh ratus"


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


class BazaarFactory(DjangoModelFactory):
    """A bazaar of Jakarta Barat in 30 days, for two days."""

    class Meta:
        model = Bazaar

    name = "Bazar Kantor Wali Kota"
    slug = factory.Sequence(lambda n: f"bazar-kantor-wali-kota-{n}")
    city_id = JAKARTA_BARAT
    host_id = PPKUKM
    starts_on = factory.LazyFunction(lambda: in_days(30))
    ends_on = factory.LazyAttribute(lambda b: b.starts_on + timedelta(days=1))
    opens_at = time(8)
    closes_at = time(17)


class SiteFactory(DjangoModelFactory):
    class Meta:
        model = Site

    bazaar = factory.SubFactory(BazaarFactory)
    name = factory.Sequence(lambda n: f"Halaman {n}")
    kecamatan_id = "31.73.08"


def open_site(
    *, stalls: int = 3, pengampu=None, categories=None, closes_in=timedelta(days=5), **fields
) -> Site:
    """A site open since yesterday: stalls A01…, KPKP and PPKUKM unless others are given."""
    site = SiteFactory(**fields)
    sudin = member("sudin", JAKARTA_BARAT)
    numbers = [f"A{n:02}" for n in range(1, stalls + 1)]
    events.add_stalls(
        site_id=site.pk, numbers=numbers, per_row=8, zone=None, has_power=False, is_partner=False, by=sudin
    )
    bounds = pengampu or {KPKP: Bounds(0, stalls), PPKUKM: Bounds(0, stalls)}
    events.set_quotas(site_id=site.pk, pengampu=bounds, categories=categories or {}, by=sudin)
    now = timezone.now()
    return events.open_applications(
        site_id=site.pk, closes_at=now + closes_in, by=sudin, now=now - timedelta(days=1)
    )


def vendor(pengampu: str = KPKP, sector: str = "kuliner", **fields):
    """A participant with a business, fostered by an agency."""
    participant = ParticipantFactory(**fields)
    Business.objects.create(participant=participant, name="Asinan Betawi", sector_id=sector, is_running=True)
    FosterLink.objects.create(participant=participant, organisation_id=pengampu)
    return participant


def vendors(count: int, pengampu: str, sector: str = "kuliner", **fields) -> list[Participant]:
    """Many of them, with their businesses and links in two statements."""
    people = [ParticipantFactory(**fields) for _ in range(count)]
    Business.objects.bulk_create(
        Business(participant=person, name="Asinan Betawi", sector_id=sector, is_running=True)
        for person in people
    )
    FosterLink.objects.bulk_create(
        FosterLink(participant=person, organisation_id=pengampu) for person in people
    )
    return people


class ApplicationFactory(DjangoModelFactory):
    """Sent by somebody who meets the conditions."""

    class Meta:
        model = Application

    site = factory.LazyFunction(open_site)
    participant = factory.LazyAttribute(lambda a: vendor(a.pengampu_id, a.category_id))
    pengampu_id = KPKP
    category_id = "kuliner"
    product = "Asinan Betawi"
    submitted_at = factory.LazyFunction(timezone.now)


class AllocationFactory(DjangoModelFactory):
    """The first stall of the site, given by hand: for what does not need a whole draw."""

    class Meta:
        model = Allocation

    application = factory.SubFactory(ApplicationFactory)
    participant = factory.LazyAttribute(lambda a: a.application.participant)
    stall = factory.LazyAttribute(lambda a: a.application.site.stalls.first())
    days = factory.LazyAttribute(lambda a: _days(a.application.site.bazaar))
    decided_at = factory.LazyFunction(timezone.now)


def _days(bazaar: Bazaar) -> tuple[date, date]:
    return (bazaar.starts_on, bazaar.ends_on + timedelta(days=1))


def after_deadline(site: Site) -> datetime:
    return site.applications_close_at + timedelta(minutes=1)


def frozen_site(applications: int = 5, *, secret: str = SECRET, **fields) -> Site:
    """Closed and frozen with one commitment, of the Sudin."""
    site = fields.pop("site", None) or open_site(**fields)
    for _ in range(applications):
        ApplicationFactory(site=site)
    sudin = member("sudin", JAKARTA_BARAT)
    drawing.commit_seed(
        site_id=site.pk,
        organisation=Organisation.objects.get(pk=PPKUKM),
        commitment=drawing.rules_of_the_draw.sha256(secret),
        by=sudin,
        now=timezone.now(),
    )
    drawing.freeze_list(site_id=site.pk, by=sudin, now=after_deadline(site))
    return Site.objects.get(pk=site.pk)


def drawn_site(applications: int = 5, **fields) -> Site:
    site = frozen_site(applications, **fields)
    sudin = member("sudin", JAKARTA_BARAT)
    now = after_deadline(site)
    drawing.reveal_seed(part_id=site.seed_parts.get().pk, secret=SECRET, by=sudin, now=now)
    drawing.run_draw(site_id=site.pk, by=sudin, now=now)
    site = Site.objects.get(pk=site.pk)
    assert site.state == SiteState.DRAWN
    return site


def held_site(applications: int = 2, *, begins_in: int = -10, **fields) -> Site:
    """A drawn site whose bazaar of two days began ``begins_in`` days from today."""
    site = drawn_site(applications, **fields)
    first = in_days(begins_in)
    Bazaar.objects.filter(pk=site.bazaar_id).update(starts_on=first, ends_on=first + timedelta(days=1))
    rows = Allocation.objects.filter(application__site=site)
    rows.update(days=DateRange(first, first + timedelta(days=2)))
    return Site.objects.select_related("bazaar").get(pk=site.pk)


def stall_of(site: Site, position: int = 0) -> Allocation:
    return Allocation.objects.filter(application__site=site).order_by("pk")[position]


def sold(allocation: Allocation, day: date, amount: int = 500_000, **fields):
    """A report of the office for one day."""
    values = {"by": member("sudin", JAKARTA_BARAT), "came_by": CameBy.OFFICE, "now": timezone.now()} | fields
    return sales.report_sales(
        allocation_id=allocation.pk, day=day, sold=sales.Sold(amount=amount), sure_of=amount, **values
    )


def site_of_today(applications: int = 3, **fields) -> Site:
    """A drawn site whose bazaar of two days begins today and is open the whole day."""
    site = held_site(applications, begins_in=0, **fields)
    Bazaar.objects.filter(pk=site.bazaar_id).update(opens_at=time(0, 1), closes_at=time(23, 59))
    return Site.objects.select_related("bazaar").get(pk=site.pk)
