"""Two vendors exchange their stalls: both agree, the rules of the plan hold, and nothing happens twice."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bazaars import errors
from bazaars.after import events_of, published_record
from bazaars.enums import ExchangeState
from bazaars.feasibility import Bounds
from bazaars.messages import EXCHANGE_ANSWERED, EXCHANGE_ASKED
from bazaars.models import Allocation, Exchange, Site, Stall
from bazaars.services import confirming, drawing, exchanging, placing, releasing
from okoce.notifications.models import Message
from tests.bazaars.test_after_the_draw import all_at_once, held_by
from tests.bazaars.test_pages import as_participant, text_of
from tests.factories.bazaars import KPKP, PPKUKM, ApplicationFactory, drawn_site, open_site

pytestmark = pytest.mark.django_db


def confirmed_site() -> Site:
    """Three stalls, five applicants; all three vendors have confirmed."""
    site = drawn_site(5)
    for allocation in Allocation.objects.of_site(site):
        confirming.confirm(allocation_id=allocation.pk, by=None, now=timezone.now())
    return site


def ask(mine: Allocation, theirs: Allocation, by) -> Exchange:
    return exchanging.ask(
        allocation_id=mine.pk, number=theirs.stall.number, share=theirs.share, by=by, now=timezone.now()
    )


def numbers(*allocations: Allocation) -> list[str]:
    return [Allocation.objects.select_related("stall").get(pk=a.pk).stall.number for a in allocations]


def test_two_who_agree_exchange_their_stalls_and_no_turn_changes(sudin):
    site = confirmed_site()
    mine, theirs = held_by(site, 0), held_by(site, 1)
    before, people = numbers(mine, theirs), [mine.participant_id, theirs.participant_id]
    after = site.bazaar.starts_on + timedelta(days=9)
    turns = drawing.turns_of(people, before=after)

    exchange = ask(mine, theirs, sudin)
    assert numbers(mine, theirs) == before
    for _tab in range(2):
        exchanging.agree(exchange_id=exchange.pk, by=sudin, now=timezone.now())

    assert numbers(mine, theirs) == before[::-1]
    assert drawing.turns_of(people, before=after) == turns
    told = Message.objects.filter(kind__in=[EXCHANGE_ASKED, EXCHANGE_ANSWERED])
    assert sorted(told.values_list("kind", flat=True)) == [EXCHANGE_ANSWERED, EXCHANGE_ASKED]


def test_asking_twice_asks_once_and_only_one_vendor_at_a_time(sudin):
    site = confirmed_site()
    mine = held_by(site, 0)
    assert ask(mine, held_by(site, 1), sudin) == ask(mine, held_by(site, 1), sudin)
    with pytest.raises(errors.AskedElsewhere):
        ask(mine, held_by(site, 2), sudin)
    exchanging.withdraw(exchange_id=Exchange.objects.get().pk, by=sudin, now=timezone.now())

    ask(mine, held_by(site, 2), sudin)
    assert Exchange.objects.filter(state=ExchangeState.ASKED).count() == 1


def test_only_stalls_that_both_have_confirmed_are_exchanged(sudin):
    site = drawn_site(5)
    mine, theirs = held_by(site, 0), held_by(site, 1)
    with pytest.raises(errors.ConfirmFirst):
        ask(mine, theirs, sudin)
    confirming.confirm(allocation_id=mine.pk, by=None, now=timezone.now())
    with pytest.raises(errors.NoSuchHolder):
        ask(mine, theirs, sudin)


def test_a_stall_given_back_meanwhile_is_not_exchanged(sudin):
    site = confirmed_site()
    mine, theirs = held_by(site, 0), held_by(site, 1)
    exchange = ask(mine, theirs, sudin)
    releasing.give_back(allocation_id=mine.pk, by=None, now=timezone.now())

    with pytest.raises(errors.StallsChanged):
        exchanging.agree(exchange_id=exchange.pk, by=sudin, now=timezone.now())


def test_declining_leaves_everything_and_a_declined_question_is_over(sudin):
    site = confirmed_site()
    mine, theirs = held_by(site, 0), held_by(site, 1)
    before, exchange = numbers(mine, theirs), ask(mine, theirs, sudin)
    for _tab in range(2):
        exchanging.decline(exchange_id=exchange.pk, by=sudin, now=timezone.now())

    with pytest.raises(errors.ExchangeOver):
        exchanging.agree(exchange_id=exchange.pk, by=sudin, now=timezone.now())
    assert numbers(mine, theirs) == before
    assert Message.objects.filter(kind=EXCHANGE_ANSWERED).count() == 1


def test_nothing_is_exchanged_once_the_bazaar_has_begun(sudin):
    site = confirmed_site()
    exchange = ask(held_by(site, 0), held_by(site, 1), sudin)
    with pytest.raises(errors.BazaarBegun):
        exchanging.agree(exchange_id=exchange.pk, by=sudin, now=site.bazaar.begins_at)


def test_whoever_needs_power_keeps_it_and_a_zone_is_kept_for_its_own(sudin):
    site = open_site(stalls=4, pengampu={KPKP: Bounds(0, 4), PPKUKM: Bounds(0, 4)})
    ApplicationFactory(site=site, needs_power=True)
    ApplicationFactory(site=site)
    site = drawn_site(0, site=site)
    one = Allocation.objects.of_site(site).get(application__needs_power=True)
    other = Allocation.objects.of_site(site).get(application__needs_power=False)
    for row in (one, other):
        confirming.confirm(allocation_id=row.pk, by=None, now=timezone.now())
    Stall.objects.filter(pk=one.stall_id).update(has_power=True)
    with pytest.raises(errors.ExchangeBreaks, match="listrik"):
        ask(other, one, sudin)

    Stall.objects.filter(site=site).update(has_power=True)
    strange = PPKUKM if other.application.pengampu_id == KPKP else KPKP
    Stall.objects.filter(pk=one.stall_id).update(zone=strange)
    with pytest.raises(errors.ExchangeBreaks, match="pengampu lain"):
        ask(other, one, sudin)


def test_an_exchange_is_published_without_names(sudin):
    site = confirmed_site()
    mine, theirs = held_by(site, 0), held_by(site, 1)
    exchanging.agree(exchange_id=ask(mine, theirs, sudin).pk, by=sudin, now=timezone.now())

    record = published_record(Site.objects.get(pk=site.pk).draw)

    changes = {row["id"]: row["change"] for row in record["overrides"]}
    assert set(changes) == {mine.application.public_id, theirs.application.public_id}
    assert all(change.startswith("exchanged ") for change in changes.values())
    assert mine.participant.full_name not in str(record)
    rows = list(Allocation.objects.of_site(site).select_related("application__participant", "stall"))
    assert events_of(rows, with_names=False) == []


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_each_other_and_agree_at_once_exchange_once(sudin):
    site = confirmed_site()
    mine, theirs = held_by(site, 0), held_by(site, 1)
    before = numbers(mine, theirs)
    first, second = ask(mine, theirs, sudin), ask(theirs, mine, sudin)

    all_at_once(
        lambda: exchanging.agree(exchange_id=first.pk, by=sudin, now=timezone.now()),
        lambda: exchanging.agree(exchange_id=second.pk, by=sudin, now=timezone.now()),
    )

    assert numbers(mine, theirs) == before[::-1]
    assert Exchange.objects.filter(state=ExchangeState.DONE).count() == 1
    assert len(placing.standing(site)) == 3


# --- pages ----------------------------------------------------------------------------------------


def test_a_vendor_asks_on_the_own_page_and_the_other_agrees_there(client_as):
    site = confirmed_site()
    mine, theirs = held_by(site, 0), held_by(site, 1)
    page, before = reverse("bazaars:result", args=[site.pk]), numbers(mine, theirs)
    vendor = as_participant(client_as, mine.participant)
    assert "Minta pedagang lain bertukar" in text_of(vendor.get(page))
    for _tab in range(2):
        vendor.post(
            reverse("bazaars:ask_exchange", args=[site.pk]), {"stan": f"{theirs.stall.number}/{theirs.share}"}
        )
    assert "Selama belum dijawab" in text_of(vendor.get(page))

    other = as_participant(client_as, theirs.participant)
    words = text_of(other.get(page))
    assert f"Tukar dengan {before[0]}" in words
    assert mine.participant.full_name not in words
    exchange = Exchange.objects.get()
    other.post(reverse("bazaars:answer_exchange", args=[exchange.pk]), {"jawaban": "setuju"})

    assert numbers(mine, theirs) == before[::-1]
    assert f"Stan Anda: {before[0]}" in text_of(other.get(page))


def test_a_stranger_cannot_answer_and_nonsense_asks_nobody(client_as):
    site = confirmed_site()
    mine, theirs, third = (held_by(site, number) for number in range(3))
    vendor = as_participant(client_as, mine.participant)
    for typed in ("", "A01", "A99/1", f"{mine.stall.number}/{mine.share}"):
        vendor.post(reverse("bazaars:ask_exchange", args=[site.pk]), {"stan": typed})
    assert not Exchange.objects.exists()
    exchange = ask(mine, theirs, mine.participant.user)
    answer = reverse("bazaars:answer_exchange", args=[exchange.pk])

    assert vendor.post(answer, {"jawaban": "setuju"}).status_code == 404  # own question
    stranger = as_participant(client_as, third.participant)
    assert stranger.post(answer, {"jawaban": "setuju"}).status_code == 404
