"""The address in an e-mail at which messages like it can be ended without signing in. It names nobody."""

from __future__ import annotations

from uuid import UUID

from django.core import signing
from django.urls import reverse

ENDING = signing.Signer(salt="okoce.notifications.ending")


def ending_path(message_uid: UUID) -> str:
    return reverse("notifications:end", args=[ENDING.sign(str(message_uid))])
