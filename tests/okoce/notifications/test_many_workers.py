"""Several workers at one outbox, and workers that stop in the middle. Real connections, real commits."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from okoce.notifications import outbox, turns
from okoce.notifications.enums import Event, State
from okoce.notifications.leases import begin, claim, note_accepted, settle
from okoce.notifications.models import DeliveryEvent, Message
from okoce.notifications.outcomes import Outcome
from okoce.notifications.services import Draft, queue_many
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _kinds(domain):
    return domain


def greet(count: int) -> None:
    users = [UserFactory() for _ in range(count)]
    queue_many(kind="greeting", drafts=[Draft(key=f"greeting:{u.pk}", user_id=u.pk) for u in users])


def at_once(count: int, work) -> list:
    results, barrier = [], threading.Barrier(count)

    def run():
        try:
            barrier.wait()
            results.append(work())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def end_of_lease() -> None:
    Message.objects.exclude(lease_until=None).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_four_drains_at_once_send_every_letter_once(mail):
    greet(60)

    reports = at_once(4, lambda: outbox.drain(batch=7))

    assert sum(report.sent for report in reports) == 60
    assert len(mail.box.keys) == len(set(mail.box.keys)) == 60
    assert Message.objects.filter(state="sent", attempts=1, lease_owner=None).count() == 60
    assert DeliveryEvent.objects.filter(event="sent").count() == 60


def test_two_clocks_that_queue_and_drain_have_one_effect(mail):
    users = [UserFactory() for _ in range(20)]

    def beat():
        queue_many(
            kind="greeting",
            drafts=[Draft(key=f"greeting:{u.pk}:besok", user_id=u.pk) for u in users],
        )
        outbox.drain()

    at_once(3, beat)
    outbox.drain()

    assert len(mail.box.keys) == len(set(mail.box.keys)) == 20


def test_a_claimed_message_is_nobody_elses_until_the_lease_ends():
    greet(3)
    first, second = uuid.uuid4(), uuid.uuid4()

    assert len(claim("email", owner=first, size=2)) == 2
    assert len(claim("email", owner=second, size=5)) == 1
    assert claim("email", owner=second, size=5) == []
    end_of_lease()
    assert len(claim("email", owner=second, size=5)) == 3


@pytest.fixture(autouse=True)
def _connected(mail):
    return mail


def test_the_successor_of_a_dead_worker_sends_what_it_left(mail):
    greet(4)
    claim("email", owner=uuid.uuid4(), size=3)
    assert outbox.drain().sent == 1

    end_of_lease()

    assert outbox.drain().sent == 3
    assert len(set(mail.box.keys)) == 4


def test_a_worker_that_overslept_its_lease_cannot_write_over_its_successor():
    greet(1)
    sleeper, successor = uuid.uuid4(), uuid.uuid4()
    (message,) = claim("email", owner=sleeper, size=1)
    assert begin(sleeper, [message.pk]) == {message.pk}
    end_of_lease()
    claim("email", owner=successor, size=1)
    assert begin(successor, [message.pk]) == {message.pk}
    settle(successor, [Outcome(message.pk, State.SENT, Event.SENT)], begun=[message.pk])

    settle(sleeper, [Outcome(message.pk, State.DEAD, Event.DEAD, "refused:500")], begun=[message.pk])

    message.refresh_from_db()
    assert (message.state, message.reason, message.attempts) == ("sent", "", 1)
    assert list(message.events.values_list("event", "reason")) == [("sent", ""), ("dead", "lease_lost")]


def test_a_worker_that_overslept_does_not_begin_what_its_successor_holds():
    greet(1)
    sleeper = uuid.uuid4()
    (message,) = claim("email", owner=sleeper, size=1)
    end_of_lease()
    claim("email", owner=uuid.uuid4(), size=1)

    assert begin(sleeper, [message.pk]) == set()


def test_a_message_cancelled_after_the_claim_is_not_begun():
    greet(1)
    owner = uuid.uuid4()
    (message,) = claim("email", owner=owner, size=1)
    Message.objects.update(state="cancelled", finished_at=timezone.now(), lease_owner=None, lease_until=None)

    assert begin(owner, [message.pk]) == set()


def test_commits_wait_for_the_disk_again_after_a_drain():
    greet(1)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        outbox.drain()
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)


def test_claims_at_once_never_share_a_message():
    greet(60)

    claimed = at_once(4, lambda: [m.pk for m in claim("email", owner=uuid.uuid4(), size=15)])

    assert sorted(len(ids) for ids in claimed) == [15, 15, 15, 15]
    assert len({pk for ids in claimed for pk in ids}) == 60


def test_a_second_drain_leaves_the_channel_to_the_first(mail):
    greet(3)
    others = []
    mail.box.answer_data = lambda key: others.extend(at_once(1, outbox.drain)) if not others else None

    report = outbox.drain()

    assert (report.sent, [other.sent for other in others]) == (3, [0])


def test_a_worker_that_holds_the_turn_and_does_nothing_is_passed(mail, monkeypatch):
    monkeypatch.setattr(turns, "MOMENT", 0.01)
    greet(3)
    Message.objects.update(due_at=timezone.now() - timedelta(minutes=5))

    with turns.turn("email"):
        (report,) = at_once(1, outbox.drain)

    assert report.sent == 3


def test_a_worker_that_holds_the_turn_and_works_is_not_passed(mail, monkeypatch):
    monkeypatch.setattr(turns, "MOMENT", 0.01)
    greet(3)
    Message.objects.update(due_at=timezone.now() - timedelta(minutes=5))

    with turns.turn("email"):
        claim("email", owner=uuid.uuid4(), size=1)
        (report,) = at_once(1, outbox.drain)

    assert report.sent == 0


def test_a_letter_that_was_accepted_is_not_sent_again_after_its_worker_died(mail):
    greet(2)
    dead = uuid.uuid4()
    first, second = claim("email", owner=dead, size=2)
    begin(dead, [first.pk, second.pk])
    note_accepted(dead, [first.pk])  # and then it was killed
    end_of_lease()

    outbox.drain()

    assert mail.box.keys == [second.key]
    assert set(Message.objects.values_list("state", "receipt")) == {("sent", "")}


def test_a_failure_that_is_told_before_the_acceptance_is_written_down_stands(mail):
    greet(1)
    owner, told_at = uuid.uuid4(), timezone.now()
    (message,) = claim("email", owner=owner, size=1)
    begin(owner, [message.pk])
    Message.objects.update(receipt="failed", reason="whatsapp:131026", falls_back_at=told_at)

    settle(owner, [Outcome(message.pk, State.SENT, Event.SENT, provider_id="wamid.1", falls_back_in=14400)])

    message.refresh_from_db()
    assert (message.state, message.receipt, message.reason) == ("sent", "failed", "whatsapp:131026")
    assert message.falls_back_at == told_at


@pytest.fixture
def full_disk():
    """The server refuses every new event as a full disk would; yields what frees it."""
    owner = "RESET ROLE; {0}; SET ROLE okoce_app"
    function = "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS"

    def run(sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(owner.format(sql))

    run(
        f"{function} $$BEGIN RAISE 'No space left on device' USING ERRCODE = '53100'; END$$;"
        " CREATE TRIGGER disk_full BEFORE INSERT ON notifications_deliveryevent"
        " FOR EACH STATEMENT EXECUTE FUNCTION disk_full()"
    )
    yield lambda: run("DROP TRIGGER IF EXISTS disk_full ON notifications_deliveryevent")
    run("DROP FUNCTION disk_full() CASCADE")


def test_a_full_disk_stops_sending_and_nobody_gets_a_letter_twice(mail, full_disk):
    greet(3)

    for _ in range(4):
        with pytest.raises(OperationalError, match="No space left"):
            outbox.drain()
        end_of_lease()
    sent_on_a_full_disk = len(mail.box.keys)
    full_disk()
    outbox.drain()

    assert sent_on_a_full_disk <= 3
    assert len(mail.box.keys) == len(set(mail.box.keys)) == 3
    assert list(Message.objects.values_list("state", flat=True)) == ["sent"] * 3
