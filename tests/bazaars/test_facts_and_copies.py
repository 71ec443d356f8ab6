"""What a bazaar tells, several places in one form, and a bazaar twice a month without work done twice."""

import threading
from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from bazaars import errors
from bazaars.enums import SiteState
from bazaars.feasibility import Bounds
from bazaars.models import Bazaar, Site
from bazaars.services import copies, events
from okoce.audit.models import AuditEvent
from okoce.organisations.models import Organisation
from okoce.regions.models import Region
from tests.factories.accounts import JAKARTA_PUSAT, member
from tests.factories.bazaars import (
    KPKP,
    PPKUKM,
    ApplicationFactory,
    BazaarFactory,
    SiteFactory,
    in_days,
    open_site,
)
from tests.pages import text_of

pytestmark = pytest.mark.django_db

SIX = [f"31.73.0{n}" for n in range(1, 7)]
FORM = {
    "name": "Bazar Enam Kecamatan",
    "starts_on": in_days(30).isoformat(),
    "ends_on": in_days(31).isoformat(),
    "opens_at": "08.00",
    "closes_at": "16:00",
    "site_name": "Halaman Kantor Kecamatan",
    "kind": "kecamatan",
    "kecamatan": SIX,
    "address": "",
    "share_limit": "1",
}


def url(name, thing):
    return reverse(f"bazaars:{name}", args=[thing.slug if isinstance(thing, Bazaar) else thing.pk])


# --- several places at once -----------------------------------------------------------------------


def test_six_kecamatan_on_the_same_days_are_one_form(officer):
    officer.post(reverse("bazaars:create"), FORM)

    bazaar = Bazaar.objects.get()
    names = dict(Region.objects.filter(pk__in=SIX).values_list("pk", "name"))
    assert sorted(bazaar.sites.values_list("kecamatan_id", "name", "kind")) == [
        (code, f"Halaman Kantor Kecamatan {names[code]}", "kecamatan") for code in SIX
    ]


def test_the_same_form_sent_twice_makes_one_bazaar(officer):
    page = officer.get(reverse("bazaars:create"))
    key = page.context["form"]["form_key"].value()
    first = officer.post(reverse("bazaars:create"), FORM | {"form_key": str(key)})

    again = officer.post(reverse("bazaars:create"), FORM | {"form_key": str(key)})

    assert again.url == first.url
    assert Bazaar.objects.count() == 1


