"""The ceremony: commit, freeze, reveal, draw, publish (docs/draw.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from bazaars import draw as rules_of_the_draw
from bazaars import errors, messages
from bazaars.choices import unit_of
from bazaars.enums import SiteState, TurnKind
from bazaars.models import Allocation, Application, Bazaar, Draw, SeedPart, Site, TurnLedger
from bazaars.placement import Plan
from bazaars.services import calling, confirming, placing, sealing, turns
from bazaars.services.applying import eligible_at_freezing, obstacles_at_freezing
from bazaars.services.events import locked_site, refuse_when_cancelled, rules_of
from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.organisations.models import Organisation


@transaction.atomic
def commit_seed(
    *, site_id: int, organisation: Organisation, commitment: str, by: User, now: datetime
) -> SeedPart:
    """Publishes the SHA-256 of a secret, once per unit. Raises CommitmentTooLate, LeftOutNow …"""
    site = locked_site(site_id)
    refuse_when_cancelled(site)
    parts = list(site.seed_parts.all())
    sealing.refuse_commitment(site, parts, organisation.pk)
    if any(part.organisation_id == organisation.pk for part in parts):
        raise errors.CommitmentStands
    if any(part.commitment == commitment for part in parts):
        raise errors.CommitmentRepeated
    part = SeedPart.objects.create(
        site=site,
        organisation=organisation,
        position=len(parts) + 1,
        commitment=commitment,
        committed_at=now,
        committed_by=by,
    )
    record(by, "bazaars.seed.committed", part, commitment=commitment)
    return part


def turns_of(participants: Collection[int], *, before: date) -> Counter[int]:
    """Turns in the twelve months before a bazaar's first day: stalls held, and no-shows without excuse."""
    entries = turns.entries_of(participants, before=before)
    return Counter(entry.participant_id for entry in entries if entry.counts)


@transaction.atomic
def freeze_list(*, site_id: int, by: User, now: datetime, reason: str = "") -> Draw:
    """Closes applications, freezes list and rules, publishes their hash.

    Before the deadline only with a reason. Raises StillOpen, NotOpen, SiteIsFrozen, NoCommitment,
    CannotFreeze.
    """
    site = locked_site(site_id)
    refuse_when_cancelled(site)
    if site.state in (SiteState.FROZEN, SiteState.DRAWN):
        raise errors.SiteIsFrozen
    if site.state != SiteState.OPEN or site.applications_close_at is None:
        raise errors.NotOpen
    if now < site.applications_close_at:
        if not reason:
            raise errors.StillOpen(site.applications_close_at)
        site.applications_close_at = now
    if not site.seed_parts.exists():
        raise errors.NoCommitment
    frozen = frozen_now(site)
    if problems := rules_of_the_draw.check_list(frozen):
        raise errors.CannotFreeze(problems)
    _say_who_is_left_out(site, {entry.id for entry in frozen.entries})
    draw = Draw.objects.create(
        site=site, frozen=frozen.as_dict(), frozen_hash=frozen.hash, frozen_at=now, frozen_by=by
    )
    site.state = SiteState.FROZEN
    site.save(update_fields=["state", "applications_close_at", "updated_at"])
    calling.withdraw(site.bazaar_id)
    record(
        by, "bazaars.list.frozen", draw, count=len(frozen.entries), hash=draw.frozen_hash, early=bool(reason)
    )
    return draw


def _say_who_is_left_out(site: Site, on_the_list: set[str]) -> None:
    """Which conditions were not met is kept with the application: the vendor reads it afterwards."""
    rest = site.applications.submitted().exclude(public_id__in=on_the_list).select_related("participant")
    waiting = list(rest)
    found = obstacles_at_freezing(site, waiting)
    for application in waiting:
        application.left_out = [obstacle.value for obstacle in found.get(application.pk, ())]
    Application.objects.bulk_update(waiting, ["left_out"])


def frozen_now(site: Site) -> rules_of_the_draw.Frozen:
    """The list and the rules as they would be frozen at this moment."""
    applications = list(site.applications.submitted().select_related("participant"))
    fit = eligible_at_freezing(site, applications)
    counted = turns_of([a.participant_id for a in fit], before=site.bazaar.starts_on)
    return rules_of_the_draw.Frozen(
        rules_of(site),
        tuple(
            rules_of_the_draw.Entry(a.public_id, a.pengampu_id, a.category_id, counted[a.participant_id])
            for a in sorted(fit, key=lambda a: a.public_id)
        ),
    )


