"""What a killed sender leaves, and sending in windows."""

import errno
import os
import threading
import time
import uuid
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection, connections

from okoce.notifications import leases, outbox, sending
from okoce.notifications.journal import Journal, left_behind
from okoce.notifications.models import DeliveryEvent, Message
from okoce.notifications.services import Draft, queue_many
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def place(domain, settings, tmp_path) -> Path:
    settings.OUTBOX_JOURNALS = str(tmp_path / "journals")
    return tmp_path / "journals"


def greet(count: int) -> list[Message]:
    users = [UserFactory() for _ in range(count)]
    queue_many(kind="greeting", drafts=[Draft(key=f"greeting:{u.pk}", user_id=u.pk) for u in users])
    return list(Message.objects.order_by("pk"))


def killed_sender(*, begun: int, accepted: int) -> None:
    """One that has begun a window of four, sent for ``begun`` of them and heard of ``accepted``."""
    owner = uuid.uuid4()
    ids = [message.pk for message in leases.claim("email", owner=owner, size=5)]
    leases.begin(owner, ids[:4])
    journal = Journal(owner)
    journal.begin_window()
    for n, pk in enumerate(ids[:begun], 1):
        journal.begin([pk])
        if n <= accepted:
            journal.accepted()
    os.close(journal._file)  # as the kernel does


def test_what_a_killed_sender_was_told_is_written_down_and_not_sent_again(mail, place):
    messages = greet(5)
    killed_sender(begun=2, accepted=2)

    outbox.drain()

    assert mail.box.keys == [message.key for message in messages[2:]]
    assert Message.objects.filter(state="sent", lease_owner=None).count() == 5
    assert DeliveryEvent.objects.filter(event="sent").count() == 5
    assert list(place.iterdir()) == []


def test_only_the_letter_on_its_way_has_its_try_counted_and_goes_again(mail):
    messages = greet(5)
    killed_sender(begun=2, accepted=1)

    outbox.drain()

    assert mail.box.keys == [message.key for message in messages[1:]]
    assert list(Message.objects.order_by("pk").values_list("attempts", flat=True)) == [1, 2, 1, 1, 1]


def test_a_letter_on_which_the_sender_breaks_has_its_try_counted(mail, monkeypatch):
    messages = greet(3)
    real = sending.Line._send_one

    def send(line, sender, parcel, letter, results):
        if parcel.message.key == messages[1].key:
            raise TypeError("nobody thought of it")
        real(line, sender, parcel, letter, results)

    monkeypatch.setattr(sending.Line, "_send_one", send)

    with pytest.raises(TypeError):
        outbox.drain()

    assert list(Message.objects.order_by("pk").values_list("attempts", flat=True)) == [1, 1, 0]


def test_what_the_dead_had_in_hand_is_free_before_its_lease_ends(mail):
    greet(5)
    killed_sender(begun=0, accepted=0)

    assert outbox.drain().sent == 5
    assert set(Message.objects.values_list("attempts", flat=True)) == {1}


