"""Ten thousand reminders by WhatsApp while workers, broker and database are killed around them.

Two workers with two children each and two clocks, a local Cloud API that fails now and then. The portal's
real pauses are shortened (tests.drills.settings): a try is repeated after half a second instead of thirty, a
lease ends after five seconds instead of ninety. Each drill prints its figures.
"""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import redis

from okoce.embedded.cloud_api import Answer
from okoce.embedded.processes import free_port, wait_until
from tests.drills.gateway import Gateway
from tests.drills.portal import QUEUE, Portal, portal

pytestmark = pytest.mark.drill

MANY, KILLS, CHILDREN = 10_000, 20, 2
PEOPLE = MANY + 1  # one of them has a number that never works
POISON = PEOPLE
ANSWER_SECONDS = 0.003  # of the gateway; a real one takes longer
AWAY_SECONDS = 60.0


@dataclass
class World:
    portal: Portal
    gateway: Gateway

    def forget(self) -> None:
        """An empty outbox and a gateway that knows nothing yet."""
        self.portal.close()
        with_owner = self.portal.servers.postgres
        with_owner.sql(
            "TRUNCATE notifications_message, notifications_deliveryevent CASCADE", database="okoce"
        )

    def remind(self, count: int) -> int:
        code = "from tests.drills import seats\nprint(seats.remind(first={0}))"
        return int(self.portal.python(code.format(count)))

    def wait_for(self, count: int, *, seconds: float) -> None:
        arrived = wait_until(lambda: len(self.gateway.taken) >= count, seconds=seconds)
        log = self.portal.log_of("worker")
        assert arrived, f"{len(self.gateway.taken)} of {count} arrived; {self.portal.states()}\n{log}"

    def wait_for_states(self, wanted: dict[str, int], *, seconds: float) -> None:
        assert wait_until(lambda: self.portal.states() == wanted, seconds=seconds, every=0.5), (
            self.portal.states()
        )


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Iterator[World]:
    """The portal with its people: made once, all three drills remind the same ones."""
    gateway = Gateway()
    with portal(tmp_path_factory.mktemp("reminders"), more=gateway.environment) as one:
        one.prepare_areas()
        one.python(f"from tests.drills import seats\nseats.make({PEOPLE})")
        one.servers.postgres.sql("ANALYZE", database="okoce")
        yield World(one, gateway)
    gateway.stop()


@pytest.fixture
def world(built) -> Iterator[World]:
    """A new gateway at the old address, and an empty outbox."""
    built.forget()
    fresh = Gateway.__dataclass_fields__
    for name in ("asked", "failed", "first_asked", "taken", "repeats", "to"):
        setattr(built.gateway, name, fresh[name].default_factory() if name != "failed" else 0)
    built.gateway.failing, built.gateway.poison, built.gateway.instead = 0.0, "", None
    built.gateway.api.delay = ANSWER_SECONDS
    yield built
    built.portal.close()


def say(capsys, title: str, figures: dict[str, object]) -> None:
    with capsys.disabled():
        print(f"\n{title}")
        for name, value in figures.items():
            shown = f"{value:.1f}" if isinstance(value, float) else str(value)
            print(f"  {name:<64} {shown:>9}")


