"""The nudge to the worker: once a commit, and harmless when the broker is down or silent."""

import socket
import time

import pytest
import redis
from django.db import transaction
from django.utils import timezone

from okoce.notifications import breaker, tasks, wake
from okoce.notifications.enums import Channel
from okoce.notifications.models import Message
from okoce.notifications.services import queue
from tests.factories import UserFactory

HANGS = 30  # seconds: without limits the broker's client would wait for minutes


@pytest.fixture(autouse=True)
def _kinds(domain, monkeypatch):
    monkeypatch.setattr(wake, "_quiet_until", 0.0)


@pytest.fixture
def broker(monkeypatch):
    """`broker(url)`: from now on Celery publishes there."""
    return lambda url: monkeypatch.setattr(tasks.drain_outbox.app.conf, "broker_url", url)


def greet(key: str) -> None:
    queue(kind="greeting", key=key, user=UserFactory(), channel=Channel.EMAIL)


@pytest.mark.django_db
def test_many_messages_of_one_transaction_nudge_once(mail, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        greet("greeting:1")
        greet("greeting:2")

    assert callbacks == [wake.wake]


@pytest.mark.django_db
def test_a_message_that_was_there_already_nudges_nobody(mail, django_capture_on_commit_callbacks):
    greet("greeting:1")
    with django_capture_on_commit_callbacks() as callbacks:
        queue(kind="greeting", key="greeting:1", user=UserFactory())

    assert callbacks == []


def test_the_nudge_is_a_drain_task_in_the_broker(settings, broker):
    url = settings.REDIS_URL.rsplit("/", 1)[0] + "/9"
    broker(url)
    with redis.Redis.from_url(url) as line:
        line.flushdb()
        assert wake.wake() is True
        assert line.llen("celery") == 1
        line.flushdb()


@pytest.mark.django_db(transaction=True)
def test_a_request_does_not_notice_a_broker_that_is_down(mail, broker):
    broker("redis://127.0.0.1:1/0")
    began = time.monotonic()

    with transaction.atomic():
        greet("greeting:1")

    assert time.monotonic() - began < HANGS
    assert Message.objects.get().state == "pending"
    assert wake._quiet_until > time.monotonic()


def test_a_broker_that_says_nothing_holds_nobody_up_for_long(broker):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        broker(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        began = time.monotonic()

        assert wake.wake() is False

        assert time.monotonic() - began < HANGS


def test_after_a_failure_the_broker_is_left_alone_for_a_while(broker, monkeypatch):
    broker("redis://127.0.0.1:1/0")
    wake.wake()
    asked = []
    monkeypatch.setattr(wake.background, "nudge", lambda *args, **options: asked.append(args))

    assert wake.wake() is False

    assert asked == []


def test_a_cache_that_is_away_does_not_stop_the_channel(settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }

    breaker.trip("email", "channel_down")
    breaker.reset("email")

    assert breaker.is_open("email") is False


@pytest.mark.django_db
def test_the_clocks_tasks_may_run_twice(mail):
    greet("greeting:1")
    Message.objects.filter(key="greeting:1").update(expires_at=timezone.now())

    for _twice in range(2):
        tasks.expire_messages()
        tasks.drain_outbox()

    message = Message.objects.get()
    assert (message.state, message.events.count(), mail.box.keys) == ("expired", 1, [])
