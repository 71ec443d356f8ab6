"""What background work stands on: a broker that is down holds nobody up, and one worker at a time."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from celery import current_app
from django.db import connection

from okoce.db import background

SPACE = 0x545354
HANGS = 30  # seconds: without limits the broker's client would wait for minutes


def as_another_worker(key: int) -> bool:
    """Whether somebody on another connection would be alone."""

    def ask() -> bool:
        try:
            with background.alone(SPACE, key) as is_alone:
                return is_alone
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(ask).result()


@pytest.mark.django_db(transaction=True)
def test_only_one_worker_is_alone_with_a_piece_of_work():
    with background.alone(SPACE, 1) as is_alone:
        assert is_alone is True
        assert as_another_worker(1) is False
        assert as_another_worker(2) is True

    assert as_another_worker(1) is True


def test_a_nudge_to_a_broker_that_is_down_says_so_and_holds_nobody_up(monkeypatch):
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    began = time.monotonic()

    assert background.nudge("okoce.nobody", 7) is False

    assert time.monotonic() - began < HANGS