def test_a_journal_that_cannot_be_taken_over_stops_nobody(mail, place, monkeypatch):
    greet(5)
    killed_sender(begun=0, accepted=0)
    monkeypatch.setattr(leases, "count_tries", lambda *given: 1 // 0)

    sending.take_over()

    assert list(place.iterdir()) == []


def test_what_another_machine_has_taken_in_the_meantime_stays_its_own(mail, place):
    first, *_others = greet(1)
    killed_sender(begun=1, accepted=1)
    successor = uuid.uuid4()
    Message.objects.update(lease_owner=successor)

    sending.take_over()

    first.refresh_from_db()
    assert (first.state, first.lease_owner) == ("pending", successor)
    assert list(place.iterdir()) == []


def test_the_journal_of_a_living_sender_is_left_alone(place):
    journal = Journal(uuid.uuid4())
    journal.begin_window()

    with left_behind() as found:
        assert found == []
    journal.begin([1])
    assert [path.read_text() for path in place.iterdir()] == [">1\n"]


def test_who_comes_while_a_journal_is_taken_over_waits_and_finds_none(place):
    """It would claim, as free, what the journal knows to be sent already."""
    journal = Journal(uuid.uuid4())
    journal.begin_window()
    os.close(journal._file)
    found: list[int] = []

    def come() -> None:
        with left_behind() as left:
            found.append(len(left))

    second = threading.Thread(target=come)
    with left_behind() as first:
        second.start()
        second.join(0.2)
        assert (len(first), found) == (1, [])
    second.join(10)

    assert found == [0]
    assert list(place.iterdir()) == []


def test_a_journal_stays_while_the_database_cannot_take_it_over(place):
    journal = Journal(uuid.uuid4())
    journal.begin_window()
    os.close(journal._file)

    with pytest.raises(RuntimeError), left_behind():
        raise RuntimeError("the database is away")

    with left_behind() as found:
        assert len(found) == 1


def test_a_line_that_was_cut_off_is_not_believed(place):
    owner = uuid.uuid4()
    place.mkdir()
    (place / owner.hex).write_text(">11\n+\n>12\n+\n>1")

    with left_behind() as (left,):
        assert (left.owner, left.tried, left.accepted) == (owner, {11, 12}, {11, 12})


def test_other_files_there_are_nobodys_journal(place):
    place.mkdir()
    (place / "README").write_text(">1\n")

    with left_behind() as found:
        assert found == []
    assert (place / "README").exists()


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    """The sender's clock stands still until somebody moves ``now``; a drain's end is said by the real one."""
    moved = SimpleNamespace(now=time.monotonic())
    monkeypatch.setattr(sending, "time", SimpleNamespace(monotonic=lambda: moved.now))
    return moved


def noted_meanwhile(mail) -> list[int]:
    """How many messages were written down as sent when each letter was on its way."""
    seen: list[int] = []

    def count_sent() -> None:
        seen.append(Message.objects.filter(state="sent").count())
        connection.close()

    def look(key: str) -> None:  # in a thread with a connection of its own
        thread = threading.Thread(target=count_sent)
        thread.start()
        thread.join(10)

    mail.box.answer_data = look
    return seen


def test_without_a_place_for_the_journal_each_result_is_written_before_the_next_letter(mail, settings):
    settings.OUTBOX_JOURNALS = "/dev/null/journals"
    greet(4)
    seen = noted_meanwhile(mail)

    assert outbox.drain().sent == 4
    assert seen == [0, 1, 2, 3]


def test_when_the_journals_disk_gets_full_in_a_window_the_rest_goes_one_by_one(mail, monkeypatch, clock):
    greet(7)
    seen, real, room = noted_meanwhile(mail), os.write, iter([True] * 4)

    def write(file: int, line: bytes) -> int:
        if line[:1] in b">+" and not next(room, False):
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(file, line)

    monkeypatch.setattr("okoce.notifications.journal.os.write", write)

    assert outbox.drain().sent == 7
    assert seen == [0, 1, 2, 3, 4, 5, 6]
    assert set(Message.objects.values_list("attempts", flat=True)) == {1}


def test_with_a_fast_server_windows_grow(mail, clock):
    greet(7)
    seen = noted_meanwhile(mail)

    outbox.drain()

    assert seen == [0, 1, 1, 3, 3, 3, 3]


def slow(mail, clock, *, seconds: float, after: int = 0) -> list[int]:
    """The server takes so long for each letter but the first few."""
    seen = noted_meanwhile(mail)
    look = mail.box.answer_data

    def answer(key: str) -> None:
        look(key)
        if len(seen) > after:
            clock.now += seconds

    mail.box.answer_data = answer
    return seen


def test_with_a_slow_server_a_window_is_one_letter(mail, clock):
    greet(4)
    seen = slow(mail, clock, seconds=0.3)

    outbox.drain()

    assert seen == [0, 1, 2, 3]


def test_a_server_that_slows_down_in_a_window_ends_it(mail, clock):
    """So that what was confirmed is sent soon, or confirmed again."""
    greet(9)
    seen = slow(mail, clock, seconds=0.3, after=3)

    outbox.drain()

    assert seen == [0, 1, 1, 3, 4, 5, 6, 7, 8]
    assert set(Message.objects.values_list("attempts", flat=True)) == {1}


def test_what_was_prepared_for_longer_is_looked_at_again(mail, monkeypatch, domain):
    monkeypatch.setattr(outbox, "AHEAD_AT_MOST", 0.0)
    monkeypatch.setattr(outbox, "_fitting", lambda rate: 3)
    real, rounds = sending.Line.send, []

    def send(line, letters, *, until):
        rounds.append(len(letters))
        return real(line, letters[:1], until=until + 60)

    monkeypatch.setattr(sending.Line, "send", send)
    greet(4)

    assert outbox.drain().sent == 4
    assert rounds == [4, 3, 2, 1]
    assert set(Message.objects.values_list("attempts", flat=True)) == {1}


def test_a_drain_leaves_no_journal(mail, place):
    greet(3)

    outbox.drain()

    assert list(place.iterdir()) == []


def test_two_drains_after_a_kill_send_every_letter_once(mail):
    greet(12)
    killed_sender(begun=4, accepted=4)
    barrier = threading.Barrier(2)

    def work() -> None:
        barrier.wait()
        outbox.drain()
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(mail.box.keys) == len(set(mail.box.keys)) == 8
    assert Message.objects.filter(state="sent").count() == 12
