"""Signing in with a code sent to the registered phone.

A code proves that somebody holds a phone. Families share phones, so it opens whoever is registered with that
number: with several, the person says afterwards which of them they are. A number nobody registered costs the
same work and gets the same answer, and nothing is sent to it.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils.translation import get_language

from okoce.accounts import limits
from okoce.accounts.models import Membership, User
from okoce.accounts.roles import Role
from okoce.audit.services import record
from okoce.db.encryption import lookup
from okoce.notifications import services as outbox
from okoce.notifications.enums import Channel
from okoce.notifications.wake import wake_after_commit
from participants.enums import Status
from participants.models import Participant, SignInCode
from participants.querysets import ParticipantQuerySet

KIND = "sign_in_code"
LIVES = timedelta(minutes=5)
TRIES = 3
PER_NUMBER, PER_ADDRESS = 5, 20  # codes an hour
HOUR = timedelta(hours=1)
EARLIER = timedelta(hours=1)  # a code of an earlier request is recognised for so long
NOBODY = 0


class TooManyCodes(Exception):
    """No more codes this hour for this number or from this address."""


class Problem(StrEnum):
    """Why a code did not open the door."""

    NOT_ASKED = "not_asked"  # this browser asked for none
    WRONG = "wrong"
    SPENT = "spent"  # three wrong tries
    LATE = "late"
    USED = "used"
    EARLIER = "earlier"  # right, but of a request before the newest: another code, or another phone


@dataclass(frozen=True)
class Verdict:
    """``phone_lookup`` is set when the code was right."""

    problem: Problem | None = None
    tries_left: int = 0
    phone_lookup: bytes | None = None


def new_browser() -> str:
    """A secret that lies in the session of the browser that asks; its digest stands at the code."""
    return secrets.token_hex(16)


def phone_lookup_of(phone: str) -> bytes:
    return lookup(phone, column="participants.phone")


def people_with(phone_lookup: bytes) -> ParticipantQuerySet:
    """Those who may sign in with a phone, in the order in which they were registered."""
    found = Participant.objects.filter(phone_lookup=phone_lookup)
    return found.exclude(status=Status.DIED).order_by("pk")


@transaction.atomic
def request_code(*, phone: str, browser: str, address: str, now: datetime) -> SignInCode:
    """Sends a code to ``phone`` (E.164) if somebody is registered with it. Raises TooManyCodes for any
    number.
    """
    phone_lookup = phone_lookup_of(phone)
    by_address = limits.count("code_address", address, window=HOUR, now=now)
    by_number = limits.count("code_number", phone_lookup.hex(), window=HOUR, now=now)
    if by_address > PER_ADDRESS or by_number > PER_NUMBER:
        raise TooManyCodes
    digits = f"{secrets.randbelow(10**6):06d}"
    code = SignInCode.objects.create(
        phone_lookup=phone_lookup,
        code_lookup=_digest(digits, browser),
        browser=_browser_digest(browser),
        expires_at=now + LIVES,
    )
    people = list(people_with(phone_lookup).values_list("pk", flat=True)[:2])
    _send(code, digits, people)
    return code


def _send(code: SignInCode, digits: str, people: list[int]) -> None:
    """Puts the code into the outbox. For nobody the same row is written and taken back."""
    with transaction.atomic():
        outbox.queue(
            kind=KIND,
            key=f"sign-in-code:{code.pk}",
            participant_id=people[0] if people else NOBODY,
            # An address belongs to one person; a shared phone's code may reach all of them by SMS only.
            channel=None if len(people) == 1 else Channel.SMS,
            secret=digits,
            cause=code,
            expires_at=code.expires_at,
            language=get_language() or "id",
        )
        if not people:
            transaction.set_rollback(True)
    if not people:
        wake_after_commit()


@transaction.atomic
def check_code(*, typed: str, browser: str, now: datetime) -> Verdict:
    """Whether ``typed`` (six digits) is the newest code this browser asked for. Wrong tries are counted.

    Two answers at once wait for each other at the code's row: three tries are three.
    """
    mine = SignInCode.objects.filter(browser=_browser_digest(browser))
    code = mine.select_for_update().order_by("-pk").first()
    if code is None:
        return Verdict(Problem.NOT_ASKED)
    is_right = hmac.compare_digest(bytes(code.code_lookup), _digest(typed, browser))
    if code.used_at is not None:
        return Verdict(Problem.USED)
    if code.tries >= TRIES:
        return Verdict(Problem.SPENT)
    if code.expires_at <= now:
        return Verdict(Problem.LATE)
    if not is_right or not people_with(bytes(code.phone_lookup)).exists():
        code.tries += 1
        code.save(update_fields=["tries"])
        left = TRIES - code.tries
        before = mine.filter(created_at__gt=now - EARLIER, code_lookup=_digest(typed, browser))
        if left and before.exclude(pk=code.pk).exists():
            return Verdict(Problem.EARLIER, left)
        return Verdict(Problem.WRONG if left else Problem.SPENT, left)
    code.used_at = now
    code.save(update_fields=["used_at"])
    return Verdict(phone_lookup=bytes(code.phone_lookup))


@transaction.atomic
def account_of(participant_id: int) -> User:
    """The account with which a participant signs in now, made the first time.

    It has no password and the role of participants only. A closed one is answered, not opened.
    """
    participant = Participant.objects.select_for_update().get(pk=participant_id)
    if participant.user is None:
        participant.user = User.objects.create_user(
            participant.number, full_name=participant.full_name, language=get_language() or "id"
        )
        participant.save(update_fields=["user"])
    user: User = participant.user
    Membership.objects.get_or_create(user=user, role=Role.PARTICIPANT, organisation=None, area=None)
    if user.is_active:
        record(user, "participants.signed_in", participant)
    return user


def forget_old_codes(*, now: datetime) -> int:
    """Codes of yesterday, with the digests of numbers that nobody registered; how many."""
    deleted, _by_model = SignInCode.objects.filter(created_at__lt=now - timedelta(days=1)).delete()
    return deleted


def _digest(digits: str, browser: str) -> bytes:
    return lookup(f"{browser}|{digits}", column="participants.sign_in_code")


def _browser_digest(browser: str) -> str:
    return lookup(browser, column="participants.sign_in_browser").hex()