@transaction.atomic
def reveal_seed(*, part_id: int, secret: str, by: User, now: datetime) -> SeedPart:
    """Takes a secret that fits its commitment, from an account of its own unit alone.

    Raises NotYourSecret, NotFrozenYet, SecretRevealed, SecretDiffers.
    """
    site = locked_site(SeedPart.objects.values_list("site_id", flat=True).get(pk=part_id))
    part = SeedPart.objects.get(pk=part_id)
    refuse_when_cancelled(site)
    if unit_of(by).pk != part.organisation_id:
        raise errors.NotYourSecret
    if site.state not in (SiteState.FROZEN, SiteState.DRAWN):
        raise errors.NotFrozenYet
    if part.secret:
        raise errors.SecretRevealed
    sealing.refuse_reveal(site, list(site.seed_parts.all()))
    if rules_of_the_draw.sha256(secret) != part.commitment:
        raise errors.SecretDiffers
    part.secret, part.revealed_at = secret, now
    part.save(update_fields=["secret", "revealed_at"])
    record(by, "bazaars.seed.revealed", part)
    return part


@transaction.atomic
def run_draw(*, site_id: int, by: User, now: datetime) -> Draw:
    """Draws once and publishes: record, stalls, turns, messages. Raises AlreadyDrawn, SecretsMissing …"""
    site = locked_site(site_id)
    refuse_when_cancelled(site)
    draw: Draw | None = Draw.objects.select_for_update().filter(site=site).first()
    if draw is None:
        raise errors.NotFrozenYet
    if draw.record is not None:
        raise errors.AlreadyDrawn
    parts = list(site.seed_parts.select_related("organisation"))
    if missing := [part.organisation.short_name for part in parts if not part.secret]:
        raise errors.SecretsMissing(missing)
    frozen = rules_of_the_draw.Frozen.from_dict(draw.frozen)
    if frozen.hash != draw.frozen_hash:
        raise errors.ListChanged
    seed_parts = [
        rules_of_the_draw.SeedPart(part.organisation.short_name, part.commitment, part.secret)
        for part in parts
    ]
    result = rules_of_the_draw.draw(frozen, rules_of_the_draw.seed_from(frozen.hash, seed_parts))
    draw.record = rules_of_the_draw.record(
        bazaar=site.bazaar.name, site=site.name, frozen=frozen, parts=seed_parts, result=result
    )
    draw.drawn_at, draw.drawn_by = now, by
    draw.save(update_fields=["record", "drawn_at", "drawn_by"])
    found = {a.public_id: a for a in Application.objects.filter(public_id__in=result.order)}
    chosen = [found[public_id] for public_id in result.chosen]
    plan = _give_stalls(site, chosen, seed=result.seed, now=now)
    site.state = SiteState.DRAWN
    site.save(update_fields=["state", "updated_at"])
    confirming.begin(site, now=now)
    messages.tell_results(
        site=site,
        chosen=chosen,
        reserve=[found[reserve.id] for reserve in result.reserve],
        now=now,
    )
    record(
        by,
        "bazaars.draw.run",
        draw,
        count=len(result.chosen),
        seed=result.seed,
        plan_is_proved=plan.is_proved,
        plan_costs={wish.value: cost for wish, cost in plan.costs.items()},
    )
    return draw


def _give_stalls(site: Site, chosen: Sequence[Application], *, seed: str, now: datetime) -> Plan:
    """``chosen`` in the order of the draw."""
    bazaar: Bazaar = site.bazaar
    found = {a.public_id: a for a in chosen}
    stalls = {stall.number: stall for stall in site.stalls.in_draw()}
    plan = placing.plan_of(site, chosen, seed=seed)
    try:
        with transaction.atomic():
            Allocation.objects.bulk_create(
                Allocation(
                    application=found[public_id],
                    participant_id=found[public_id].participant_id,
                    stall=stalls[number],
                    share=share,
                    days=(bazaar.starts_on, bazaar.ends_on + timedelta(days=1)),
                    decided_at=now,
                )
                for public_id, (number, share) in plan.given.items()
            )
    except IntegrityError as error:
        raise errors.HoldsStallElsewhere from error
    TurnLedger.objects.bulk_create(
        TurnLedger(
            participant_id=application.participant_id,
            site=site,
            kind=TurnKind.STALL_HELD,
            on=bazaar.starts_on,
        )
        for application in chosen
    )
    return plan
