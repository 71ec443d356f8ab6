"""Addresses for calendar programs: made, opened and withdrawn."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.db.encryption import decrypt, encrypt, lookup
from participants.enums import Status
from participants.models import Participant
from trainings.models import CalendarFeed

COLUMN = "trainings.calendar_feed"


@transaction.atomic
def subscribe(*, kind: str, by: User, **subject: Any) -> CalendarFeed:
    """The feed of one subject (``area``, ``venue``, ``trainer`` or ``participant``); asking again gives the
    same one."""
    User.objects.select_for_update().get(pk=by.pk)
    known: CalendarFeed | None = CalendarFeed.objects.filter(
        kind=kind, created_by=by, revoked_at=None, **subject
    ).first()
    if known is not None:
        return known
    token = secrets.token_urlsafe(24)
    feed = CalendarFeed(kind=kind, created_by=by, token_lookup=lookup(token, column=COLUMN), **subject)
    feed.token_ciphertext = encrypt(token, column=COLUMN, row=feed.uid)
    feed.save()
    record(by, "trainings.feed.made", feed, kind=kind)
    return feed


@transaction.atomic
def withdraw(*, feed_id: int, by: User) -> bool:
    """The address answers 404 from now on. Whether it was valid."""
    withdrawn = CalendarFeed.objects.filter(pk=feed_id, revoked_at=None).update(revoked_at=timezone.now())
    if withdrawn:
        record(by, "trainings.feed.withdrawn", CalendarFeed.objects.get(pk=feed_id))
    return bool(withdrawn)


def address_of(feed: CalendarFeed) -> str:
    token = decrypt(feed.token_ciphertext, column=COLUMN, row=feed.uid)
    return f"{settings.PORTAL_URL.rstrip('/')}{reverse('trainings:feed', args=[token])}"


def open_feed(token: str) -> CalendarFeed | None:
    """None when it never existed, was withdrawn, or its owner has left."""
    feed: CalendarFeed | None = (
        CalendarFeed.objects.filter(
            token_lookup=lookup(token, column=COLUMN), revoked_at=None, created_by__is_active=True
        )
        .select_related("area", "venue", "trainer")
        .first()
    )
    if feed is None or feed.participant_id is None:
        return feed
    is_here = Participant.objects.filter(pk=feed.participant_id).exclude(status=Status.DIED).exists()
    return feed if is_here else None
