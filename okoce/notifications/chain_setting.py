"""The province sets by which channels a kind goes, in which order, and how long each is waited for.

A chain is kept in versions, as the texts and the times are; going back to the kind's own chain is a version
too. What already waits is given its channel anew in the same transaction (okoce.notifications.rechoosing).

The limits keep what is urgent from arriving too late: a code keeps every channel that it has, a change or an
offer two that need nobody's hands, and neither waits longer for a receipt than four hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.notifications import chains, joining, kinds, rechoosing
from okoce.notifications.channels import WAYS
from okoce.notifications.enums import Channel, Manner, State
from okoce.notifications.kinds import Kind
from okoce.notifications.models import MessageChain
from okoce.notifications.rechoosing import Rechosen
from okoce.notifications.wake import wake_after_commit

SHOWN: Final = 10
SHORTEST: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(days=3)
SHORTEST_OF_CODES: Final = timedelta(minutes=2)
LONGEST_OF_URGENT: Final = timedelta(hours=4)
BY_THEMSELVES: Final = 2  # channels that an urgent kind keeps besides those by hand
# Email and texts by hand never tell whether they arrived.
WITH_RECEIPTS: Final = (Channel.PUSH, Channel.WHATSAPP, Channel.SMS)


@dataclass(frozen=True, slots=True)
class Step:
    """A channel, and after how many minutes without a receipt the next one takes over; None: only when it is
    refused.
    """

    channel: Channel
    minutes: int | None = None


class ChainChangedMeanwhile(Exception):
    """Somebody else set the chain since the page was opened."""

    def __init__(self, newest: MessageChain) -> None:
        super().__init__(str(newest))
        self.newest = newest


def settable() -> list[Kind]:
    """The kinds with something to choose. Several in one go the way of the one that carries them."""
    return [kind for kind in kinds.registered() if is_settable(kind)]


def is_settable(kind: Kind) -> bool:
    return len(kind.channels) > 1 and not kind.is_free_text and kind.code != joining.KIND


def steps_of(kind: Kind) -> tuple[Step, ...]:
    """The chain of a kind as it is given: its own, or the one along which chains.py lets it go."""
    return tuple(Step(channel, _minutes(kind, channel)) for channel in kind.chain)


def _minutes(kind: Kind, channel: Channel) -> int | None:
    hours = kind.hours(channel) if channel in WITH_RECEIPTS else None
    return None if hours is None else round(hours * 60)


def limits(kind: Kind) -> tuple[timedelta, timedelta]:
    """The shortest and the longest wait for a receipt."""
    shortest = SHORTEST_OF_CODES if kind.haste is Manner.AT_ONCE else SHORTEST
    return shortest, LONGEST if kind.haste is Manner.ORDINARY else LONGEST_OF_URGENT


def problems_of(kind: Kind, steps: Sequence[Step]) -> list[str]:
    """What is wrong with a chain, in sentences."""
    found = []
    ways = [step.channel for step in steps]
    if not ways:
        found.append(_("Use at least one way: otherwise the message reaches nobody."))
    if len(set(ways)) != len(ways):
        found.append(_("The same way is there twice."))
    if any(way not in kind.channels for way in ways):
        found.append(_("This message has no words for one of these ways."))
    if Channel.READY_TEXT in ways[:-1]:
        found.append(_("WhatsApp by hand comes last: after it nothing takes over."))
    found += _too_few(kind, ways)
    shortest, longest = limits(kind)
    waits = [timedelta(minutes=step.minutes) for step in steps if step.minutes is not None]
    if any(not shortest <= wait <= longest for wait in waits):
        found.append(
            _("A receipt is waited for at least %(shortest)d minutes and at most %(longest)d hours.")
            % {"shortest": shortest.total_seconds() // 60, "longest": longest.total_seconds() // 3600}
        )
    return found


def _too_few(kind: Kind, ways: Sequence[Channel]) -> list[str]:
    if kind.haste is Manner.AT_ONCE and set(kind.channels) - set(ways):
        return [_("Somebody waits for this message: it keeps all its ways. Only order and times change.")]
    if kind.haste in (Manner.CHANGE, Manner.PROMPT):
        alone = [way for way in ways if WAYS[way].starts_as == State.PENDING]
        if len(alone) < BY_THEMSELVES:
            return [_("This message is urgent: keep two ways that go by themselves, without hands.")]
    return []


# ---------------------------------------------------------------- versions


def newest_of(kind: str) -> MessageChain | None:
    return MessageChain.objects.filter(kind=kind).order_by("-version").first()


def as_set(usual: Kind, steps: Sequence[Step]) -> Kind:
    """The kind as it would go along ``steps``."""
    return chains.along(usual, _row(usual, steps))


def _row(usual: Kind, steps: Sequence[Step]) -> MessageChain:
    return MessageChain(
        kind=usual.code,
        channels=[step.channel.value for step in steps],
        minutes=[step.minutes for step in steps],
    )


@transaction.atomic
def set_chain(
    *, kind: str, steps: Sequence[Step], reason: str, based_on: int, by: User, now: datetime
) -> Rechosen | None:
    """Keep a new chain and what became of messages that wait; None when it holds already.

    No ``steps``: the kind's own chain again. ``based_on`` is the version that the page showed. Raises
    ChainChangedMeanwhile, and ValueError for a chain with faults.
    """
    usual = kinds.get(kind)
    wanted = tuple(steps)
    if not is_settable(usual) or (wanted and problems_of(usual, wanted)):
        raise ValueError(f"the chain of {kind} has faults")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('okoce.chains'), hashtext(%s))", [kind])
    newest = newest_of(kind)
    if wanted == steps_of(usual):
        wanted = ()
    if (wanted or steps_of(usual)) == steps_of(chains.along(usual, newest)):
        return None
    if newest is not None and newest.version != based_on:
        raise ChainChangedMeanwhile(newest)
    row = _row(usual, wanted)
    row.version, row.reason, row.set_by = (newest.version if newest else 0) + 1, reason, by
    row.save()
    rechosen = rechoosing.rechoose(chains.along(usual, row), now=now)
    record(by, "notifications.chain.set", row, kind=kind, chain=_as_recorded(wanted), moved=rechosen.moved)
    wake_after_commit()
    return rechosen


def _as_recorded(steps: Sequence[Step]) -> list[str]:
    return [f"{step.channel.value}:{step.minutes or '-'}" for step in steps] or ["usual"]


def waits_of(kind: Kind) -> Mapping[Channel, int | None]:
    """{channel: minutes} of all channels that a kind has words for, for a form."""
    return {channel: _minutes(kind, channel) for channel in kind.channels}
