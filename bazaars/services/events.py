"""The Sudin prepares a bazaar: days, sites, stalls, quotas, the open call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.text import slugify

from bazaars import errors
from bazaars.enums import PlaceKind, SiteState, StallKind
from bazaars.feasibility import Bounds, Rules, check_rules
from bazaars.models import Bazaar, Quota, Site, Stall
from bazaars.models.bazaar import LONGEST_LABEL
from bazaars.plan import next_places
from bazaars.services import calling
from bazaars.services.versions import ground_of, keeping_version
from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.organisations.models import Organisation
from okoce.regions.models import Region
from participants.models import Sector

PREPARING = (SiteState.DRAFT, SiteState.OPEN)


@dataclass(frozen=True)
class Facts:
    """What a bazaar tells everybody beside its days and hours. ``setup_at`` is aware."""

    setup_at: datetime | None = None
    cleared_by: time | None = None
    funding: str = ""
    rules: str = ""
    contact: str = ""


def locked_site(site_id: int) -> Site:
    """The site with its bazaar, locked: whoever counts stalls or applications holds this first."""
    site: Site = Site.objects.select_for_update(of=("self",)).select_related("bazaar").get(pk=site_id)
    return site


def refuse_when_cancelled(site: Site) -> None:
    if site.state == SiteState.CANCELLED:
        raise errors.SiteIsCancelled


def refuse_when_frozen(site: Site) -> None:
    refuse_when_cancelled(site)
    if site.state not in PREPARING:
        raise errors.SiteIsFrozen


def refuse_when_quotas_need_more(site: Site) -> None:
    """After stalls were taken out of the draw."""
    rules = rules_of(site)
    if rules.pengampu and (problems := check_rules(rules)):
        raise errors.RulesImpossible(problems)


def free_slug(name: str, starts_on: date) -> str:
    base = f"{slugify(name)[:120] or 'bazar'}-{starts_on:%d-%m-%Y}"
    taken = set(Bazaar.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug for n in range(1, len(taken) + 2) if (slug := base if n == 1 else f"{base}-{n}") not in taken
    )


@transaction.atomic
def create_bazaar(
    *,
    name: str,
    starts_on: date,
    ends_on: date,
    opens_at: time,
    closes_at: time,
    city: Region,
    host: Organisation,
    site_name: str,
    kecamatan: Region,
    address: str,
    share_limit: int,
    by: User,
    today: date,
    kind: str = PlaceKind.OTHER,
    also_in: Sequence[Region] = (),
    facts: Facts = Facts(),
    form_key: UUID | None = None,
) -> Site:
    """A bazaar with its first site, and one more site in each kecamatan of ``also_in``.

    Several sites carry the name of their kecamatan. A form sent twice makes one bazaar. Raises DaysInThePast.
    """
    if (made := made_with(form_key)) is not None:
        return made.sites.order_by("pk")[0]
    if starts_on <= today:
        raise errors.DaysInThePast(starts_on)
    bazaar = Bazaar.objects.create(
        **asdict(facts),
        form_key=form_key,
        name=name,
        slug=free_slug(name, starts_on),
        city=city,
        host=host,
        starts_on=starts_on,
        ends_on=ends_on,
        opens_at=opens_at,
        closes_at=closes_at,
        created_by=by,
    )
    record(by, "bazaars.bazaar.created", bazaar)
    return add_sites(
        bazaar=bazaar,
        name=site_name,
        kecamatan=[kecamatan, *also_in],
        address=address,
        share_limit=share_limit,
        kind=kind,
        by=by,
    )[0]


def made_with(form_key: UUID | None) -> Bazaar | None:
    """The bazaar that this very form has made already. Whoever sends it twice at once waits here."""
    if form_key is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"bazaar:{form_key}"])
    made: Bazaar | None = Bazaar.objects.filter(form_key=form_key).first()
    return made


@transaction.atomic
def add_sites(
    *,
    bazaar: Bazaar,
    name: str,
    kecamatan: Sequence[Region],
    address: str,
    share_limit: int,
    kind: str = PlaceKind.OTHER,
    by: User,
) -> list[Site]:
    """More places on the same days; of several, each has its kecamatan in its name. Raises SiteNameTaken."""
    names = [name if len(kecamatan) == 1 else f"{name} {area.name}" for area in kecamatan]
    try:
        with transaction.atomic():
            sites = [
                Site.objects.create(
                    bazaar=bazaar,
                    name=own,
                    kecamatan=area,
                    address=address if len(kecamatan) == 1 else "",
                    share_limit=share_limit,
                    kind=kind,
                )
                for own, area in zip(names, kecamatan, strict=True)
            ]
    except IntegrityError as error:
        raise errors.SiteNameTaken from error
    for site in sites:
        record(by, "bazaars.site.created", site)
    return sites


@transaction.atomic
def change_facts(*, bazaar_id: int, facts: Facts, by: User) -> Bazaar:
    """What the public page says about set-up, funding, rules and contact. The same twice is once."""
    bazaar: Bazaar = Bazaar.objects.select_for_update().get(pk=bazaar_id)
    changed = [name for name, value in asdict(facts).items() if getattr(bazaar, name) != value]
    if changed:
        for name in changed:
            setattr(bazaar, name, getattr(facts, name))
        bazaar.save(update_fields=[*changed, "updated_at"])
        record(by, "bazaars.bazaar.changed", bazaar, fields=changed)
    return bazaar


@transaction.atomic
def change_place(*, site_id: int, name: str, kind: str, address: str, by: User) -> Site:
    """Name, kind and address of a site; the name only while nobody has read it. Raises SiteNameTaken."""
    site = locked_site(site_id)
    new = {"name": name if site.state == SiteState.DRAFT else site.name, "kind": kind, "address": address}
    changed = [field for field, value in new.items() if getattr(site, field) != value]
    if not changed:
        return site
    for field in changed:
        setattr(site, field, new[field])
    try:
        with transaction.atomic():
            site.save(update_fields=[*changed, "updated_at"])
    except IntegrityError as error:
        raise errors.SiteNameTaken from error
    record(by, "bazaars.site.changed", site, fields=changed)
    return site


@transaction.atomic
def add_stalls(
    *,
    site_id: int,
    numbers: Sequence[str],
    per_row: int,
    zone: Organisation | None,
    has_power: bool,
    has_water: bool = False,
    is_shaded: bool = False,
    kind: str = StallKind.VENDOR,
    label: str = "",
    is_partner: bool = False,
    by: User,
) -> list[Stall]:
    """New stalls below those on the plan. Raises StallTaken, OffThePlan, SiteIsFrozen.

    ``is_partner`` is short for the kind; a partner without a label is called after its ``zone``.
    """
    if is_partner:
        kind, label = StallKind.PARTNER, label or (zone.short_name[:LONGEST_LABEL] if zone else "")
    site = locked_site(site_id)
    refuse_when_frozen(site)
    existing = {stall.number: stall for stall in site.stalls.all()}
    if doubles := [number for number in numbers if number in existing]:
        raise errors.StallTaken(doubles)
    first_row = max((stall.last_row for stall in existing.values()), default=0) + 1
    ground = ground_of(site)
    if per_row > ground.columns or first_row + (len(numbers) - 1) // per_row > ground.rows:
        raise errors.OffThePlan(numbers[-1:], rows=ground.rows, columns=ground.columns)
    places = next_places(len(numbers), first_row=first_row, per_row=per_row)
    with keeping_version(site, by):
        stalls = Stall.objects.bulk_create(
            Stall(
                site=site,
                number=number,
                row=row,
                column=column,
                zone=zone,
                kind=kind,
                label="" if kind == StallKind.VENDOR else label,
                has_power=has_power,
                has_water=has_water,
                is_shaded=is_shaded,
            )
            for number, (row, column) in zip(numbers, places, strict=True)
        )
    record(by, "bazaars.stalls.added", site, count=len(stalls))
    return stalls


@transaction.atomic
def remove_stalls(*, site_id: int, stall_ids: Iterable[int], by: User) -> int:
    """Takes stalls off the plan; how many. Raises RulesImpossible when the quotas need them, SiteIsFrozen."""
    site = locked_site(site_id)
    refuse_when_frozen(site)
    with keeping_version(site, by):
        going = site.stalls.filter(pk__in=list(stall_ids))
        alone = site.stalls.filter(tent__in=going.exclude(tent=None).values("tent"))
        alone.update(tent=None, tent_half=None)
        count, _ = going.delete()
        refuse_when_quotas_need_more(site)
    if count:
        record(by, "bazaars.stalls.removed", site, count=count)
    return count


def places_of(site: Site) -> int:
    """How many applicants can be placed: vendors' stalls × share limit."""
    return site.stalls.in_draw().count() * site.share_limit


