"""When a stall can be set up: told once at each time, to whoever holds a stall then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from bazaars import setup_messages
from bazaars.enums import AllocationState
from okoce.notifications import compose
from okoce.notifications.models import Message
from tests.factories.bazaars import AllocationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def stall():
    row = AllocationFactory()
    bazaar = row.application.site.bazaar
    bazaar.setup_at = bazaar.begins_at - timedelta(hours=2)
    bazaar.save()
    return row


def tell(stall, **before) -> int:
    return setup_messages.tell_setup_times(now=stall.application.site.bazaar.setup_at - timedelta(**before))


def test_it_is_told_once_from_a_day_before_on(stall):
    assert [tell(stall, hours=hours) for hours in (25, 24, 23, 1)] == [0, 1, 0, 0]


def test_it_names_the_stall_and_the_hour(stall):
    tell(stall, hours=23)

    (prepared,), refused = compose.prepare(list(Message.objects.all()))

    assert refused == []
    assert prepared.details["setup_at"] == stall.application.site.bazaar.setup_at
    assert prepared.details["stall"] == stall.stall.number


def test_a_bazaar_without_an_hour_tells_nobody():
    AllocationFactory()

    assert setup_messages.tell_setup_times(now=timezone.now()) == 0


def test_it_is_not_sent_when_the_stall_went_back_or_the_bazaar_is_off(stall):
    tell(stall, hours=23)
    (message,) = Message.objects.all()
    assert setup_messages.void([message]) == {}

    type(stall).objects.filter(pk=stall.pk).update(
        state=AllocationState.RELEASED, released_at=timezone.now(), release_kind="given_back"
    )

    assert setup_messages.void([message]) == {message.key: "stall_gone"}


@pytest.mark.parametrize(("hours", "is_kept"), [(50, False), (47, True), (25, True), (23, False)])
def test_whatsapp_keeps_room_for_whoever_is_told_within_the_day(stall, hours, is_kept):
    now = stall.application.site.bazaar.setup_at - timedelta(hours=hours)

    kept = setup_messages.people_between(now, now + timedelta(hours=24))

    assert [row.participant_id for row in kept] == ([stall.participant_id] if is_kept else [])
