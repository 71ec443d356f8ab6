"""Guessing is made slow; the owner still gets in."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from redis.exceptions import ConnectionError as CacheIsAway

from okoce.accounts import browsers, limits
from okoce.accounts.guessing import Attempt, TooManyTries, delay_after
from okoce.accounts.models import TryCount
from okoce.accounts.roles import Role
from tests.factories import member

pytestmark = pytest.mark.django_db

LOGIN = "/masuk/petugas/"
PASSWORD = "sandi-untuk-tes"


def attack(user, address, times=1):
    """How many tries reached the password check."""
    reached = 0
    for _ in range(times):
        page = Client(REMOTE_ADDR=address).post(LOGIN, {"login": user.username, "password": "tebakan-saya"})
        reached += page.context["form"].errors.as_data()["__all__"][0].code != "too_many_tries"
    return reached


def test_the_delay_doubles_after_five_wrong_tries():
    minutes = [delay_after(n).seconds // 60 for n in range(12)]

    assert minutes == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30]


def test_after_five_wrong_tries_from_one_place_the_sixth_passes_and_the_seventh_waits():
    rina = member(Role.SUDIN, "31.73")

    assert attack(rina, "203.0.113.7", 5) == 5
    assert attack(rina, "203.0.113.7", 2) == 1


def test_waiting_is_told_in_minutes(client):
    rina = member(Role.SUDIN, "31.73")
    attack(rina, "127.0.0.1", 6)

    page = client.post(LOGIN, {"login": rina.username, "password": PASSWORD}).content.decode()

    assert "Tunggu 1 menit, atau buat kata sandi baru lewat e-mail" in page


def test_a_hundred_addresses_reach_the_password_check_ten_times_an_hour():
    rina = member(Role.SUDIN, "31.73")

    reached = sum(attack(rina, f"198.51.{n}.7", 3) for n in range(100))

    assert reached == 10


def test_the_owner_signs_in_from_a_known_browser_during_the_attack(client):
    rina = member(Role.SUDIN, "31.73")
    client.post(LOGIN, {"login": rina.username, "password": PASSWORD})
    client.post("/keluar/")
    for n in range(20):
        attack(rina, f"198.51.{n}.7")

    response = client.post(LOGIN, {"login": rina.username, "password": PASSWORD})

    assert response.url == reverse("dashboard:home")


def test_a_browser_known_for_somebody_else_does_not_help(client):
    rina, other = member(Role.SUDIN, "31.73"), member(Role.SUDIN, "31.73")
    client.post(LOGIN, {"login": other.username, "password": PASSWORD})
    client.post("/keluar/")
    for n in range(20):
        attack(rina, f"198.51.{n}.7")

    page = client.post(LOGIN, {"login": rina.username, "password": PASSWORD})

    assert page.context["form"].errors.as_data()["__all__"][0].code == "too_many_tries"


def test_writing_the_email_instead_of_the_name_gives_no_further_tries():
    rina = member(Role.SUDIN, "31.73")
    attack(rina, "203.0.113.7", 6)

    page = Client(REMOTE_ADDR="203.0.113.7").post(LOGIN, {"login": rina.email, "password": "tebakan-saya"})

    assert page.context["form"].errors.as_data()["__all__"][0].code == "too_many_tries"


def test_neighbours_in_one_network_count_as_one_place():
    rina = member(Role.SUDIN, "31.73")
    attack(rina, "203.0.113.7", 6)

    assert attack(rina, "203.0.113.99") == 0


def test_the_right_password_begins_the_count_anew():
    rina = member(Role.SUDIN, "31.73")
    attack(rina, "127.0.0.1", 4)
    Client().post(LOGIN, {"login": rina.username, "password": PASSWORD})

    assert attack(rina, "127.0.0.1", 5) == 5


def test_a_forged_mark_of_a_known_browser_is_not_believed(client):
    rina = member(Role.SUDIN, "31.73")
    for n in range(20):
        attack(rina, f"198.51.{n}.7")
    client.cookies["peramban"] = "eyJicm93c2VyIjoiYSIsInVzZXJzIjpbMV19:forged"

    page = client.post(LOGIN, {"login": rina.username, "password": PASSWORD})

    assert page.context["form"].errors.as_data()["__all__"][0].code == "too_many_tries"


@pytest.fixture
def cache_is_away(monkeypatch):
    def gone(*_args, **_kwargs):
        raise CacheIsAway

    for name in ("add", "incr", "decr", "get", "set", "delete_many"):
        monkeypatch.setattr(limits.cache, name, gone)


def test_without_the_cache_tries_are_counted_in_the_database(cache_is_away):
    now = timezone.now()
    attempt = Attempt(account="user:1", place="203.0.113.0/24", is_known_browser=False)
    for _ in range(6):
        attempt.begin(now)

    with pytest.raises(TooManyTries):
        attempt.begin(now)


def test_without_the_cache_a_refused_try_does_not_clear_the_count(cache_is_away):
    now = timezone.now()
    attempt = Attempt(account="user:1", place="browser", is_known_browser=True)
    refused = 0
    for _ in range(20):
        try:
            attempt.begin(now)
        except TooManyTries:
            refused += 1

    assert refused == 14  # five free tries, one through the gate


def test_a_count_in_the_database_ends_with_its_window(cache_is_away):
    now, hour = timezone.now(), timedelta(hours=1)
    limits.count("x", "a", window=hour, now=now)

    assert limits.count("x", "a", window=hour, now=now) == 2
    assert limits.count("x", "a", window=hour, now=now + hour) == 1


def test_counts_hold_no_names(cache_is_away):
    limits.count("code_number", "+6281200000001", window=timedelta(hours=1), now=timezone.now())

    assert "81200000001" not in TryCount.objects.get().key


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_codes_are_counted_by_the_network_of_an_ipv6_address(address, source):
    assert browsers.source_of(address) == source
