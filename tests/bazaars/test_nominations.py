"""Agencies nominate vendors whom they foster: only these, only ready ones, and never against their own no."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bazaars import errors
from bazaars.models import Application, Site
from bazaars.services import applying, nominating
from bazaars.services.conditions import Conditions, set_conditions
from okoce.audit.models import AuditEvent
from okoce.notifications.models import Message
from participants.models import FosterLink
from tests.bazaars.test_conditions import as_participant, text_of
from tests.factories.accounts import JAKARTA_BARAT, member
from tests.factories.bazaars import KPKP, PKK, ApplicationFactory, frozen_site, open_site, vendor

pytestmark = pytest.mark.django_db


@pytest.fixture
def kpkp():
    return member("pengampu", None, KPKP)


@pytest.fixture
def agency(client_as, kpkp):
    return client_as(kpkp)


def page_of(site):
    return reverse("bazaars:nominate", args=[site.pk])


def nominate(site, by, *people, now=None):
    return nominating.nominate(
        site_id=site.pk,
        participant_ids=[person.pk for person in people],
        pengampu=KPKP,
        by=by,
        now=now or timezone.now(),
    )


def states(page):
    return {row.number: row.state for row in page.context["rows"]}


def test_the_ticked_vendors_apply_with_the_goods_of_their_profile_and_are_told(agency, kpkp):
    site, first, second = open_site(), vendor(), vendor()
    first.businesses.get().products.create(name="Keripik singkong", price=10_000)

    answer = agency.post(page_of(site), {"orang": [first.number, second.number]}, follow=True)

    assert "2 pedagang diusulkan dan akan diberi tahu." in text_of(answer)
    assert set(states(answer).values()) == {"Sudah mendaftar"}
    rows = Application.objects.filter(site=site).order_by("participant")
    assert list(rows.values_list("participant", "product", "pengampu", "nominated_by", "submitted_by")) == [
        (first.pk, "Keripik singkong", KPKP, KPKP, kpkp.pk),
        (second.pk, "Asinan Betawi", KPKP, KPKP, kpkp.pk),
    ]
    told = Message.objects.filter(kind="stall_nominated").values_list("participant_id", flat=True)
    assert set(told) == {first.pk, second.pk}
    assert AuditEvent.objects.filter(action="bazaars.vendors.nominated").count() == 1


def test_nominating_twice_changes_nothing_more(agency):
    site, person = open_site(), vendor()
    for _ in range(2):
        agency.post(page_of(site), {"orang": [person.number]})

    assert Application.objects.filter(site=site).count() == 1
    assert (
        Message.objects.filter(kind="stall_nominated", participant_id=person.pk)
        .exclude(channel="email")
        .count()
        <= 1
    )
    assert AuditEvent.objects.filter(action="bazaars.vendors.nominated").count() == 1


def test_only_own_people_are_on_the_page_and_the_number_of_another_is_not_taken(agency):
    site, own, foreign = open_site(), vendor(), vendor(PKK)

    page = agency.get(page_of(site))
    agency.post(page_of(site), {"orang": [foreign.number]})

    assert list(states(page)) == [own.number]
    assert foreign.full_name not in text_of(page)
    assert not Application.objects.exists()


def test_an_agency_without_stalls_there_does_not_find_the_page(client_as):
    site = open_site()
    assert client_as(member("pengampu", None, PKK)).get(page_of(site)).status_code == 404


@pytest.mark.parametrize("role", ["sudin", "kecamatan"])
def test_offices_do_not_nominate(client_as, role):
    site = open_site()
    area = JAKARTA_BARAT if role == "sudin" else site.kecamatan_id
    assert client_as(member(role, area)).get(page_of(site)).status_code == 403


def test_whoever_withdrew_is_not_nominated_again_but_may_apply(agency, kpkp):
    site, person = open_site(), vendor()
    [sent] = nominate(site, kpkp, person)
    applying.withdraw(application_id=sent.pk, by=None, now=timezone.now())

    page = agency.post(page_of(site), {"orang": [person.number]}, follow=True)

    assert states(page) == {person.number: "Menarik diri"}
    assert "1 orang dibiarkan seperti semula" in text_of(page)
    assert Application.objects.get().state == "withdrawn"
    applying.apply_for_stall(
        site_id=site.pk, participant_id=person.pk, pengampu=KPKP, category="kuliner",
        product="Asinan", needs_power=False, by=kpkp, now=timezone.now(),
    )  # fmt: skip
    assert Application.objects.get().state == "submitted"


def test_what_stands_in_the_way_is_said_and_the_person_is_left_out(agency, client_as):
    site, person = open_site(), vendor()
    sudin = member("sudin", JAKARTA_BARAT)
    conditions = Conditions(least_activities=2, papers={"kuliner": {"pirt"}})
    set_conditions(bazaar_id=site.bazaar_id, conditions=conditions, by=sudin)

    page = agency.post(page_of(site), {"orang": [person.number]}, follow=True)

    [row] = page.context["rows"]
    assert (row.state, row.may_choose) == ("Belum dapat mendaftar", False)
    assert row.note == "0 dari 2 kegiatan sudah diikuti; Ada izin atau pemeriksaan yang belum dilihat"
    assert row.url == reverse("bazaars:papers", args=[person.number])
    assert not Application.objects.exists()


def test_of_two_people_with_one_business_only_the_first_is_nominated(agency):
    site, first, second = open_site(), vendor(), vendor()
    for person in (first, second):
        person.kk = "3173070101200001"
        person.save()

    agency.post(page_of(site), {"orang": [first.number, second.number]})

    assert Application.objects.get().participant_id == first.pk


def test_rule_47_a_vendor_of_another_place_on_these_days_is_not_nominated(agency):
    site = open_site()
    there = open_site(bazaar=site.bazaar, name="Halaman timur")
    person = ApplicationFactory(site=there).participant

    page = agency.post(page_of(site), {"orang": [person.number]}, follow=True)

    assert page.context["rows"][0].note == "Sudah mendaftar di Halaman timur pada hari yang sama"
    assert Application.objects.filter(site=site).count() == 0


def test_a_second_after_the_deadline_nobody_is_nominated_and_the_page_says_when_it_was(agency, kpkp):
    site, person = open_site(), vendor()
    Site.objects.filter(pk=site.pk).update(applications_close_at=timezone.now() - timedelta(seconds=1))

    page = agency.post(page_of(site), {"orang": [person.number]})

    assert "Pendaftaran ditutup" in text_of(page)
    assert not Application.objects.exists()
    with pytest.raises(errors.DeadlinePassed):
        nominate(site, kpkp, person)


def test_a_frozen_place_takes_no_nominations(agency):
    site, person = frozen_site(3), vendor()
    page = agency.post(page_of(site), {"orang": [person.number]})

    assert page.status_code == 200
    assert not Application.objects.filter(participant=person).exists()


def test_sending_nobody_is_told_at_the_top(agency):
    site = open_site()
    vendor()
    page = agency.post(page_of(site))

    assert page.context["problem"] == "Centang pedagang yang Anda usulkan."
    assert "<title>Salah:" in text_of(page)


def test_the_vendor_reads_who_nominated_and_may_withdraw(client_as, kpkp):
    site, person = open_site(), vendor()
    nominate(site, kpkp, person)

    page = text_of(as_participant(client_as, person).get(reverse("bazaars:result", args=[site.pk])))

    assert "Diusulkan oleh</dt><dd>Sudin KPKP" in page
    assert reverse("bazaars:withdraw", args=[site.pk]) in page


def test_a_name_narrows_the_list(agency):
    site, wanted, _other = open_site(), vendor(full_name="Nurhayati Salim"), vendor(full_name="Budi Santoso")
    assert list(states(agency.get(page_of(site), {"q": "nurhayati"}))) == [wanted.number]
    assert "Tidak ada nama itu" in text_of(agency.get(page_of(site), {"q": "zzz"}))


def test_a_link_that_has_ended_by_the_first_day_does_not_count(agency):
    site, person = open_site(), vendor()
    FosterLink.objects.filter(participant=person).update(valid_until=timezone.localdate() + timedelta(days=5))

    [row] = agency.get(page_of(site)).context["rows"]
    assert (row.may_choose, row.note) == (False, "Tidak dibina instansi Anda pada hari pertama")


def test_people_without_a_business_are_asked_for(agency):
    site, person = open_site(), vendor()
    person.businesses.all().delete()

    assert states(agency.get(page_of(site))) == {}
    [row] = agency.get(page_of(site), {"semua": "1"}).context["rows"]
    assert (row.may_choose, row.note) == (False, "Belum ada usaha dengan dagangan di profil")


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_needs_the_same_queries_for_any_number_of_people(agency, count, django_assert_num_queries):
    site = open_site()
    for _ in range(count):
        vendor()
    agency.get(page_of(site))

    with django_assert_num_queries(QUERIES):
        agency.get(page_of(site))


QUERIES = 19
