"""The phones that people let us send notices to: taking one in, ending it, and what it tells us.

A phone is a browser's subscription. Its address and keys are sealed; its label is made of the browser's own
words, shortened to "Chrome, Android".
"""

from __future__ import annotations

import hashlib
import json
from uuid import UUID

from django.core import signing
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from okoce.db.encryption import decrypt, encrypt
from okoce.notifications.models import PushSubscription
from okoce.notifications.push_protocol import Keys, is_push_service, unbase64

COLUMN = "notifications.push"
MOST_PHONES = 5  # of one person; the oldest is ended for a sixth
LONGEST_ENDPOINT = 1000
_signer = signing.Signer(salt="okoce.notifications.shown")

BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


class NotAPhone(Exception):
    """What was handed in is no subscription of a known push service."""


def label_of(user_agent: str) -> str:
    """Browser and system, as far as they are known; nothing else of what the browser says."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    return ", ".join(filter(None, (browser, system)))


@transaction.atomic
def take_in(
    *, participant_id: int, endpoint: str, p256dh: str, auth: str, user_agent: str
) -> PushSubscription:
    """The phone's row; the same phone again is the same row. On a phone that somebody else used before, the
    other one's ends. Raises NotAPhone.
    """
    keys = _checked(endpoint, p256dh, auth)
    with connection.cursor() as cursor:  # two presses at once are one phone
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('okoce.phones'), hashtext(%s))", [endpoint])
    digest = hashlib.sha256(endpoint.encode()).digest()
    known = PushSubscription.objects.select_for_update().filter(digest=digest, ended_at=None).first()
    if known is not None and known.participant_id != participant_id:
        end(known, why="another_person")
        known = None
    row = known or PushSubscription(participant_id=participant_id, digest=digest)
    row.label = label_of(user_agent)
    said = {"endpoint": endpoint, "p256dh": keys.p256dh.hex(), "auth": keys.auth.hex()}
    row.secret_ciphertext = encrypt(json.dumps(said), column=COLUMN, row=row.uid)
    row.save()
    _end_oldest(participant_id)
    return row


def _checked(endpoint: str, p256dh: str, auth: str) -> Keys:
    if len(endpoint) > LONGEST_ENDPOINT or not is_push_service(endpoint):
        raise NotAPhone
    try:
        return Keys(unbase64(p256dh), unbase64(auth))
    except ValueError:
        raise NotAPhone from None


def _end_oldest(participant_id: int) -> None:
    rows = PushSubscription.objects.filter(participant_id=participant_id, ended_at=None)
    for row in rows.order_by("-created_at", "-pk")[MOST_PHONES:]:
        end(row, why="removed")


def of(participant_id: int | None) -> list[PushSubscription]:
    """The phones of a person, newest first."""
    if participant_id is None:
        return []
    return list(PushSubscription.objects.filter(participant_id=participant_id, ended_at=None))


def end(row: PushSubscription, *, why: str) -> None:
    """No notice goes there any more; ending it twice changes nothing."""
    PushSubscription.objects.filter(pk=row.pk, ended_at=None).update(
        ended_at=timezone.now(), ended_why=why, secret_ciphertext=None
    )


def note_ok(row: PushSubscription) -> None:
    PushSubscription.objects.filter(pk=row.pk, ended_at=None).update(last_ok_at=timezone.now())


def open_secret(row: PushSubscription) -> tuple[str, Keys]:
    """(address, keys) of a phone."""
    assert row.secret_ciphertext is not None
    said = json.loads(decrypt(row.secret_ciphertext, column=COLUMN, row=row.uid))
    return said["endpoint"], Keys(bytes.fromhex(said["p256dh"]), bytes.fromhex(said["auth"]))


# ---------------------------------------------------------------- what the phone tells


def receipt_path(reference: str) -> str:
    """Where the phone says that it showed a message, or that somebody tapped on it. Names nobody."""
    return reverse("notifications:shown", args=[_signer.sign(reference)])


def reference_of(token: str) -> UUID | None:
    try:
        return UUID(_signer.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
