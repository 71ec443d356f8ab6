"""The life of a campaign up to the outbox: written, asked for, agreed to by a second person, put in.

Putting in is one statement for each twenty thousand people of the audience, in the order of their rows;
nobody passes through this process. Each piece is a transaction with how far it got, and one that was stopped
meanwhile is undone. So it may be killed, run twice, or stopped in the middle: nobody is told twice and nobody
is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from okoce.accounts.models import User
from okoce.accounts.roles import has_permission
from okoce.audit.services import record
from okoce.db import background
from okoce.notifications import announcements, audiences, budget, campaigns, chains, decency, reach
from okoce.notifications.bulk import key_of, queue_from
from okoce.notifications.enums import ARRIVED, Channel, Receipt, State
from okoce.notifications.models import Campaign, Message
from okoce.notifications.querysets import STANDINGS
from okoce.notifications.services import queue

LASTS = announcements.LASTS
AT_ONCE = 20_000
SPACE = 7303  # of advisory locks
MAY = "notifications.campaigns"


class NotPossible(Exception):
    """What was asked does not fit the state of the campaign any more. ``code`` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def people_of(campaign: Campaign, user: User) -> Any:
    """The audience as ``user`` sees it; nobody when it is not offered any more."""
    audience = audiences.find(campaign.audience)
    if audience is None:
        raise NotPossible("no_audience")
    return audience.people(user, campaign.choices)


def reach_of(campaign: Campaign, user: User, *, now: datetime) -> reach.Reach:
    kind = chains.in_force([campaign.kind]).get(campaign.kind)
    return reach.counted(people_of(campaign, user), kind, text=sample_text(campaign), now=now)


def sample_text(campaign: Campaign) -> str:
    """About as long as what is sent by SMS."""
    return f"Siti Rahmawati, {campaign.office}: {campaign.announcement} {settings.PORTAL_URL}/"


# ---------------------------------------------------------------- before


@transaction.atomic
def save_draft(*, campaign: Campaign, by: User) -> Campaign:
    """Keep a new campaign, or a changed draft. Raises NotPossible once sending was asked for."""
    if campaign.pk is None:
        membership = by.active_membership
        assert membership is not None
        campaign.made_by, campaign.membership = by, membership
        area = membership.area
        campaign.office = membership.unit_name
        if area is not None:
            is_kecamatan = area.code.count(".") == 2
            campaign.city = area.code[:5]
            campaign.kecamatan = area.code if is_kecamatan else ""
        campaign.save()
        record(by, "notifications.campaign.written", campaign)
        return campaign
    kept = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if not kept.is_draft:
        raise NotPossible("asked")
    campaign.save(update_fields=["title", "announcement", "page", "audience", "choices"])
    return campaign


def test(*, campaign: Campaign, by: User, now: datetime, channel: Channel) -> Message:
    """Send it to the one who is signed in, in earnest: through the outbox, to their own address or number."""
    count = Message.objects.filter(campaign=campaign, user=by).count()
    message = queue(
        kind=campaign.kind,
        key=f"campaign:{campaign.pk}:test:{by.pk}:{count + 1}",
        user=by,
        channel=channel,
        cause=(announcements.CAUSE, campaign.pk),
        city=campaign.city,
        kecamatan=campaign.kecamatan,
        expires_at=now + timedelta(hours=1),
        campaign_id=campaign.pk,
    )
    record(by, "notifications.campaign.tested", campaign, channel=channel.value)
    return message


def tests_of(campaign: Campaign, user: User) -> list[Message]:
    """The newest tries on oneself."""
    return list(Message.objects.filter(campaign=campaign, user=user).order_by("-pk")[:3])


@transaction.atomic
def ask(*, campaign: Campaign, by: User, now: datetime) -> Campaign:
    """Send it, or ask the second person where it goes to many. Asking again changes nothing.

    Raises NotPossible when nobody would get it.
    """
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if not campaign.is_draft:
        return campaign
    found = reach_of(campaign, by, now=now)
    if not found.total:
        raise NotPossible("nobody")
    campaign.asked_at, campaign.reach = now, found.as_kept()
    campaign.needs_second = found.total > approval_above()
    campaign.save(update_fields=["asked_at", "reach", "needs_second"])
    record(by, "notifications.campaign.asked", campaign, count=found.total)
    if not campaign.needs_second:
        _start(campaign, now=now)
    return campaign


@transaction.atomic
def approve(*, campaign: Campaign, by: User, now: datetime) -> Campaign:
    """The second person agrees. Raises NotPossible for the one who wrote it."""
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if campaign.made_by_id == by.pk:
        raise NotPossible("own")
    if campaign.is_draft:
        raise NotPossible("sent_back")
    if campaign.started_at is None:
        campaign.approved_by, campaign.approved_at = by, now
        campaign.save(update_fields=["approved_by", "approved_at"])
        record(by, "notifications.campaign.approved", campaign)
        _start(campaign, now=now)
    return campaign


@transaction.atomic
def send_back(*, campaign: Campaign, by: User) -> Campaign:
    """The second person does not agree, or the writer wants to change it: a draft again."""
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if campaign.started_at is not None:
        raise NotPossible("started")
    if campaign.asked_at is not None:
        campaign.asked_at, campaign.needs_second, campaign.reach = None, False, {}
        campaign.save(update_fields=["asked_at", "needs_second", "reach"])
        record(by, "notifications.campaign.sent_back", campaign)
    return campaign


