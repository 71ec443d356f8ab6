"""An empty stall on the day: to the first reserve who is there, once, from 09.00 on, never from who came."""

import threading
from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from bazaars import errors
from bazaars.enums import AllocationState, ArrivedBy, Excuse, ReleaseKind
from bazaars.models import Absence, Allocation, Application, Draw, TurnLedger
from bazaars.services import absences, days, filling, releasing
from bazaars.services.drawing import turns_of
from tests.bazaars.test_pages import text_of
from tests.factories.accounts import JAKARTA_BARAT, member
from tests.factories.bazaars import in_days, site_of_today, stall_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return site_of_today(5)  # three stalls, two reserves


def at(clock=time(9, 30), day=0) -> datetime:
    return timezone.make_aware(datetime.combine(in_days(day), clock))


def reserves(site) -> list[Application]:
    ids = [row["id"] for row in Draw.objects.get(site=site).record["reserve"]]
    return [Application.objects.get(public_id=one) for one in ids]


def here(application, by, now=None):
    days.arrive(application_id=application.pk, how=ArrivedBy.LIST, by=by, now=now or at(time(8)))


def give(allocation, by, now=None):
    return filling.give(stall_id=allocation.stall_id, share=allocation.share, by=by, now=now or at())


def test_an_empty_stall_goes_to_the_first_reserve_who_is_there_and_counts_as_a_turn(site, sudin):
    first, second = reserves(site)
    here(second, sudin)
    empty = stall_of(site)
    given = give(empty, sudin)
    empty.refresh_from_db()

    assert (given.application, given.state, given.replaces_id) == (second, "confirmed", empty.pk)
    assert (empty.state, empty.release_kind, empty.released_by) == ("released", ReleaseKind.ABSENT, sudin)
    assert TurnLedger.objects.filter(participant=second.participant, kind="held").count() == 1
    assert not Allocation.objects.filter(application=first).exists()


def test_rule_47_two_officers_who_press_at_the_same_time_give_it_once(site, sudin):
    for one in reserves(site):
        here(one, sudin)
    give(stall_of(site), sudin)

    with pytest.raises(errors.GivenMeanwhile):
        filling.give(stall_id=stall_of(site).stall_id, share=1, by=sudin, now=at())
    assert Allocation.objects.of_site(site).held().count() == 3


@pytest.mark.django_db(transaction=True)
def test_in_two_threads_one_reserve_gets_the_stall():
    site, officer = site_of_today(5), member("sudin", JAKARTA_BARAT)
    for one in reserves(site):
        here(one, officer)
    empty, found = stall_of(site), []

    def press():
        try:
            found.append(give(empty, officer).pk)
        except errors.GivenMeanwhile:
            found.append(None)
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(pk is None for pk in found) == [False, True]


def test_before_nine_everybody_is_waited_for(site, sudin):
    here(reserves(site)[0], sudin)

    with pytest.raises(errors.TooEarlyForReserves, match=r"09\.00"):
        give(stall_of(site), sudin, now=at(time(8, 59)))


def test_whoever_came_keeps_the_stall_on_the_second_day_too(site, sudin):
    vendor = stall_of(site)
    here(vendor.application, sudin)
    with pytest.raises(errors.GivenMeanwhile):
        give(vendor, sudin)

    here(reserves(site)[0], sudin, now=at(time(8), day=1))
    with pytest.raises(errors.VendorWasThere):
        give(vendor, sudin, now=at(day=1))


def test_given_on_the_second_day_only_that_day_is_asked_for_its_sales(site, sudin):
    here(reserves(site)[0], sudin, now=at(time(8), day=1))
    given = give(stall_of(site), sudin, now=at(day=1))

    assert (given.days.lower, given.last_day) == (in_days(1), in_days(1))
    late = Allocation.objects.late_with_sales(today=in_days(9)).filter(pk=given.pk)
    assert late.get().late_days == timedelta(days=1)


def test_who_did_not_come_has_a_turn_more_until_an_excuse_is_accepted(site, sudin):
    here(reserves(site)[0], sudin)
    absent = stall_of(site)
    give(absent, sudin)
    person, later = absent.participant_id, in_days(60)

    assert turns_of([person], before=later)[person] == 2
    absences.note_absence(allocation_id=absent.pk, excuse=Excuse.EMERGENCY, by=sudin, now=at())
    assert turns_of([person], before=later)[person] == 0


def test_who_comes_after_an_absence_was_noted_has_come(site, sudin):
    vendor = stall_of(site)
    absences.note_absence(allocation_id=vendor.pk, excuse=Excuse.NONE, by=sudin, now=at())
    here(vendor.application, sudin)

    assert Absence.objects.get().excuse == Excuse.CAME
    with pytest.raises(errors.WasThere):
        absences.note_absence(allocation_id=vendor.pk, excuse=Excuse.NONE, by=sudin, now=at())


def test_nobody_there_leaves_the_stall_with_its_vendor(site, sudin):
    with pytest.raises(errors.NobodyFits):
        give(stall_of(site), sudin)
    assert stall_of(site).state != AllocationState.RELEASED


def test_a_stall_that_nobody_holds_is_given_too(site, sudin):
    here(reserves(site)[0], sudin)
    gone = stall_of(site)
    releasing.release(gone, ReleaseKind.DECLINED, by=None, now=at(time(7)))
    given = filling.give(stall_id=gone.stall_id, share=1, by=sudin, now=at())

    assert (given.stall, given.replaces) == (gone.stall, gone)


def test_a_partner_stall_is_never_given(site, sudin):
    here(reserves(site)[0], sudin)
    partner = site.stalls.create(number="P01", row=9, column=1, kind="partner")

    with pytest.raises(errors.GivenMeanwhile):
        filling.give(stall_id=partner.pk, share=1, by=sudin, now=at())


def test_who_comes_without_having_confirmed_has_confirmed(site, sudin):
    vendor = stall_of(site)
    assert vendor.state == AllocationState.ALLOCATED
    here(vendor.application, sudin)

    assert stall_of(site).state == AllocationState.CONFIRMED


def test_the_page_gives_it_and_says_to_whom(client_as, site, sudin, monkeypatch):
    monkeypatch.setattr("bazaars.arrivals.empty_from", lambda opens_at: time(0))
    monkeypatch.setattr("bazaars.services.filling.empty_from", lambda opens_at: time(0))
    first = reserves(site)[0]
    here(first, sudin)
    client, empty = client_as(sudin), stall_of(site).stall
    page = client.get(reverse("bazaars:day", args=[site.pk]))
    address = reverse("bazaars:give_empty_stall", args=[site.pk, empty.number, 1])
    assert address in page.content.decode()

    answer = client.post(address, follow=True)
    assert f"Stan {empty.number} diberikan kepada {first.participant.full_name}" in text_of(answer)
    assert "tidak kosong lagi" in text_of(client.post(address, follow=True))
