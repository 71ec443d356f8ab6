"""What the bazaars of the demonstration tell and ask of vendors; a draft at six kecamatan at once."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from bazaars.feasibility import Bounds
from bazaars.models import Application, Bazaar, Criterion, PaperKind
from bazaars.rules import conflicts_of
from bazaars.services import applying, conditions, copies, curating, events, papers
from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import CITY
from okoce.dashboard.demo.bazaars import CATEGORIES, KPKP, PENGAMPU, PKK, SUDIN
from okoce.dashboard.demo.records import picture
from okoce.organisations.models import Organisation
from okoce.regions.models import Region
from participants.models import Participant
from participants.services import businesses

RULES = """Stan gratis; listrik hanya di zona A.
Harga ditulis dan terlihat dari depan stan.
Bawa meja, taplak, dan tempat sampah sendiri.
Stan yang kosong pukul 09.00 diberikan kepada cadangan."""
DECIDED = {
    True: "Produk rapi, harga jelas, stok cukup untuk dua hari.",
    False: "Kemasan belum berlabel; lengkapi nama, isi, dan tanggal pembuatan.",
}
CONTACT = "Sudin PPKUKM Jakarta Barat, 021-5350555"


def tell_calls(users: dict[str, User], today: date) -> None:
    officer = users["sudin.jakbar"]
    for bazaar in Bazaar.objects.filter(city=CITY):
        events.change_facts(bazaar_id=bazaar.pk, facts=_facts(bazaar.starts_on), by=officer)
        for site in bazaar.sites.all():
            kind = "rusun" if "Rusun" in site.name else "terminal" if "Terminal" in site.name else "city_hall"
            events.change_place(site_id=site.pk, name=site.name, kind=kind, address=site.address, by=officer)
    _six_kecamatan(officer, today)
    _conditions(officer, today)
    _curated(users, today)
    _for_graduates(officer, today)


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


def _conditions(officer: User, today: date) -> None:
    """Food at the open bazaar asks for a test; some who have applied still lack it."""
    bazaar = Bazaar.objects.get(city=CITY, name="Bazar Rusun Tambora")
    conditions.set_conditions(
        bazaar_id=bazaar.pk,
        conditions=conditions.Conditions(papers={"kuliner": {"uji-pangan"}, "minuman": {"uji-pangan"}}),
        by=officer,
    )
    tested = PaperKind.objects.get(pk="uji-pangan")
    applications = Application.objects.filter(site__bazaar=bazaar, category__in=["kuliner", "minuman"])
    for number, application in enumerate(applications.order_by("pk")):
        if number % 6 == 5:
            _sent_from_the_phone(application.participant, tested, officer, is_blurred=number % 12 == 5)
            continue
        conditions.note_paper(
            participant_id=application.participant_id,
            paper=tested,
            is_good=number % 6 != 4,
            valid_until=today + timedelta(days=180) if number % 6 != 4 else None,
            by=officer,
            today=today,
        )


def _sent_from_the_phone(person: Participant, paper: PaperKind, officer: User, *, is_blurred: bool) -> None:
    """One paper waits to be checked; every second was refused and can be sent again."""
    sent = papers.send(
        participant_id=person.pk,
        paper=paper,
        content=picture("#e7e2d6", "#b9b2a0"),
        content_type="image/jpeg",
        by=person.user or officer,
        now=timezone.now(),
    )
    if is_blurred:
        reason = "Fotonya buram, tanggal uji tidak terbaca."
        papers.refuse(uid=sent.uid, reason=reason, by=officer, now=timezone.now())


def _curated(users: dict[str, User], today: date) -> None:
    """A small bazaar whose applications are being judged: some decided, one rejected and answered."""
    officer, now = users["sudin.jakbar"], timezone.now()
    source = Bazaar.objects.get(city=CITY, name="Bazar Rusun Tambora")
    bazaar = copies.copy_bazaar(
        bazaar_id=source.pk,
        name="Bazar Kreasi Kota Tua",
        starts_on=today + timedelta(days=44),
        by=officer,
        today=today,
    )
    conditions.set_conditions(
        bazaar_id=bazaar.pk, conditions=conditions.Conditions(is_curated=True), by=officer
    )
    site = bazaar.sites.get()
    events.change_place(site_id=site.pk, name="Taman Fatahillah", kind="tourist", address="", by=officer)
    events.open_applications(site_id=site.pk, closes_at=now + timedelta(days=30), by=officer, now=now)
    sent = []
    for former in Application.objects.filter(site__bazaar=source, pengampu=KPKP).order_by("pk")[:6]:
        sent.append(
            applying.apply_for_stall(
                site_id=site.pk,
                participant_id=former.participant_id,
                pengampu=former.pengampu_id,
                category=former.category_id,
                product=former.product,
                needs_power=former.needs_power,
                by=officer,
                now=now,
            )
        )
        _show_goods(former.participant, former.product, officer)
    criteria = list(Criterion.objects.values_list("pk", flat=True))
    for number, application in enumerate(sent):
        for person, curator in enumerate((users["kasi.jakbar"], users["pengampu.pkk"], officer)):
            if (number == 4 and person == 2) or conflicts_of(curator, [application], on=today):
                continue
            values = {code: 2 + (number + place + person) % 4 for place, code in enumerate(criteria)}
            curating.score(application_id=application.pk, values=values, by=curator, now=now)
        if number < 3 and curating.standing_of(application)[1] >= curating.LEAST_CURATORS:
            curating.decide(
                application_id=application.pk,
                is_accepted=number > 0,
                reason=DECIDED[number > 0],
                by=officer,
                now=now,
            )
            if number == 0:
                curating.answer(
                    application_id=application.pk, text="Kemasan baru sudah berlabel.", by=officer, now=now
                )


def _for_graduates(officer: User, today: date) -> None:
    """Opened just now for vendors of the PKK who have done all three activities: each of them is told."""
    source, now = Bazaar.objects.get(city=CITY, name="Bazar Kreasi Kota Tua"), timezone.now()
    bazaar = copies.copy_bazaar(
        bazaar_id=source.pk,
        name="Bazar Lulusan Binaan PKK",
        starts_on=today + timedelta(days=51),
        by=officer,
        today=today,
    )
    wanted = conditions.Conditions(least_activities=3)
    conditions.set_conditions(bazaar_id=bazaar.pk, conditions=wanted, by=officer)
    site = bazaar.sites.get()
    events.set_quotas(site_id=site.pk, pengampu={PKK: Bounds(0, 40)}, categories=CATEGORIES, by=officer)
    events.open_applications(
        site_id=site.pk, closes_at=now + timedelta(days=33), by=officer, now=now, tells=True
    )


def _show_goods(person: Participant, product: str, officer: User) -> None:
    """Two products with photos, side by side for the curators."""
    business = person.businesses.open().first()
    if business is None or business.products.exists():
        return
    for name, price, ground, colour in (
        (product, 15_000, "#8c6a4a", "#d9a441"),
        (f"{product}, isi ulang", 12_000, "#4a6b5d", "#c7553f"),
    ):
        businesses.save_product(
            business_id=business.pk,
            product=None,
            fields={"name": name, "price": price, "unit": "kemasan", "description": ""},
            photo=picture(ground, colour),
            drops_photo=False,
            by=officer,
        )
