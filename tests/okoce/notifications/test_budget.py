"""How many people a day a new WhatsApp number may begin with, counted batch by batch."""

from __future__ import annotations

import pytest
from django.utils import timezone

from okoce.notifications.budget import Budget
from okoce.notifications.models import Message

pytestmark = pytest.mark.django_db


def to_person(number: int, *, kind: str = "session_reminder") -> Message:
    """Saved, so that it has an id; the budget asks nothing of the person but the number."""
    made: Message = Message.objects.create(
        key=f"{kind}:{number}:{Message.objects.count()}", kind=kind, channel="whatsapp", state="pending",
        participant_id=number, due_at=timezone.now(),
    )  # fmt: skip
    return made


def was_sent(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(state="sent", finished_at=timezone.now())


def test_nobody_is_asked_about_while_even_strangers_would_fit(django_assert_num_queries):
    first, second = [to_person(n) for n in (1, 2)], [to_person(n) for n in (3, 4)]
    day = Budget(4, now=timezone.now())

    with django_assert_num_queries(0):
        assert (day.beyond(first), day.beyond(second)) == (set(), set())


def test_those_let_through_are_counted_once_room_runs_out_whether_sent_yet_or_not():
    begun = to_person(1)
    was_sent(begun)
    day = Budget(4, now=timezone.now())  # three more people
    assert day.beyond([to_person(1), to_person(2)]) == set()
    sent, in_hand = to_person(3), to_person(2)
    was_sent(sent)  # by this drain meanwhile

    nobody_new, last, beyond = to_person(2), to_person(4), to_person(5)

    assert day.beyond([in_hand, nobody_new, last, beyond]) == {beyond.pk}
    assert day.left == 0
    assert day.beyond([to_person(1), to_person(4)]) == set()
    assert len(day.beyond([to_person(6)])) == 1


def test_who_is_written_to_often_takes_one_place():
    day = Budget(2, now=timezone.now())

    for _time in range(5):
        assert day.beyond([to_person(1)]) == set()
    second, third = to_person(2), to_person(3)

    assert day.beyond([second, third]) == {third.pk}