def test_two_forms_make_two_bazaars(officer):
    for _ in range(2):
        key = officer.get(reverse("bazaars:create")).context["form"]["form_key"].value()
        officer.post(reverse("bazaars:create"), FORM | {"form_key": str(key)})

    assert Bazaar.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_at_the_same_moment_makes_one_bazaar(sudin):
    source, key, made = open_site().bazaar, uuid4(), []

    def press() -> None:
        try:
            made.append(
                copies.copy_bazaar(
                    bazaar_id=source.pk,
                    name="Lagi",
                    starts_on=in_days(50),
                    by=sudin,
                    today=in_days(0),
                    form_key=key,
                ).pk
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 3
    assert set(made) == set(Bazaar.objects.exclude(pk=source.pk).values_list("pk", flat=True))
    assert len(set(made)) == 1


def test_one_address_for_several_places_is_asked_about_and_what_was_typed_stays(officer):
    page = officer.post(reverse("bazaars:create"), FORM | {"address": "Jalan Raya 1"})

    assert list(page.context["form"].errors) == ["address"]
    assert page.context["form"]["kecamatan"].value() == SIX


def test_a_place_whose_name_is_taken_adds_none_of_the_others(sudin):
    site = SiteFactory(name="Halaman Cengkareng")
    areas = list(Region.objects.filter(pk__in=["31.73.01", "31.73.02"]).order_by("pk"))
    site.name = f"Halaman {areas[1].name}"
    site.save()

    with pytest.raises(errors.SiteNameTaken):
        events.add_sites(
            bazaar=site.bazaar, name="Halaman", kecamatan=areas, address="", share_limit=1, by=sudin
        )

    assert list(site.bazaar.sites.all()) == [site]


# --- facts ----------------------------------------------------------------------------------------


def facts_data(**changes):
    return {
        "setup_on": in_days(29).isoformat(),
        "setup_from": "15.00",
        "cleared_by": "18.00",
        "funding": "did",
        "rules": "Bawa meja sendiri\nHarga terlihat",
        "contact": "Sudin PPKUKM, 021-5350555",
    } | changes


def test_set_up_funding_rules_and_contact_stand_on_the_public_page(officer, client):
    site = open_site()
    officer.post(url("facts", site.bazaar), facts_data())

    page = text_of(client.get(site.bazaar.get_absolute_url()))

    for words in ("15.00 WIB", "18.00 WIB", "Dana Insentif Daerah (DID)", "Bawa meja sendiri<br>", "5350555"):
        assert words in page


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (lambda: {"setup_on": in_days(30).isoformat(), "setup_from": "08:00"}, "setup_from"),
        (lambda: {"setup_on": in_days(20).isoformat()}, "setup_on"),
        (lambda: {"setup_from": ""}, "setup_from"),
        (lambda: {"cleared_by": "17.00"}, "cleared_by"),
        (lambda: {"funding": "kas"}, "funding"),
        (lambda: {"contact": "x" * 121}, "contact"),
    ],
    ids=["too late that day", "too early", "without an hour", "cleared too early", "unknown money", "long"],
)
def test_facts_that_cannot_be_are_refused_at_the_field_and_nothing_is_saved(officer, changes, field):
    bazaar = BazaarFactory()
    page = officer.post(url("facts", bazaar), facts_data(**changes()))

    assert list(page.context["form"].errors) == [field]
    bazaar.refresh_from_db()
    assert (bazaar.setup_at, bazaar.rules) == (None, "")


def test_saving_the_same_facts_twice_is_recorded_once(sudin):
    bazaar = BazaarFactory()
    facts = events.Facts(rules="Bawa meja sendiri")
    for _ in range(2):
        events.change_facts(bazaar_id=bazaar.pk, facts=facts, by=sudin)

    assert AuditEvent.objects.filter(action="bazaars.bazaar.changed").count() == 1


def test_a_place_that_must_be_empty_before_it_closes_cannot_be_stored():
    bazaar = BazaarFactory()
    with pytest.raises(IntegrityError, match="bazaars_bazaar_cleared_after_closing"), transaction.atomic():
        Bazaar.objects.filter(pk=bazaar.pk).update(cleared_by=time(17))


def test_the_name_of_a_place_stays_once_the_call_was_public_but_its_address_may_be_mended(officer):
    site = open_site()
    before = site.name
    officer.post(url("place", site), {"name": "Lain", "kind": "rusun", "address": "Jalan Tambora 3"})

    site.refresh_from_db()
    assert (site.name, site.kind, site.address) == (before, "rusun", "Jalan Tambora 3")


def test_a_place_cannot_take_the_name_of_another_one(officer):
    site = SiteFactory()
    other = SiteFactory(bazaar=site.bazaar)

    page = officer.post(url("place", site), {"name": other.name, "kind": "rusun", "address": ""})

    assert list(page.context["form"].errors) == ["name"]


# --- the same plan for other places ---------------------------------------------------------------


def test_the_plan_of_one_place_is_given_to_the_places_without_one(officer):
    site = open_site(stalls=4, pengampu={KPKP: Bounds(1, 3), PPKUKM: Bounds(0, 4)})
    empty = SiteFactory(bazaar=site.bazaar)
    own = SiteFactory(bazaar=site.bazaar)
    own.stalls.create(number="Z01", row=1, column=1)

    officer.post(url("give_plan", site))
    officer.post(url("give_plan", site))

    def plan(place):
        return list(place.stalls.values_list("number", "row", "column", "zone_id"))

    assert plan(empty) == plan(site)
    assert set(empty.quotas.values_list("pengampu_id", "minimum", "maximum")) == {
        (KPKP, 1, 3),
        (PPKUKM, 0, 4),
    }
    assert [number for number, *_ in plan(own)] == ["Z01"]


