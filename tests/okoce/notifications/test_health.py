"""What those who watch the portal are told."""

import json
from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from okoce.db import health
from okoce.notifications import breaker
from okoce.notifications.enums import Channel
from okoce.notifications.health import statusz
from okoce.notifications.models import Message
from okoce.notifications.services import queue
from tests.factories import ParticipantFactory, UserFactory


def ask(view) -> tuple[int, dict]:
    answer = view(RequestFactory().get("/"))
    return answer.status_code, json.loads(answer.content)


@pytest.mark.django_db
def test_the_status_counts_what_did_not_go_and_says_how_long_it_waits(mail, domain):
    queue(
        kind="greeting", key="greeting:1", user=UserFactory(), due_at=timezone.now() - timedelta(minutes=11)
    )
    queue(kind="greeting", key="greeting:2", participant_id=ParticipantFactory().pk)
    queue(kind="code", key="code:1", participant_id=ParticipantFactory().pk, secret="1")
    breaker.trip("email", "channel_down")

    _code, status = ask(statusz)

    assert status["outbox"] == {"pending": 1, "ready": 1, "held": 1, "dead": 0}
    assert 660 <= status["oldest_unsent_seconds"] < 700
    assert status["is_alarm"] is True
    assert status["channels"]["email"]["failures"] == 1
    assert status["channels"]["sms"]["not_connected"] == "sms_not_connected"


@pytest.mark.django_db
def test_an_empty_outbox_is_no_alarm():
    _code, status = ask(statusz)

    assert (status["oldest_unsent_seconds"], status["is_alarm"]) == (0, False)


@pytest.mark.django_db
def test_the_portal_is_ready_when_database_migrations_and_cache_are():
    assert ask(health.readyz) == (200, {"database": "ok", "migrations": "ok", "cache": "ok"})


@pytest.mark.django_db
def test_the_portal_is_not_ready_without_its_cache(settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }

    code, status = ask(health.readyz)

    assert (code, status["cache"], status["database"]) == (503, "failed", "ok")


@pytest.mark.django_db
def test_the_portal_is_not_ready_while_migrations_are_missing(monkeypatch):
    health._all_applied.cache_clear()
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: ["one"])

    code, status = ask(health.readyz)

    assert (code, status["migrations"]) == (503, "failed")


def test_the_process_is_alive_without_a_database():
    answer = health.healthz(RequestFactory().get("/"))  # this test may not touch the database

    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_what_was_sent_or_held_is_not_waiting(domain, settings):
    settings.EMAIL_URL = ""
    queue(kind="greeting", key="greeting:1", user=UserFactory(), channel=Channel.EMAIL)

    assert Message.objects.get().state == "held"
    assert ask(statusz)[1]["oldest_unsent_seconds"] == 0
