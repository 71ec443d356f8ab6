"""The worker dies by kill -9 in the middle of its work; nobody is forgotten."""

import pytest

from okoce.embedded.processes import wait_until
from tests.drills.portal import QUEUE, portal, reminders_survive_kills

CHILDREN = 2  # of the worker that is killed; each has one letter on its way


def say(capsys, figures) -> None:
    with capsys.disabled():
        print("\nreminders under kill -9: " + ", ".join(f"{k} {v:.0f}" for k, v in figures.items()))


@pytest.mark.drill
def test_ten_kills_during_two_thousand_reminders_lose_none(tmp_path, capsys):
    figures = reminders_survive_kills(tmp_path, reminders=2000, kills=10, children=CHILDREN)

    say(capsys, figures)
    assert (figures["queued"], figures["distinct"], figures["lost"]) == (2000, 2000, 0)
    assert figures["repeated"] <= 10 * CHILDREN
    assert figures["repeated_by_one_kill"] <= CHILDREN


@pytest.mark.drill
def test_a_broker_that_is_wiped_loses_no_reminder(tmp_path, capsys):
    with portal(tmp_path, letter_seconds=0.004) as one:
        one.python(QUEUE.format(count=600))
        one.clock()
        one.worker()
        one.wait_for_keys(150, seconds=60)
        import redis

        redis.Redis.from_url(one.servers.redis_url).flushall()
        one.wait_for_keys(600, seconds=90)
        assert wait_until(lambda: one.states() == {"sent": 600}, seconds=30), one.states()
        repeated = one.mail.box.repeated()
        with capsys.disabled():
            print(f"\nbroker wiped during 600 reminders: lost 0, repeated {repeated}")
        assert repeated == 0


@pytest.mark.drill
def test_a_broker_that_is_away_for_a_while_delays_and_loses_nothing(tmp_path, capsys):
    with portal(tmp_path, letter_seconds=0.004) as one:
        one.python(QUEUE.format(count=100))
        one.clock()
        one.worker()
        one.wait_for_keys(100, seconds=60)
        one.servers.valkey.stop()
        queued = int(one.python(QUEUE.format(count=100)))  # with a broker that is down
        one.servers.valkey.start(die_with_parent=True)
        one.wait_for_keys(200, seconds=90)
        with capsys.disabled():
            print(f"\nbroker down while {queued} were queued: lost 0, repeated {one.mail.box.repeated()}")
        assert one.mail.box.repeated() == 0


def test_three_kills_during_two_hundred_reminders_lose_none(tmp_path):
    figures = reminders_survive_kills(tmp_path, reminders=200, kills=3, children=CHILDREN)

    assert (figures["queued"], figures["distinct"], figures["lost"]) == (200, 200, 0)
    assert figures["repeated_by_one_kill"] <= CHILDREN
