"""Confirming, giving back and cancelling on the pages: the vendor's, the office's, everybody's."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bazaars import links
from bazaars.enums import AllocationState, SiteState
from bazaars.forms import TakeBackForm
from bazaars.messages import PLACE_CANCELLED
from bazaars.models import Allocation, Site
from bazaars.services import drawing, releasing
from okoce.notifications.models import Message
from tests.bazaars.test_after_the_draw import held_by, offered, reserve
from tests.bazaars.test_pages import as_participant, text_of
from tests.factories.accounts import JAKARTA_PUSAT, member
from tests.factories.bazaars import ApplicationFactory, SiteFactory, drawn_site, frozen_site, open_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn():
    return drawn_site(5)


def url(name, site):
    return reverse(f"bazaars:{name}", args=[site.pk])


# --- the vendor -----------------------------------------------------------------------------------


def test_a_vendor_confirms_on_the_own_page(client_as, drawn):
    allocation = held_by(drawn, 0)
    vendor = as_participant(client_as, allocation.participant)
    assert "Saya datang berjualan" in text_of(vendor.get(url("result", drawn)))

    for _tab in range(2):
        answer = vendor.post(url("answer", drawn), {"jawaban": "hadir"})
        assert answer.url == url("result", drawn)

    allocation.refresh_from_db()
    assert allocation.state == AllocationState.CONFIRMED
    assert "Anda sudah mengonfirmasi." in text_of(vendor.get(url("result", drawn)))


def test_a_vendor_confirms_by_the_address_without_signing_in(drawn):
    allocation = held_by(drawn, 0)
    address, anybody = links.path_of(allocation), Client()
    page = anybody.get(address)

    assert allocation.participant.full_name not in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    allocation.refresh_from_db()
    assert allocation.state == AllocationState.ALLOCATED

    anybody.post(address, {"jawaban": "hadir"})

    allocation.refresh_from_db()
    assert allocation.state == AllocationState.CONFIRMED


def test_an_address_of_another_stall_or_an_invented_one_is_unknown(drawn):
    address = links.path_of(held_by(drawn, 0))
    name = links.path_of(held_by(drawn, 1)).split("/")[-2].partition("-")[0]
    mixed = f"{name}-{address.split('/')[-2].partition('-')[2]}"

    for token in (mixed, "a", "a-b", "zzzzzzzzzzzzzz-a", "1-" + "b" * 24):
        assert Client().get(reverse("bazaars:answer_link", args=[token])).status_code == 404


def test_a_vendor_gives_the_stall_back_by_the_address_and_reads_what_follows(drawn):
    anybody, address = Client(), links.path_of(held_by(drawn, 0))
    page = anybody.post(address, {"jawaban": "kembalikan"}, follow=True)

    assert offered(drawn) == [reserve(drawn, 0)]
    assert "Giliran Anda tidak berkurang" in text_of(page)
    assert "Saya datang berjualan" not in text_of(page)


def test_who_confirms_too_late_reads_why_on_the_page(client_as, drawn):
    allocation = held_by(drawn, 0)
    Allocation.objects.of_site(drawn).update(answer_by=timezone.now() - timedelta(minutes=1))
    vendor = as_participant(client_as, allocation.participant)

    page = vendor.post(url("answer", drawn), {"jawaban": "hadir"}, follow=True)

    assert "stan ditawarkan kepada cadangan berikutnya" in text_of(page)
    allocation.refresh_from_db()
    assert allocation.state == AllocationState.RELEASED


def test_a_reserve_reads_the_offer_with_its_deadline(client_as, drawn):
    releasing.give_back(allocation_id=held_by(drawn, 0).pk, by=None, now=timezone.now())
    offer = Allocation.objects.get(state=AllocationState.OFFERED)

    page = text_of(as_participant(client_as, offer.participant).get(url("result", drawn)))

    assert f"Stan untuk Anda: {offer.stall.number}" in page
    assert "Nomor 1 di daftar cadangan" in page


def test_an_answer_for_a_site_where_one_never_applied_is_unknown(client_as, drawn):
    stranger = ApplicationFactory(site=open_site()).participant

    assert as_participant(client_as, stranger).post(url("answer", drawn)).status_code == 404


# --- the office -----------------------------------------------------------------------------------


def test_the_office_sees_who_has_confirmed_and_until_when_the_others_may(officer, drawn):
    Client().post(links.path_of(held_by(drawn, 0)), {"jawaban": "hadir"})

    view = officer.get(url("confirmations", drawn)).context["view"]

    assert (view.confirmed_count, view.waiting_count, view.late_count, view.empty_count) == (1, 2, 0, 0)
    assert [row.state for row in view.lines] == ["Belum dikonfirmasi", "Belum dikonfirmasi", "Akan hadir"]


@pytest.mark.parametrize("applicants", [1, 3])
def test_the_page_of_confirmations_needs_the_same_queries_for_one_and_for_three(
    client_as, sudin, django_assert_num_queries, applicants
):
    site, officer = drawn_site(applicants), client_as(sudin)
    officer.get(url("confirmations", site))
    with django_assert_num_queries(11):
        officer.get(url("confirmations", site))


def test_a_stall_is_taken_back_with_a_reason_and_the_page_says_who_is_asked(officer, drawn):
    taken = held_by(drawn, 0)
    address = reverse("bazaars:take_back", args=[taken.pk])
    assert "Ambil kembali stan" in text_of(officer.get(address))

    page = text_of(officer.post(address, {"reason": "Izin edar habis"}, follow=True))

    offer = Allocation.objects.get(state=AllocationState.OFFERED)
    assert f"kini ditawarkan kepada {offer.participant.full_name}" in page
    assert "Izin edar habis" in page
    everybody = text_of(Client().get(url("public_draw", drawn)))
    assert "Izin edar habis" in everybody
    assert offer.participant.full_name not in everybody


@pytest.mark.parametrize("reason", ["", "  ", "NIK 3173011202900001", "telepon 0812 3456 7890"])
def test_a_reason_that_says_nothing_or_holds_a_number_is_refused(officer, drawn, reason):
    page = officer.post(reverse("bazaars:take_back", args=[held_by(drawn, 0).pk]), {"reason": reason})

    assert page.context["form"].errors["reason"]
    assert Allocation.objects.of_site(drawn).held().count() == 3


def test_a_reason_with_the_vendors_name_is_refused_and_kept_in_the_form(officer, drawn):
    taken = held_by(drawn, 0)
    reason = f"{taken.participant.full_name} sakit"

    page = officer.post(reverse("bazaars:take_back", args=[taken.pk]), {"reason": reason})

    (told,) = page.context["form"].errors["reason"]
    assert "bagian dari nama pedagang" in told
    assert reason in page.content.decode()


def test_a_name_is_only_found_as_a_whole_word():
    assert not TakeBackForm({"reason": "Ibu Intan sakit"}, names=["Intan Sari"]).is_valid()
    assert TakeBackForm({"reason": "Ada rintangan di jalan"}, names=["Intan Sari"]).is_valid()


def test_another_city_cannot_take_a_stall_back(client_as, drawn):
    other = client_as(member("sudin", JAKARTA_PUSAT))

    for method in (other.get, other.post):
        assert method(reverse("bazaars:take_back", args=[held_by(drawn, 0).pk])).status_code == 404


def test_the_deadline_is_set_on_its_page_and_not_after_the_draw(officer, drawn):
    site = open_site()
    day = site.bazaar.starts_on - timedelta(days=5)
    officer.post(url("deadline", site), {"confirm_on": day.isoformat(), "confirm_time": "18:30"})
    site.refresh_from_db()
    assert timezone.localtime(site.confirm_by).strftime("%H.%M") == "18.30"

    page = officer.post(
        url("deadline", site), {"confirm_on": site.bazaar.ends_on.isoformat(), "confirm_time": "18:30"}
    )
    assert "Bazar dibuka pada" in page.context["form"].errors["confirm_on"][0]
    assert officer.get(url("deadline", drawn)).url == drawn.get_absolute_url()


# --- cancelling -----------------------------------------------------------------------------------


def test_a_place_is_cancelled_the_evening_before_and_everybody_is_told_once(officer, drawn):
    answer = officer.get(url("cancel_site", drawn))
    assert "Batalkan dan beri tahu 5 orang" in text_of(answer)

    for _tab in range(2):
        officer.post(url("cancel_site", drawn), {"reason": "Hujan lebat"})

    told = Message.objects.filter(kind=PLACE_CANCELLED)
    people = drawn.applications.values_list("participant_id", flat=True)
    assert sorted(told.values_list("participant_id", flat=True)) == sorted(people)
    site = Site.objects.get(pk=drawn.pk)
    assert (site.state, site.cancel_reason) == (SiteState.CANCELLED, "Hujan lebat")
    assert not Allocation.objects.of_site(drawn).held().exists()
    after = drawn.bazaar.starts_on + timedelta(days=9)
    assert drawing.turns_of(list(people), before=after) == {}
    for name in ("public_draw", "site"):
        assert "Hujan lebat" in text_of(officer.get(url(name, drawn)))


def test_a_whole_bazaar_is_cancelled_with_its_drafts_which_were_never_announced(officer, drawn):
    draft = SiteFactory(bazaar=drawn.bazaar, name="Rahasia")
    address = reverse("bazaars:cancel_bazaar", args=[drawn.bazaar.slug])
    assert "2 tempat" in text_of(officer.get(address))

    officer.post(address, {"reason": "Banjir"})

    assert set(drawn.bazaar.sites.values_list("state", flat=True)) == {SiteState.CANCELLED}
    everybody = text_of(Client().get(drawn.bazaar.get_absolute_url()))
    assert "Banjir" in everybody
    assert draft.name not in everybody


def test_a_vendor_of_a_cancelled_place_reads_so_on_the_own_page(client_as, officer, drawn):
    officer.post(url("cancel_site", drawn), {"reason": "Hujan lebat"})

    page = text_of(as_participant(client_as, held_by(drawn, 0).participant).get(url("result", drawn)))

    assert "Tempat ini dibatalkan" in page
    assert "Saya datang berjualan" not in page


def test_a_quota_changed_after_freezing_is_refused_in_words_and_the_list_stays(officer):
    site = frozen_site(4)
    before = list(site.quotas.values_list("pengampu_id", "minimum", "maximum"))
    page = officer.get(url("quotas", site), follow=True)

    answer = officer.post(
        url("quotas", site),
        {f"pengampu-{code}-max": "1" for code, _low, _high in before if code},
        follow=True,
    )

    assert "dibekukan" in text_of(answer) or "dibekukan" in text_of(page)
    assert list(site.quotas.values_list("pengampu_id", "minimum", "maximum")) == before
