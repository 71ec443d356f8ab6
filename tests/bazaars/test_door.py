"""The entrance on a phone: what it is given to keep, and what it sends late and twice."""

import json
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bazaars.models import Arrival, ArrivalScan
from participants.services import cards
from tests.factories.accounts import JAKARTA_BARAT, JAKARTA_PUSAT, member
from tests.factories.bazaars import held_site, site_of_today, stall_of
from trainings.views.door import digest_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(client_as):
    return client_as(member("sudin", JAKARTA_BARAT))


@pytest.fixture
def site():
    return site_of_today(4)  # three stalls, one reserve


def listed(phone, site):
    return phone.get(reverse("bazaars:door_list", args=[site.pk])).json()


def entry(**changes):
    now = timezone.now().isoformat()
    return {"nonce": str(uuid.uuid4()), "does": "in", "how": "number", "at": now} | changes


def send(phone, site, *entries, **changes):
    body = {"owner": listed(phone, site)["owner"], "device": "abc", "now": timezone.now().isoformat()}
    return phone.post(
        reverse("bazaars:door_send", args=[site.pk]),
        json.dumps(body | {"entries": list(entries)} | changes),
        content_type="application/json",
    )


def test_the_phone_keeps_stalls_names_numbers_and_digests_and_nothing_else(phone, site):
    vendor = stall_of(site).participant
    card = cards.address_of(cards.issue(participant_id=vendor.pk, by=member("sudin", JAKARTA_BARAT)))
    token = card.rstrip("/").rsplit("/", 1)[-1]
    people = listed(phone, site)["people"]
    kept = json.dumps(people)

    assert [set(one) for one in people] == [{"number", "name", "cards", "at", "out"}] * 4
    assert digest_of(f"bazar{site.pk}", token) in kept
    assert [token in kept, vendor.nik in kept, vendor.phone in kept] == [False] * 3


def test_vendors_come_by_stall_and_the_reserve_list_after_them(phone, site):
    names = [one["name"] for one in listed(phone, site)["people"]]

    assert [name.split()[0] for name in names] == ["A01", "A02", "A03", "Cadangan"]


@pytest.mark.parametrize("begins_in", [-10, 20])
def test_the_list_is_given_from_a_week_before_until_the_day_is_over(phone, begins_in):
    assert listed(phone, held_site(1, begins_in=begins_in))["people"] == []


def test_a_queue_counts_once_however_often_it_is_sent(phone, site):
    vendor = stall_of(site).participant
    mine = entry(number=vendor.number)
    first, again = send(phone, site, mine).json(), send(phone, site, mine).json()

    assert first == again
    assert (first["told"][0]["result"], first["told"][0]["tone"]) == ("accepted", "ok")
    assert (Arrival.objects.count(), ArrivalScan.objects.count()) == (1, 1)
    assert [one["at"] != "" for one in listed(phone, site)["people"]].count(True) == 1


def test_what_waited_for_hours_is_noted_when_it_happened(phone, site):
    then = timezone.now() - timedelta(minutes=1)
    send(phone, site, entry(number=stall_of(site).participant.number, at=then.isoformat()))

    assert abs(Arrival.objects.get().at - then) < timedelta(seconds=30)


def test_a_stranger_is_told_without_a_name(phone, site):
    stranger = stall_of(site_of_today(1)).participant
    (told,) = send(phone, site, entry(number=stranger.number)).json()["told"]

    assert (told["name"], told["number"], told["tone"]) == ("", "", "bad")
    assert stranger.full_name not in told["text"]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"does": "dance"}, 400),
        ({"nonce": "x"}, 400),
        ({"at": "gestern"}, 400),
        ({"number": "\x00"}, 400),
        ({"token": "x" * 65}, 400),
    ],
)
def test_what_is_not_from_our_page_is_refused(phone, site, wrong, status):
    assert send(phone, site, entry(**wrong)).status_code == status
    assert ArrivalScan.objects.count() == 0


def test_what_somebody_else_recorded_is_not_sent_in_this_name(phone, site):
    assert send(phone, site, entry(), owner="0" * 24).status_code == 409


def test_another_city_gets_no_list_and_sends_nothing(client_as, site):
    other = client_as(member("sudin", JAKARTA_PUSAT))

    assert other.get(reverse("bazaars:door_list", args=[site.pk])).status_code == 404
    assert other.post(reverse("bazaars:door_send", args=[site.pk])).status_code == 404


def test_the_page_holds_nothing_of_a_place_or_a_person(phone, site):
    page = phone.get(reverse("bazaars:door"), {"tempat": site.pk}).content.decode()

    assert site.name not in page
    assert stall_of(site).participant.full_name not in page


def test_its_files_are_kept_apart_from_those_of_sessions(phone):
    worker = phone.get(reverse("bazaars:door_worker")).content.decode()

    assert 'OWN = "okoce-pintu-bazar-"' in worker
    assert reverse("bazaars:door") in worker


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_database_as_often_for_three_vendors_as_for_one(
    phone, count, django_assert_num_queries
):
    site = site_of_today(count)
    listed(phone, site)

    with django_assert_num_queries(11):
        listed(phone, site)
