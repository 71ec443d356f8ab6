"""The database has the last word on messages."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from okoce.notifications.models import DeliveryEvent, Message

pytestmark = pytest.mark.django_db


def message(**fields):
    given = {"key": "tes:1", "kind": "tes", "channel": "email", "participant_id": 1, "due_at": timezone.now()}
    with transaction.atomic():
        return Message.objects.create(**{**given, **fields})


def refused_by(constraint):
    return pytest.raises(IntegrityError, match=constraint)


def update(row, **fields):
    with transaction.atomic():
        Message.objects.filter(pk=row.pk).update(**fields)


def test_one_occasion_is_told_once():
    message()

    with refused_by("key"):
        message()


def test_a_message_goes_to_somebody():
    with refused_by("notifications_message_has_recipient"):
        message(participant_id=None)


def test_a_lease_has_an_owner_and_an_end():
    row = message()

    with refused_by("notifications_message_lease_whole"):
        update(row, lease_owner=uuid4())
    with refused_by("notifications_message_lease_whole"):
        update(row, lease_until=timezone.now())


@pytest.mark.parametrize("state", ["sent", "cancelled", "expired", "dead"])
def test_a_final_message_was_finished_at_some_time(state):
    row = message()

    with refused_by("notifications_message_finished_when_final"):
        update(row, state=state)


@pytest.mark.parametrize("state", ["pending", "ready", "held"])
def test_an_open_message_was_not_finished(state):
    with refused_by("notifications_message_finished_when_final"):
        message(state=state, finished_at=timezone.now())


def test_what_happened_to_a_message_cannot_be_rewritten():
    event = DeliveryEvent.objects.create(message=message(), event="sent")

    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        DeliveryEvent.objects.filter(pk=event.pk).update(event="failed")