def test_the_page_of_stalls_offers_its_plan_only_while_a_place_lacks_one(officer):
    site = open_site()
    assert "Pakai stan dan kuota ini di sana juga" not in text_of(officer.get(url("stalls", site)))
    SiteFactory(bazaar=site.bazaar)

    assert "Pakai stan dan kuota ini di sana juga" in text_of(officer.get(url("stalls", site)))


# --- a whole bazaar again -------------------------------------------------------------------------


def test_a_copy_carries_places_stalls_quotas_and_facts_to_other_days_and_nobody_s_application(officer, sudin):
    site = open_site(stalls=5, pengampu={KPKP: Bounds(2, 4)}, share_limit=2, kind="rusun", address="Blok A")
    bazaar = site.bazaar
    Site.objects.filter(pk=SiteFactory(bazaar=bazaar).pk).update(
        state=SiteState.CANCELLED, cancelled_at=timezone.now(), cancel_reason="Hujan"
    )
    setup = timezone.make_aware(datetime.combine(bazaar.starts_on, time(6)))
    events.change_facts(
        bazaar_id=bazaar.pk, facts=events.Facts(setup_at=setup, rules="Bawa meja", funding="did"), by=sudin
    )
    ApplicationFactory(site=site)

    officer.post(url("copy", bazaar), {"name": "Bazar kedua", "starts_on": in_days(45).isoformat()})

    copy = Bazaar.objects.get(copied_from=bazaar)
    again = copy.sites.get()
    assert (copy.starts_on, copy.ends_on, copy.rules, copy.funding) == (
        in_days(45),
        in_days(46),
        "Bawa meja",
        "did",
    )
    assert copy.setup_at == setup + timedelta(days=15)
    assert (again.name, again.kind, again.address, again.share_limit, again.state) == (
        site.name,
        "rusun",
        "Blok A",
        2,
        SiteState.DRAFT,
    )
    assert (again.stalls.count(), again.applications.count()) == (5, 0)
    assert list(again.quotas.values_list("pengampu_id", "minimum", "maximum")) == [(KPKP, 2, 4)]


def test_a_copy_to_a_day_that_is_over_says_so_at_the_field(officer):
    bazaar = open_site().bazaar
    page = officer.post(url("copy", bazaar), {"name": "Lagi", "starts_on": in_days(-1).isoformat()})

    assert list(page.context["form"].errors) == ["starts_on"]
    assert Bazaar.objects.count() == 1


def test_a_copied_bazaar_can_be_opened_at_once(sudin):
    source = open_site().bazaar
    copy = copies.copy_bazaar(
        bazaar_id=source.pk, name="Lagi", starts_on=in_days(60), by=sudin, today=in_days(0)
    )
    now = timezone.now()

    site = events.open_applications(
        site_id=copy.sites.get().pk, closes_at=now + timedelta(days=9), by=sudin, now=now
    )

    assert site.state == SiteState.OPEN


# --- who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["facts", "copy", "place", "give_plan"])
def test_the_bazaar_of_another_city_is_not_there(client_as, name):
    site = open_site()
    other = client_as(member("sudin", JAKARTA_PUSAT))
    thing = site.bazaar if name in ("facts", "copy") else site

    assert other.post(url(name, thing)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_copy_page_needs_the_same_queries_for_any_number_of_places(
    officer, count, django_assert_num_queries
):
    bazaar = BazaarFactory()
    for _ in range(count):
        SiteFactory(bazaar=bazaar)
    officer.get(url("copy", bazaar))

    with django_assert_num_queries(6):
        officer.get(url("copy", bazaar))


def test_hosts_of_a_copy_stay_the_same(sudin):
    source = open_site().bazaar
    copy = copies.copy_bazaar(
        bazaar_id=source.pk, name="Lagi", starts_on=in_days(60), by=sudin, today=in_days(0)
    )

    assert copy.host == Organisation.objects.get(pk=PPKUKM)