def rules_of(site: Site) -> Rules:
    """The quotas as the draw reads them. Kinds of goods without a quota have no limit but the places."""
    places = places_of(site)
    pengampu: dict[str, Bounds] = {}
    categories = {code: Bounds(0, places) for code in Sector.objects.values_list("code", flat=True)}
    for quota in site.quotas.all():
        bounds = Bounds(quota.minimum, quota.maximum)
        if quota.pengampu_id is not None:
            pengampu[quota.pengampu_id] = bounds
        elif quota.category_id is not None:
            categories[quota.category_id] = bounds
    return Rules(places, pengampu, categories)


def rules_with(site: Site, pengampu: Mapping[str, Bounds], categories: Mapping[str, Bounds]) -> Rules:
    """The rules as they would be with these quotas, saved or not."""
    places = places_of(site)
    unlimited = {code: Bounds(0, places) for code in Sector.objects.values_list("code", flat=True)}
    return Rules(places, pengampu, {**unlimited, **categories})


@transaction.atomic
def set_quotas(
    *, site_id: int, pengampu: Mapping[str, Bounds], categories: Mapping[str, Bounds], by: User
) -> None:
    """Replaces the quotas. Raises RulesImpossible (nothing is saved), NoQuotas, SiteIsFrozen."""
    site = locked_site(site_id)
    refuse_when_frozen(site)
    if not pengampu:
        raise errors.NoQuotas
    if problems := check_rules(rules_with(site, pengampu, categories)):
        raise errors.RulesImpossible(problems)
    site.quotas.all().delete()
    Quota.objects.bulk_create(
        [
            *(Quota(site=site, pengampu_id=c, minimum=b.min, maximum=b.max) for c, b in pengampu.items()),
            *(Quota(site=site, category_id=c, minimum=b.min, maximum=b.max) for c, b in categories.items()),
        ]
    )
    record(by, "bazaars.quotas.set", site, count=len(pengampu) + len(categories))


@transaction.atomic
def open_applications(
    *, site_id: int, closes_at: datetime, by: User, now: datetime, tells: bool = False
) -> Site:
    """Opens the call, or moves its deadline. Raises NoStalls, NoQuotas, RulesImpossible, SiteIsFrozen.

    ``tells``: everybody who may apply and agreed to messages is told, once for the bazaar.
    """
    site = locked_site(site_id)
    refuse_when_frozen(site)
    rules = rules_of(site)
    if not rules.places:
        raise errors.NoStalls
    if not rules.pengampu:
        raise errors.NoQuotas
    if problems := check_rules(rules):
        raise errors.RulesImpossible(problems)
    if site.applications_open_at is None:
        site.applications_open_at = now
    site.applications_close_at = closes_at
    site.state = SiteState.OPEN
    site.save(update_fields=["applications_open_at", "applications_close_at", "state", "updated_at"])
    record(by, "bazaars.applications.opened", site, closes_at=closes_at.isoformat())
    calling.follow_deadline(site)
    if tells:
        calling.tell(site, by=by, now=now)
    return site
