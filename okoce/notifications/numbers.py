"""Phone numbers that WhatsApp does not reach. Known by their digest alone: who has the number is not kept.

A mark is made when Meta says so (131026) for good, and gone as soon as a message arrives there or somebody
writes from it. A person who gets another number has no mark, as the mark belongs to the number.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from okoce.notifications import directory
from okoce.notifications.channels.cloud_api import NUMBER_IS_DEAD
from okoce.notifications.models import DeadNumber

REASON = f"whatsapp:{NUMBER_IS_DEAD}"


def is_dead(phones: Iterable[str]) -> int:
    """Mark these E.164 numbers; how many there were."""
    now = timezone.now()
    rows = [
        DeadNumber(phone_lookup=directory.index_of(phone), since=now, reason=REASON)
        for phone in set(phones)
        if phone
    ]
    DeadNumber.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def is_alive(index: bytes) -> None:
    DeadNumber.objects.filter(phone_lookup=index).delete()


def are_alive(phones: Iterable[str]) -> None:
    """Something arrived on these numbers."""
    indexes = [directory.index_of(phone) for phone in set(phones) if phone]
    if indexes:
        DeadNumber.objects.filter(phone_lookup__in=indexes).delete()
