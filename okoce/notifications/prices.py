"""What a message costs, as the province has written it down; whole rupiah, from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.notifications.enums import Category, Channel
from okoce.notifications.models import ChannelPrice

FREE = frozenset({Channel.EMAIL, Channel.READY_TEXT})  # nobody sends an invoice for these
PRICED: tuple[tuple[Channel, str], ...] = (
    (Channel.WHATSAPP, Category.MARKETING),
    (Channel.WHATSAPP, Category.UTILITY),
    (Channel.SMS, ""),
)


@dataclass(frozen=True)
class Prices:
    """The prices of one day."""

    known: Mapping[tuple[str, str], int]

    def of(self, channel: Channel, category: str) -> int | None:
        """Rupiah for one message (SMS: one part); None: nobody has said."""
        if channel in FREE or ((channel, "") not in PRICED and channel != Channel.WHATSAPP):
            return 0
        return self.known.get((channel, category if channel == Channel.WHATSAPP else ""))


def on(day: date) -> Prices:
    """One query."""
    rows = (
        ChannelPrice.objects.filter(valid_from__lte=day)
        .order_by("channel", "category", "-valid_from", "-pk")
        .distinct("channel", "category")
    )
    return Prices({(row.channel, row.category): row.rupiah for row in rows})


@transaction.atomic
def set_price(*, channel: Channel, category: str, valid_from: date, rupiah: int, by: User) -> bool:
    """Write a price down; False when the same stands already."""
    same = ChannelPrice.objects.filter(channel=channel, category=category, valid_from=valid_from)
    newest = same.order_by("-pk").first()
    if newest is not None and newest.rupiah == rupiah:
        return False
    price = ChannelPrice.objects.create(
        channel=channel, category=category, valid_from=valid_from, rupiah=rupiah, made_by=by
    )
    record(by, "notifications.price.set", price, channel=channel, valid_from=valid_from.isoformat())
    return True
