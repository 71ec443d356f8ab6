"""The day of a bazaar: arrivals by card, number and name, also late from a phone; visitors; who sees it."""

import threading
import uuid
from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from bazaars import errors
from bazaars.arrivals import Day
from bazaars.enums import ArrivedBy
from bazaars.models import Application, Arrival, ArrivalScan, VisitorCount
from bazaars.sales import empty_from
from bazaars.services import days
from participants.services import cards
from tests.bazaars.test_pages import text_of
from tests.factories.accounts import JAKARTA_BARAT, JAKARTA_PUSAT, member
from tests.factories.bazaars import held_site, in_days, site_of_today, stall_of

pytestmark = pytest.mark.django_db
A_NONCE = "0d7a2b52-5f0e-4d0e-9d1c-6a5b1c2d3e4f"


@pytest.fixture
def site():
    return site_of_today(4)  # three stalls, one reserve


def at(clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(timezone.localdate(), clock))


def came(allocation, by, now=None, how=ArrivedBy.LIST):
    return days.arrive(application_id=allocation.application_id, how=how, by=by, now=now or timezone.now())


def reserve_of(site) -> Application:
    held = [stall_of(site, n).application_id for n in range(3)]
    return Application.objects.exclude(pk__in=held).get(site=site)


def page(site, name="day"):
    return reverse(f"bazaars:{name}", args=[site.pk])


# --- arrivals ---------------------------------------------------------------------------------------


def test_an_arrival_is_noted_once_whoever_notes_it(site, sudin):
    first = came(stall_of(site), sudin)
    again = came(stall_of(site), member("kecamatan", "31.73.08"))

    assert (first.is_new, again.is_new) == (True, False)
    assert Arrival.objects.get().noted_by == sudin


def test_noted_by_mistake_it_is_taken_back_once_and_stays_in_the_history(site, sudin):
    came(stall_of(site), sudin)
    values = {"application_id": stall_of(site).application_id, "day": timezone.localdate(), "by": sudin}

    assert (days.take_back(**values), days.take_back(**values)) == (True, False)
    assert Arrival.objects.count() == 0
    history = Arrival.pgh_event_model.objects.order_by("pgh_id")
    assert list(history.values_list("pgh_label", flat=True)) == ["insert", "delete"]


@pytest.mark.parametrize("begins_in", [-10, 3])
def test_nobody_arrives_on_another_day(sudin, begins_in):
    allocation = stall_of(held_site(1, begins_in=begins_in))

    with pytest.raises(errors.NotToday):
        came(allocation, sudin)


@pytest.mark.parametrize("typed", ["address", "token", "number", "small"])
def test_a_card_or_a_number_notes_its_vendor(client_as, site, sudin, typed):
    person = stall_of(site).participant
    address = cards.address_of(cards.issue(participant_id=person.pk, by=sudin))
    forms = {
        "address": address,
        "token": address.rstrip("/").rsplit("/", 1)[-1],
        "number": f" {person.number} ",
        "small": person.number.lower(),
    }
    answer = client_as(sudin).post(page(site), {"kartu": forms[typed]}, follow=True)

    assert Arrival.objects.get().application.participant == person
    assert f"Pedagang stan {stall_of(site).stall.number} sudah hadir" in text_of(answer)


@pytest.mark.parametrize("typed", ["", "JB-XX-99999", "https://contoh.id/k/" + "x" * 22, "\x00", "a" * 5000])
def test_what_is_no_card_of_a_vendor_is_refused_in_words_and_stays_typed(client_as, site, sudin, typed):
    answer = client_as(sudin).post(page(site), {"kartu": typed})

    assert answer.status_code == 200
    assert answer.context["problem"]
    assert Arrival.objects.count() == 0


def test_a_withdrawn_card_is_told_apart_from_an_unknown_one(client_as, site, sudin):
    person = stall_of(site).participant
    old = cards.address_of(cards.issue(participant_id=person.pk, by=sudin))
    cards.issue(participant_id=person.pk, by=sudin)
    answer = client_as(sudin).post(page(site), {"kartu": old})

    assert "Kartu ini sudah ditarik" in text_of(answer)
    assert Arrival.objects.count() == 0


def test_somebody_of_the_reserve_list_waits_in_the_order_of_the_draw(client_as, site, sudin):
    reserve = reserve_of(site)
    answer = client_as(sudin).post(page(site), {"kartu": reserve.participant.number}, follow=True)

    assert [one.place for one in answer.context["day"].reserves] == [1]
    assert reserve.participant.full_name in text_of(answer)


@pytest.mark.parametrize(("clock", "expected"), [(time(8, 59), False), (time(9), True)])
def test_a_stall_counts_as_empty_from_nine_on(site, sudin, clock, expected):
    assert Day(site, sudin, at(clock)).shows_empty is expected


def test_a_bazaar_that_opens_later_than_nine_has_no_empty_stall_before_it_opens():
    assert (empty_from(time(8)), empty_from(time(16))) == (time(9), time(16))


def test_the_list_of_names_works_without_a_card(client_as, site, sudin):
    client = client_as(sudin)
    application = stall_of(site).application_id

    client.post(reverse("bazaars:arrive", args=[application]))
    assert client.get(page(site)).context["day"].here == 1
    client.post(reverse("bazaars:take_back_arrival", args=[application]))
    assert client.get(page(site)).context["day"].here == 0


