"""By which channels each kind goes now: the kind's own chain, or the one that the province set.

Whoever queues, sends or passes on reads the chains once, in one query for all kinds they deal with, and then
asks the kinds that come out of it. Setting one is okoce.notifications.chain_setting.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from okoce.notifications import kinds
from okoce.notifications.enums import Channel
from okoce.notifications.kinds import Kind
from okoce.notifications.models import MessageChain


@dataclass(frozen=True, slots=True)
class Chains:
    """The kinds as the province lets them go; the others as they are."""

    changed: Mapping[str, Kind] = field(default_factory=dict)

    def of(self, kind: Kind) -> Kind:
        return self.changed.get(kind.code, kind)

    def find(self, code: str) -> Kind | None:
        return self.changed.get(code) or kinds.find(code)

    def get(self, code: str) -> Kind:
        """KeyError for a kind that nobody registered."""
        return self.changed.get(code) or kinds.get(code)


USUAL = Chains()


def in_force(codes: Collection[str] | None = None) -> Chains:
    """The chains of the kinds ``codes``, or of all. One query."""
    newest = MessageChain.objects.newest()
    if codes is not None:
        newest = newest.filter(kind__in=codes)
    found = ((kinds.find(row.kind), row) for row in newest)
    return Chains({row.kind: along(kind, row) for kind, row in found if kind is not None})


def along(kind: Kind, row: MessageChain | None) -> Kind:
    """``kind`` as this version lets it go. Channels that it has no words for (any more) are passed over."""
    steps = zip(row.channels, row.minutes, strict=True) if row is not None else ()
    usable = {
        Channel(code): None if minutes is None else minutes / 60
        for code, minutes in steps
        if code in kind.channels
    }
    if not usable:
        return kind
    return replace(kind, chosen=tuple(usable), waits={**kind.waits, **usable})
