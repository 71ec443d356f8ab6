"""When a secret never comes: the sealed secrets are given up in public, and new ones are sealed.

The list stays as it was frozen, so three rules keep anybody from steering what comes next: whoever did not
reveal seals no new secret, at least two units must have sealed one before the first is revealed, and from the
first reveal on nobody seals any more. What was given up stays on the public page for good (docs/draw.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from bazaars import errors
from bazaars.enums import SiteState
from bazaars.models import GivenUpSecrets, SeedPart, Site
from bazaars.services.events import locked_site, refuse_when_cancelled
from okoce.accounts.models import User
from okoce.audit.services import record

WAIT = timedelta(days=1)  # after the freezing, or after the secrets before were given up
FEWEST_AGAIN = 2


def waits_until(site: Site, rounds: Sequence[GivenUpSecrets], frozen_at: datetime) -> datetime:
    """Before this moment missing secrets may still come and none are given up."""
    return max([frozen_at, *(one.given_up_at for one in rounds)]) + WAIT


@transaction.atomic
def give_up_secrets(*, site_id: int, reason: str, by: User, now: datetime) -> GivenUpSecrets:
    """Ends a round of secrets that lacks one. Raises NotFrozenYet, AlreadyDrawn, NothingMissing, TooSoon."""
    site = locked_site(site_id)
    refuse_when_cancelled(site)
    if site.state == SiteState.DRAWN:
        raise errors.AlreadyDrawn
    if site.state != SiteState.FROZEN:
        raise errors.NotFrozenYet
    rounds = list(site.given_up_secrets.all())
    parts = list(site.seed_parts.select_related("organisation"))
    missing = [part.organisation_id for part in parts if not part.secret]
    if not missing:
        raise errors.NothingMissing
    until = waits_until(site, rounds, site.draw.frozen_at)
    if now < until:
        raise errors.TooSoonToGiveUp(until)
    given_up: GivenUpSecrets = GivenUpSecrets.objects.create(
        site=site,
        number=len(rounds) + 1,
        parts=[
            {"from": part.organisation.short_name, "commitment": part.commitment, "secret": part.secret}
            for part in parts
        ],
        missing=missing,
        reason=reason,
        given_up_at=now,
        given_up_by=by,
    )
    site.seed_parts.all().delete()
    record(by, "bazaars.seed.given_up", given_up, missing=missing)
    return given_up


def refuse_commitment(site: Site, parts: Sequence[SeedPart], organisation_id: str) -> None:
    """Secrets are sealed before the list is frozen; after some were given up, until the first is revealed."""
    if site.state in (SiteState.DRAFT, SiteState.OPEN):
        return
    rounds = list(site.given_up_secrets.all())
    if site.state != SiteState.FROZEN or not rounds or any(part.secret for part in parts):
        raise errors.CommitmentTooLate
    if any(organisation_id in one.missing for one in rounds):
        raise errors.LeftOutNow


def refuse_reveal(site: Site, parts: Sequence[SeedPart]) -> None:
    """Of secrets sealed after the list was known one alone would decide the draw."""
    if len(parts) < FEWEST_AGAIN and site.given_up_secrets.exists():
        raise errors.TooFewSealed