def test_twenty_killed_workers_a_failing_gateway_and_a_number_that_never_works(world, capsys):
    one, gateway = world.portal, world.gateway
    gateway.failing, gateway.poison = 0.05, number_of(POISON)
    queued = world.remind(PEOPLE)
    one.clock("clock")
    one.clock("second clock")  # by mistake
    workers = [one.worker(CHILDREN), one.worker(CHILDREN)]
    began, kills = time.monotonic(), []
    for kill in range(1, KILLS + 1):
        world.wait_for(MANY * kill // (KILLS + 2), seconds=180)
        one.kill(workers.pop(0))
        kills.append(time.monotonic())
        workers.append(one.worker(CHILDREN))
    world.wait_for(MANY, seconds=300)
    sent_after = time.monotonic() - began
    world.wait_for_states({"sent": MANY, "dead": 1}, seconds=300)

    ((key, attempts),) = one.query("SELECT uid, attempts FROM notifications_message WHERE state = 'dead'")
    # Of the kill that was nearest when they were first accepted: they were on their way then.
    by_kill = Counter(
        min(kills, key=lambda kill: abs(kill - gateway.taken[key])) for _at, key in gateway.repeats
    )
    figures = {
        "reminders queued (with the one that never works)": queued,
        "workers killed with their children": len(kills),
        "children killed": len(kills) * CHILDREN,
        "lost": MANY - len(gateway.taken),
        "distinct keys accepted by the gateway": len(gateway.taken),
        "requests that the gateway failed": gateway.failed,
        "requests repeated though accepted": len(gateway.repeats),
        "most of them by one kill": max(by_kill.values(), default=0),
        "most messages to one person (the gateway honours the key)": gateway.messages_to_one(),
        "tries of the number that never works, then dead": attempts,
        "requests for it": gateway.asked[str(key)],
        "longest between two accepted messages, kills and rests too, s": gateway.longest_silence(),
        "those failed at first served after the last of the others, s": gateway.behind_the_last(),
        "all others accepted after, s": sent_after,
    }
    say(capsys, "10,000 reminders, 20 killed workers, 5 % failing, one number that never works", figures)
    assert (queued, len(gateway.taken)) == (PEOPLE, MANY)
    assert str(key) not in gateway.taken
    assert attempts == 8
    assert len(gateway.repeats) <= KILLS * CHILDREN
    assert max(by_kill.values(), default=0) <= CHILDREN
    assert gateway.messages_to_one() == 1
    assert gateway.longest_silence() <= 120
    assert gateway.behind_the_last() <= 120


def number_of(person: int) -> str:
    return f"+6281{person:06d}0000"


# ---------------------------------------------------------------- broker and database


@dataclass
class Visitors:
    """Somebody asks for a sign-in code, four times a second: each puts a message into the outbox."""

    port: int
    answers: list[tuple[float, int, float]] = field(default_factory=list)  # when, status, seconds
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Visitors:
        self._thread = threading.Thread(target=self._visit, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._over.set()
        self._thread.join(60)

    def _visit(self) -> None:
        person = 0
        while not self._over.is_set():
            person += 1
            began = time.monotonic()
            status = self._ask(person)
            self.answers.append((began, status, time.monotonic() - began))
            self._over.wait(max(0.0, began + 0.25 - time.monotonic()))

    def _ask(self, person: int) -> int:
        token = "a" * 32
        body = urllib.parse.urlencode({"phone": number_of(person), "csrfmiddlewaretoken": token}).encode()
        headers = {
            "Cookie": f"csrftoken={token}",
            "X-Forwarded-For": f"10.{person >> 16}.{person >> 8 & 255}.{person & 255}",
        }
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/peserta/masuk/", body, headers)
        try:
            with urllib.request.build_opener(_Stay).open(request, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def failed(self) -> int:
        return sum(1 for _at, status, _seconds in self.answers if status != 302)

    def slowest(self) -> float:
        return max(seconds for _at, _status, seconds in self.answers)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


@pytest.fixture
def visitors(world) -> Iterator[Visitors]:
    port = free_port()
    world.portal.web(port)
    one = Visitors(port)
    answers = wait_until(lambda: one._ask(1) == 302, seconds=60, every=0.5)
    assert answers, world.portal.log_of("web")
    with one:
        yield one


def start_all(one: Portal) -> None:
    one.clock("clock")
    one.clock("second clock")
    one.worker(CHILDREN, restarted=True)
    one.worker(CHILDREN, restarted=True)


def codes_asked_for(one: Portal) -> int:
    ((count,),) = one.query("SELECT count(*) FROM notifications_message WHERE kind = 'sign_in_code'")
    return int(count)


def finish(world: World, capsys, title: str, back: float, visitors: Visitors, figures: dict) -> None:
    world.wait_for(MANY, seconds=300)
    gateway = world.gateway
    asked = sum(1 for _at, status, _s in visitors.answers if status == 302)
    resumed = gateway.silence_after(back)
    figures |= {
        "lost": MANY - len(gateway.taken),
        "requests repeated though accepted": len(gateway.repeats),
        "most messages to one person (the gateway honours the key)": gateway.messages_to_one(),
        "web requests meanwhile, each queueing a code": len(visitors.answers),
        "failed web requests": visitors.failed(),
        "slowest web request, s": visitors.slowest(),
        "sending again after, s": resumed,
    }
    say(capsys, title, figures)
    assert len(gateway.taken) == MANY
    assert visitors.failed() == 0
    assert asked > 50
    assert codes_asked_for(world.portal) >= asked
    assert resumed <= 60
    assert gateway.messages_to_one() == 1


def test_the_broker_is_wiped_and_then_away_for_a_minute(world, visitors, capsys):
    one, gateway = world.portal, world.gateway
    world.remind(MANY)
    start_all(one)
    world.wait_for(MANY // 10, seconds=120)
    redis.Redis.from_url(one.servers.redis_url).flushall()
    wiped = time.monotonic()
    world.wait_for(MANY // 5, seconds=120)
    after_wiping = gateway.silence_after(wiped)
    one.servers.valkey.stop()
    time.sleep(AWAY_SECONDS)
    sent_meanwhile = len(gateway.taken)
    one.servers.valkey.start(die_with_parent=True)

    figures = {
        "reminders": MANY,
        "sending again after the wiping, s": after_wiping,
        "broker away, s": AWAY_SECONDS,
        "accepted by the time it is back (a drain goes on without it)": sent_meanwhile,
    }
    finish(world, capsys, "the broker wiped, then away for a minute", time.monotonic(), visitors, figures)
    assert after_wiping <= 60
    assert gateway.repeats == []


def test_the_database_is_restarted(world, visitors, capsys):
    one = world.portal
    world.remind(MANY)
    start_all(one)
    world.wait_for(MANY // 5, seconds=120)
    stopped = time.monotonic()
    one.servers.postgres.stop()
    one.servers.postgres.start(die_with_parent=True)
    back = time.monotonic()

    figures = {"reminders": MANY, "database away, s": back - stopped}
    finish(world, capsys, "the database restarted", back, visitors, figures)
    assert len(world.gateway.repeats) <= 2  # at most the one letter of each line


# ---------------------------------------------------------------- a gateway that misbehaves

HANGS_SECONDS = 60.0
FEW, EACH_SECONDS = 1000, 30.0
LETTERS = 20  # by e-mail, to others, in each phase


def hang(body: dict) -> Answer:
    time.sleep(HANGS_SECONDS)
    return 503, b""


NONSENSE = {
    "hangs for a minute": hang,
    "answers 200 and garbage": lambda body: (200, b"<html>It works!</html>"),
    "redirects": lambda body: (302, b""),
}


def test_a_gateway_that_hangs_answers_garbage_or_redirects_delays_nobody_else(world, capsys):
    one, gateway = world.portal, world.gateway
    world.remind(FEW)
    start_all(one)
    figures: dict[str, object] = {"reminders by WhatsApp": FEW}
    before = len(set(one.mail.box.keys))
    for done, (name, wrong) in enumerate(NONSENSE.items(), 1):
        world.wait_for(FEW * done // 5, seconds=120)
        gateway.instead = wrong
        time.sleep(1)
        one.python(QUEUE.format(count=LETTERS))
        queued = time.monotonic()
        one.wait_for_keys(before + LETTERS * done, seconds=90)
        waited = time.monotonic() - queued
        figures[f"WhatsApp {name}: {LETTERS} e-mails to others within, s"] = waited
        assert waited <= 20
        time.sleep(max(0.0, EACH_SECONDS - waited))
        gateway.instead = None
    world.wait_for(FEW, seconds=400)
    world.wait_for_states({"sent": FEW + LETTERS * len(NONSENSE)}, seconds=120)

    figures |= {
        "lost": FEW - len(gateway.taken),
        "most messages to one person": gateway.messages_to_one(),
        "requests repeated though accepted": len(gateway.repeats),
    }
    say(capsys, "a gateway that hangs, answers garbage and redirects", figures)
    assert len(gateway.taken) == FEW
    assert gateway.messages_to_one() == 1
    assert gateway.repeats == []
