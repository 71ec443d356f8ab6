"""Ending messages: a person wants none any more.

Whatever the way (the word STOP, the link in an e-mail, a button on the own page, an officer at the counter),
it ends here, within the transaction: the answer is kept with its way and time, what waits is cancelled, and
what a worker has in hand but has not begun does not go. Consents live above this app, so their app registers
how an answer is written down. Ending one topic or one channel is OptOut.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from okoce.accounts.models import User
from okoce.notifications import services

BY_MESSAGE, BY_LINK, BY_SELF, BY_COUNTER, BY_PHONE = "message", "link", "self", "counter", "phone"
MESSAGES = "messages"  # the purpose of a consent (participants.enums.Purpose)
REFUSED = "consent_refused"

Withdraw = Callable[..., object]

_withdraw: Withdraw | None = None


def register(withdraw: Withdraw) -> None:
    """``withdraw(participant_id, purpose, channel, by, now)`` keeps the answer; the same twice is one."""
    global _withdraw
    _withdraw = withdraw


@transaction.atomic
def stop(*, participant_id: int, way: str, by: User | None = None, now: datetime | None = None) -> int:
    """End all messages of one person; how many that waited were cancelled. ``way``: BY_MESSAGE, ….

    Saying it twice changes nothing more. Codes and answers that the person asked for go on.
    """
    waiting = services.cancel_unwanted(participant_id=participant_id, reason=REFUSED)
    if _withdraw is not None:
        _withdraw(participant_id=participant_id, purpose=MESSAGES, channel=way, by=by, now=now)
    return waiting
