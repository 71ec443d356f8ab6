"""Nobody is kept out while the cache is away."""

import pytest
from django.core.cache import caches
from django.urls import reverse

from okoce.accounts.models import TryCount
from okoce.accounts.roles import Role
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db

NOWHERE = {"LOCATION": "unix:///nowhere/valkey.sock"}


@pytest.fixture
def _cache_is_away(settings):
    settings.CACHES = {
        "default": {"BACKEND": "okoce.db.cache.ForgivingRedisCache", **NOWHERE},
        "counts": {"BACKEND": "django.core.cache.backends.redis.RedisCache", **NOWHERE},
    }


@pytest.mark.usefixtures("_cache_is_away")
def test_a_cache_that_is_away_is_an_empty_one():
    cache = caches["default"]
    cache.set("a", 1)
    cache.delete("a")

    assert (cache.get("a"), cache.get("a", 2), cache.add("a", 1), "a" in cache) == (None, 2, True, False)


@pytest.mark.usefixtures("_cache_is_away")
def test_staff_sign_in_and_work_without_the_cache(client):
    officer = member(Role.SUDIN, "31.73")

    client.post(reverse("account_login"), {"login": officer.username, "password": "sandi-untuk-tes"})
    pages = ["dashboard:home", "participants:list", "trainings:sessions", "bazaars:bazaars"]

    assert [client.get(reverse(page)).status_code for page in pages] == [200, 200, 200, 200]


@pytest.mark.usefixtures("_cache_is_away")
def test_codes_are_asked_for_and_counted_without_the_cache(client):
    ParticipantFactory(phone="+6281200004417")

    answer = client.post(reverse("participants:sign_in"), {"phone": "081200004417"})

    assert answer.url == reverse("participants:sign_in_code")
    assert sorted(TryCount.objects.values_list("count", flat=True)) == [1, 1]
