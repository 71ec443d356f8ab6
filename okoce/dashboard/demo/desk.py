"""A session whose messages fared differently, what messages cost, and a message to many that was stopped."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from django.utils import timezone

from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import PALMERAH
from okoce.notifications import campaigning, campaigns, prices, receipts, services
from okoce.notifications.enums import Category, Channel, Event, Receipt, State
from okoce.notifications.models import Campaign, Message
from okoce.notifications.receipts import Told
from okoce.notifications.services import Draft
from trainings.messages import CAUSE, INVITATION, key
from trainings.models import Booking, TrainingSession

# What became of the invitations, in the order of the seats; then it begins anew with nothing for the rest.
FARES = (
    Receipt.READ,
    Receipt.READ,
    Receipt.DELIVERED,
    Receipt.SENT,
    Receipt.FAILED,
    Receipt.READ,
    Receipt.FAILED,
)
NOT_ON_WHATSAPP = 131026
SENT_BEFORE_THE_STOP = 12


def tell_desk(users: dict[str, User], now: datetime) -> None:
    """Needs the sessions of Palmerah and people who agreed to messages."""
    session = (
        TrainingSession.objects.public()
        .upcoming(now=now)
        .filter(kecamatan=PALMERAH, starts_at__date__gt=timezone.localdate(now))
        .order_by("starts_at", "pk")
        .first()
    )
    if session is not None:
        _receipts(session, now)
    _prices(users["provinsi"], timezone.localdate(now))
    _stopped_campaign(users["provinsi"], now)


def _receipts(session: TrainingSession, now: datetime) -> None:
    seats = list(Booking.objects.seated().filter(session=session).order_by("queue_number")[: len(FARES)])
    keys = [key(session.pk, seat.participant_id, "demo") for seat in seats]
    services.queue_many(
        kind=INVITATION,
        drafts=[
            Draft(key=one, participant_id=seat.participant_id, channel=Channel.WHATSAPP,
                  city=session.city_id, kecamatan=session.kecamatan_id)
            for one, seat in zip(keys, seats, strict=True)
        ],
        cause=(CAUSE, session.pk),
        expires_at=session.starts_at,
    )  # fmt: skip
    messages = {m.key: m for m in Message.objects.filter(key__in=keys)}
    ids = [m.pk for m in messages.values()]
    services.finish(ids, state=State.SENT, reason="", event=Event.SENT)
    told = []
    for minute, (one, fare) in enumerate(zip(keys, FARES, strict=False)):
        if (message := messages.get(one)) is not None:
            at = now - timedelta(hours=3, minutes=40 - minute * 5)
            code = NOT_ON_WHATSAPP if fare == Receipt.FAILED else None
            told.append(Told(f"wamid.demo-{uuid.uuid4().hex}", message.uid, fare, code, at))
    Message.objects.filter(pk__in=ids).update(attempts=1)
    receipts.note(told)
    # The last one that WhatsApp does not reach gets an SMS as soon as the clock ticks; the others are called.
    followed = Message.objects.filter(key__in=keys, receipt=Receipt.FAILED).order_by("pk").last()
    Message.objects.filter(pk__in=ids).exclude(pk=followed.pk if followed else None).update(
        falls_back_at=None
    )


def _prices(province: User, today: date) -> None:
    year = today.replace(month=1, day=1)
    for channel, category, rupiah in (
        (Channel.WHATSAPP, Category.MARKETING, 587),
        (Channel.WHATSAPP, Category.UTILITY, 357),
        (Channel.SMS, "", 425),
    ):
        prices.set_price(channel=channel, category=category, valid_from=year, rupiah=rupiah, by=province)


def _stopped_campaign(province: User, now: datetime) -> None:
    draft = Campaign(
        title="Bazar akhir pekan, Palmerah",
        announcement="Bazar akhir pekan dibuka di Palmerah. Lihat tempat dan harinya di portal.",
        page="bazaars:public",
        audience="vendors",
        choices={"sector": "kuliner", "kecamatan": PALMERAH},
    )
    campaign = campaigning.save_draft(campaign=draft, by=province)
    try:
        campaign = campaigning.ask(campaign=campaign, by=province, now=now)
    except campaigning.NotPossible:
        return
    campaigning.queue_next(campaign.pk, now=now)
    mine = Message.objects.filter(campaign=campaign, state__in=[State.PENDING, State.READY]).order_by("pk")
    gone = list(mine.values_list("pk", flat=True)[:SENT_BEFORE_THE_STOP])
    services.finish(gone, state=State.SENT, reason="", event=Event.SENT)
    campaigns.stop(campaign=campaign, by=province)