def test_another_city_finds_neither_page_nor_vendor(client_as, site):
    client = client_as(member("sudin", JAKARTA_PUSAT))

    assert client.get(page(site)).status_code == 404
    assert client.post(reverse("bazaars:arrive", args=[stall_of(site).application_id])).status_code == 404
    assert client.post(page(site, "count_visitors")).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_day_asks_the_database_as_often_for_three_vendors_as_for_one(
    client_as, sudin, count, django_assert_num_queries
):
    site = site_of_today(count)
    for n in range(count):
        came(stall_of(site, n), sudin)
    client = client_as(sudin)
    client.get(page(site))

    with django_assert_num_queries(10):
        client.get(page(site))


# --- from a phone at the entrance -------------------------------------------------------------------


def entry(allocation, *, does="in", ago=timedelta(), ahead=timedelta(), nonce=None, undoes=None, token=""):
    number = "" if token else allocation.participant.number
    moment = timezone.now() + ahead - ago
    return days.Entry(
        nonce or uuid.uuid4(), does, "card" if token else "number", moment, token, number, undoes
    )


def receive(site, by, *entries, ahead=timedelta()):
    now = timezone.now()
    return [
        row.result
        for row in days.receive(
            site_id=site.pk, entries=entries, device="abc Android", device_now=now + ahead, by=by, now=now
        )
    ]


def test_the_same_queue_sent_twice_counts_once(site, sudin):
    queue = [entry(stall_of(site)), entry(stall_of(site, 1)), entry(stall_of(site))]

    assert receive(site, sudin, *queue) == ["there", "there", "again"]
    assert receive(site, sudin, *queue) == ["there", "there", "again"]
    assert (Arrival.objects.count(), ArrivalScan.objects.count()) == (2, 3)


def test_a_phone_whose_clock_is_hours_ahead_notes_the_right_minute(site, sudin):
    ahead = timedelta(hours=5)
    receive(site, sudin, entry(stall_of(site), ahead=ahead), ahead=ahead)

    assert abs(Arrival.objects.get().at - timezone.now()) < timedelta(minutes=1)
    assert abs(ArrivalScan.objects.get().clock_ahead - ahead) < timedelta(minutes=1)


def test_a_card_taken_back_on_the_phone_takes_back_only_what_that_phone_noted(site, sudin):
    came(stall_of(site), sudin)
    mine = entry(stall_of(site))
    receive(site, sudin, mine)

    assert receive(site, sudin, entry(stall_of(site), does="undo", undoes=mine.nonce)) == ["nothing"]
    assert receive(site, sudin, entry(stall_of(site), does="undo")) == ["undone"]
    assert Arrival.objects.count() == 0


def test_a_reserve_a_stranger_and_an_unknown_card_are_told_apart(site, sudin):
    reserve = reserve_of(site)
    stranger = stall_of(site_of_today(1))

    def of(number="", token=""):
        return days.Entry(uuid.uuid4(), "in", "number", timezone.now(), token, number)

    assert receive(
        site, sudin, of(reserve.participant.number), of(stranger.participant.number), of(token="x" * 22)
    ) == ["reserve", "no_stall", "unknown"]


def test_what_happened_on_another_day_is_kept_in_the_log_and_notes_nobody(sudin):
    site = held_site(1, begins_in=3)

    assert receive(site, sudin, entry(stall_of(site))) == ["nottoday"]
    assert Arrival.objects.count() == 0


# --- visitors ---------------------------------------------------------------------------------------


def tap(site, by, visitors=1, nonce=None):
    return days.count_visitors(
        site_id=site.pk, visitors=visitors, nonce=nonce or uuid.uuid4(), by=by, now=timezone.now()
    )


def test_a_tap_sent_twice_counts_once_and_no_more_is_taken_back_than_was_counted(site, sudin):
    once = uuid.uuid4()

    assert (tap(site, sudin, 5, once), tap(site, sudin, 5, once)) == (5, 5)
    assert [tap(site, sudin, -1) for _ in range(6)] == [4, 3, 2, 1, 0, 0]


@pytest.mark.django_db(transaction=True)
def test_taps_of_several_people_at_the_same_time_are_all_counted():
    site, officer = site_of_today(1), member("sudin", JAKARTA_BARAT)

    def count():
        for _ in range(5):
            tap(site, officer)
        connection.close()

    threads = [threading.Thread(target=count) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert days.visitors_by_day([site.pk]) == {(site.pk, timezone.localdate()): 15}


@pytest.mark.parametrize(("people", "once"), [("viele", A_NONCE), ("50", A_NONCE), ("1", "x")])
def test_a_tap_that_cannot_be_read_counts_nothing(client_as, site, sudin, people, once):
    answer = client_as(sudin).post(page(site, "count_visitors"), {"orang": people, "sekali": once})

    assert answer.status_code == 302
    assert VisitorCount.objects.count() == 0


def test_the_scorecard_of_places_tells_the_visitors_of_a_day(client_as, sudin):
    site = site_of_today(1)
    tap(site, sudin, 10)
    tap(site, sudin, 5)
    card = client_as(sudin).get(reverse("bazaars:places")).context["cards"][0]

    assert (card["name"], card["score"].visitors) == (site.name, 15)


def test_days_before_the_bazaar_say_so(client_as, sudin):
    site = held_site(1, begins_in=3)
    answer = client_as(sudin).get(page(site))

    assert answer.context["day"].day == in_days(3)
    assert "Bazar tidak berlangsung hari ini" in text_of(answer)
    assert reverse("bazaars:arrive", args=[stall_of(site).application_id]) not in text_of(answer)
