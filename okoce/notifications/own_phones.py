"""The own number of somebody of the staff: noted, confirmed by a code that is sent there, taken out again.

It is used for tests of messages to oneself only. The code goes by SMS, or by WhatsApp where no SMS gateway
is connected.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from okoce.accounts import limits
from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.db.encryption import decrypt, encrypt, lookup
from okoce.notifications import chains, kinds, services
from okoce.notifications.channels import WAYS
from okoce.notifications.directory import OWN_PHONE_COLUMN, Person
from okoce.notifications.enums import Channel, ConsentRule
from okoce.notifications.kinds import Kind
from okoce.notifications.models import OwnPhone
from okoce.values import phone as phone_values

KIND: Final = "own_phone_code"
CODE_COLUMN: Final = "notifications.own_phone_code"
LIVES: Final = timedelta(minutes=10)
TRIES, CODES_AN_HOUR = 5, 5
HOUR: Final = timedelta(hours=1)
BY_PHONE: Final = (Channel.SMS, Channel.WHATSAPP)


class TooManyCodes(Exception):
    """No more codes for this account within the hour."""


class NotConnected(Exception):
    """Nothing goes to phones from this portal now."""


class Problem(StrEnum):
    """Why a code did not confirm a number."""

    NOT_ASKED = "not_asked"
    LATE = "late"
    SPENT = "spent"
    WRONG = "wrong"


def register() -> None:
    """Called when the app starts."""
    kinds.register(
        Kind(
            code=KIND,
            label=_("Code for the own number of the staff"),
            channels=BY_PHONE,
            recipients=to_whom,
            recheck=void,
            consent=ConsentRule.NONE,
            urgent=True,
            gaps={"secret": _("The code, shown to nobody but the person")},
            required=("secret",),
            reasons={"code_used": _("The code has been used already")},
        )
    )


def _of(messages: Sequence[Any]) -> Mapping[int, OwnPhone]:
    rows = OwnPhone.objects.filter(user__in={m.user_id for m in messages}, user__is_active=True)
    return {row.user_id: row for row in rows.select_related("user")}


def to_whom(messages: Sequence[Any]) -> Mapping[str, Person]:
    """The number that is to be confirmed, which counts for nothing else yet."""
    rows = _of(messages)
    return {
        m.key: Person(name=row.user.full_name, phone=number_of(row), has_phone=True, consent=True)
        for m in messages
        if (row := rows.get(m.user_id)) is not None
    }


def void(messages: Sequence[Any]) -> Mapping[str, str]:
    """Codes before the newest, and of numbers that are confirmed."""
    rows = _of(messages)
    return {
        m.key: "code_used"
        for m in messages
        if (row := rows.get(m.user_id)) is not None and (row.confirmed_at or m.key != _key(row))
    }


def _key(row: OwnPhone) -> str:
    return f"own-phone:{row.pk}:{row.codes}"


def of(user: User) -> OwnPhone | None:
    return OwnPhone.objects.filter(user=user).first()


def number_of(row: OwnPhone) -> str:
    return decrypt(row.phone_ciphertext, column=OWN_PHONE_COLUMN, row=row.uid)


def masked(row: OwnPhone) -> str:
    return phone_values.mask(number_of(row))


def can_be_confirmed() -> bool:
    return any(not WAYS[channel].why_not() for channel in BY_PHONE)


@transaction.atomic
def note(*, phone: str, by: User, now: datetime) -> OwnPhone:
    """Keep ``phone`` (E.164) instead of what was there, unconfirmed, and send a code to it.

    Raises NotConnected and TooManyCodes.
    """
    if not can_be_confirmed():
        raise NotConnected
    if limits.count("own_phone", str(by.pk), window=HOUR, now=now) > CODES_AN_HOUR:
        raise TooManyCodes
    User.objects.select_for_update().get(pk=by.pk)  # two tabs, one after the other
    row = of(by) or OwnPhone(user=by)
    digits = f"{secrets.randbelow(10**6):06d}"
    row.phone_ciphertext = encrypt(phone, column=OWN_PHONE_COLUMN, row=row.uid)
    row.confirmed_at, row.code_digest, row.code_until = None, _digest(row, digits), now + LIVES
    row.codes, row.tries = row.codes + 1, 0
    row.save()
    services.queue(
        kind=KIND, key=_key(row), user=by, secret=digits, cause=("notifications.ownphone", row.pk),
        expires_at=row.code_until,
    )  # fmt: skip
    record(by, "notifications.own_phone.noted", row)
    return row


def _digest(row: OwnPhone, digits: str) -> bytes:
    return lookup(f"{row.uid}:{digits}", column=CODE_COLUMN)


@transaction.atomic
def confirm(*, typed: str, by: User, now: datetime) -> Problem | None:
    """Whether ``typed`` is the newest code; None when the number is confirmed, also by the same code twice.

    Two answers at once wait for each other: five wrong tries are five.
    """
    row = OwnPhone.objects.select_for_update().filter(user=by).first()
    if row is None:
        return Problem.NOT_ASKED
    if row.confirmed_at is not None or row.code_digest is None or row.code_until is None:
        return None
    if row.tries >= TRIES:
        return Problem.SPENT
    if row.code_until <= now:
        return Problem.LATE
    if not hmac.compare_digest(bytes(row.code_digest), _digest(row, typed)):
        row.tries += 1
        row.save(update_fields=["tries"])
        return Problem.WRONG if row.tries < TRIES else Problem.SPENT
    row.confirmed_at, row.code_digest, row.code_until = now, None, None
    row.save(update_fields=["confirmed_at", "code_digest", "code_until"])
    record(by, "notifications.own_phone.confirmed", row)
    return None


@transaction.atomic
def remove(*, by: User) -> bool:
    """Take the number out; whether there was one."""
    row = OwnPhone.objects.select_for_update().filter(user=by).first()
    if row is None:
        return False
    record(by, "notifications.own_phone.removed", row)
    row.delete()
    return True


def ways_to(user: User, kind: Kind | None = None) -> list[tuple[Channel, str]]:
    """(channel, address as it may be shown) by which a test can go to this person now."""
    row = of(user)
    shown = masked(row) if row is not None and row.confirmed_at is not None else ""
    addresses = {Channel.EMAIL: user.email, Channel.WHATSAPP: shown, Channel.SMS: shown}
    goes = chains.in_force([kind.code]).of(kind).ways if kind is not None else tuple(addresses)
    return [
        (channel, address)
        for channel, address in addresses.items()
        if address and channel in goes and not WAYS[channel].why_not()
    ]