@transaction.atomic
def discard(*, campaign: Campaign, by: User) -> None:
    """Throw a draft away. Raises NotPossible once it went out, to oneself too: what was sent keeps its
    words.
    """
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if not campaign.is_draft or Message.objects.filter(campaign=campaign).exists():
        raise NotPossible("asked")
    record(by, "notifications.campaign.discarded", campaign)
    campaign.delete()


def _start(campaign: Campaign, *, now: datetime) -> None:
    campaign.started_at, campaign.ends_at = now, now + LASTS
    campaign.save(update_fields=["started_at", "ends_at"])
    transaction.on_commit(campaigns.nudge, robust=True)


# ---------------------------------------------------------------- into the outbox


def work(*, most: int = 50) -> int:
    """Put people of running campaigns into the outbox, and back what was laid aside; how many are new. What
    still waits of stopped ones is laid aside.
    """
    total = 0
    campaigns.lay_aside_stopped()
    running = Campaign.objects.running().filter(ends_at__gt=timezone.now())
    for campaign in running.order_by("started_at", "pk"):
        with background.alone(SPACE, campaign.pk) as is_alone:
            if not is_alone:
                continue
            campaigns.take_up(campaign.pk)
            for _piece in range(most):
                added = queue_next(campaign.pk, now=timezone.now())
                if added is None:
                    break
                total += added
    return total


def queue_next(campaign_id: int, *, now: datetime) -> int | None:
    """The next piece of a campaign; how many messages are new, None when there is nothing left to do."""
    try:
        with transaction.atomic():
            return _queue_piece(campaign_id, now=now)
    except _StoppedMeanwhile:
        return None


class _StoppedMeanwhile(Exception):
    """Somebody stopped the campaign while a piece of it was being put in: the piece is undone."""


def _queue_piece(campaign_id: int, *, now: datetime) -> int | None:
    campaign = Campaign.objects.to_queue().select_related("made_by").filter(pk=campaign_id).first()
    if campaign is None or campaign.ends_at is None or campaign.ends_at <= now:
        return None
    writer = writer_of(campaign)
    if writer is None:
        _got_to(campaign, None, 0)
        return 0
    kind, audience = chains.in_force([campaign.kind]).get(campaign.kind), people_of(campaign, writer)
    following = audience.filter(pk__gt=campaign.queued_until).order_by("pk").values_list("pk", flat=True)
    last = following[AT_ONCE - 1 : AT_ONCE].first()
    piece = audience.filter(pk__gt=campaign.queued_until)
    if last is not None:
        piece = piece.filter(pk__lte=last)
    new = queue_from(
        reach.to_tell(piece, kind, now=now, but=campaign.pk),
        kind=kind.code,
        key=key_of("campaign:", campaign.pk, ":", F("pk")),
        participant_id=F("pk"),
        cause=(announcements.CAUSE, campaign.pk),
        city=F("city_id"),
        kecamatan=F("kecamatan_id"),
        due_at=decency.next_moment(now, decency.rules_at(now)),
        expires_at=campaign.ends_at,
        campaign_id=campaign.pk,
    )
    _got_to(campaign, last, new)
    return new


def _got_to(campaign: Campaign, person: int | None, new: int) -> None:
    """``person`` None: everybody is in. Raises _StoppedMeanwhile."""
    changed = (
        Campaign.objects.to_queue()
        .filter(pk=campaign.pk)
        .update(
            queued_until=campaign.queued_until if person is None else person,
            queued_count=campaign.queued_count + new,
            queued_at=timezone.now() if person is None else None,
        )
    )
    if not changed:
        raise _StoppedMeanwhile


def writer_of(campaign: Campaign) -> User | None:
    """Who wrote it, in the role they wrote it in; None when they may not write campaigns any more."""
    user: User = campaign.made_by
    if campaign.membership_id is None or not user.is_active:
        return None
    membership = (
        user.memberships.valid_on(timezone.localdate()).with_unit().filter(pk=campaign.membership_id).first()
    )
    user = user.acting_as(membership)
    return user if has_permission(user, MAY) else None


# ---------------------------------------------------------------- afterwards


LAID_ASIDE = Q(state=State.HELD, reason=campaigns.STOPPED)


@dataclass(frozen=True)
class Figures:
    """How a campaign stands, people each counted once by their first message."""

    total: int
    waiting: int
    by_hand: int
    sent: int
    arrived: int
    read: int
    stuck: int
    aside: int
    not_needed: int
    no_room: int  # of those who wait: for a place in WhatsApp's day

    @property
    def open(self) -> int:
        """Whoever may still get it."""
        return self.waiting + self.by_hand + self.aside

    @property
    def done(self) -> int:
        return self.sent + self.stuck + self.not_needed

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 0


def figures_of(campaign: Campaign) -> Figures:
    """One statement over the messages of the campaign."""
    conditions: Mapping[str, Q] = {
        **STANDINGS,
        "no_room": STANDINGS["waiting"] & Q(reason=budget.SPENT),
        "arrived": STANDINGS["sent"] & Q(receipt__in=ARRIVED),
        "read": STANDINGS["sent"] & Q(receipt=Receipt.READ),
        "aside": LAID_ASIDE,
        "stuck": STANDINGS["stuck"] & ~LAID_ASIDE,
    }
    counted = (
        Message.objects.filter(campaign=campaign, participant_id__isnull=False)
        .order_by()
        .aggregate(
            total=Count("pk"),
            **{name: Count("pk", filter=condition) for name, condition in conditions.items()},
        )
    )
    return Figures(**counted)


def approval_above() -> int:
    """How many people a message may go to without a second person."""
    return int(settings.CAMPAIGN_APPROVAL_ABOVE)
