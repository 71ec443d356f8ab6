"""Several people score without knowing whose goods they see; the Sudin decides; the rejected answer once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import Avg, Count
from django.utils import timezone

from bazaars import errors
from bazaars.choices import unit_of
from bazaars.enums import ApplicationState, SiteState
from bazaars.models import Answer, Application, Conflict, Criterion, Decision, Score
from bazaars.rules import conflicts_of
from bazaars.services.events import locked_site
from okoce.accounts.models import User
from okoce.audit.services import record

LEAST_CURATORS = 2


def _locked(application_id: int) -> Application:
    """The application under the lock of its site. Raises NotCurated when it is not judged any more."""
    site = locked_site(Application.objects.values_list("site_id", flat=True).get(pk=application_id))
    application: Application = Application.objects.select_related("site__bazaar").get(pk=application_id)
    if (
        site.state != SiteState.OPEN
        or not site.bazaar.is_curated
        or application.state != ApplicationState.SUBMITTED
    ):
        raise errors.NotCurated
    return application


@transaction.atomic
def score(*, application_id: int, values: Mapping[str, int], by: User, now: datetime) -> None:
    """One curator's scores for every criterion, as often as wanted until the decision.

    Raises ConflictOfInterest, Decided, NotCurated.
    """
    application = _locked(application_id)
    if conflicts_of(by, [application], on=timezone.localtime(now).date()):
        raise errors.ConflictOfInterest
    if application.decisions.exists():
        raise errors.Decided
    criteria = set(Criterion.objects.values_list("pk", flat=True))
    if set(values) != criteria:
        raise errors.ScoresMissing
    before = dict(application.scores.filter(curator=by).values_list("criterion_id", "value"))
    if before == dict(values):
        return
    Score.objects.bulk_create(
        [
            Score(application=application, criterion_id=code, curator=by, value=value, scored_at=now)
            for code, value in values.items()
        ],
        update_conflicts=True,
        unique_fields=["application", "criterion", "curator"],
        update_fields=["value", "scored_at"],
    )
    record(by, "bazaars.application.scored", application)


@transaction.atomic
def declare_conflict(*, application_id: int, reason: str, by: User, now: datetime) -> Conflict:
    """The curator steps back for good; scores given before are taken out. Twice is once."""
    application = _locked(application_id)
    if application.decisions.exists():
        raise errors.Decided
    conflict, created = Conflict.objects.get_or_create(
        application=application, curator=by, defaults={"reason": reason, "declared_at": now}
    )
    application.scores.filter(curator=by).delete()
    if created:
        record(by, "bazaars.conflict.declared", application)
    return conflict


def standing_of(application: Application) -> tuple[int, int]:
    """(mean of all scores in hundredths, how many people scored)"""
    found = application.scores.aggregate(mean=Avg("value"), people=Count("curator", distinct=True))
    mean = Decimal(str(found["mean"] or 0)) * 100
    return int(mean.quantize(Decimal(1), ROUND_HALF_UP)), found["people"]


@transaction.atomic
def decide(*, application_id: int, is_accepted: bool, reason: str, by: User, now: datetime) -> Decision:
    """Accepts or rejects with a reason; again only after the applicant has answered, and then for good.

    Raises TooFewCurators, Decided, ConflictOfInterest (declared by the one who decides), NotCurated.
    """
    application = _locked(application_id)
    if application.conflicts.filter(curator=by).exists():
        raise errors.ConflictOfInterest
    earlier = list(application.decisions.all())
    if earlier and (len(earlier) > 1 or not Answer.objects.filter(application=application).exists()):
        last = earlier[-1]
        if (last.is_accepted, last.reason, last.decided_by_id) == (is_accepted, reason, by.pk):
            return last
        raise errors.Decided
    mean, people = standing_of(application)
    if people < LEAST_CURATORS:
        raise errors.TooFewCurators(people, LEAST_CURATORS)
    decision = Decision.objects.create(
        application=application,
        round=len(earlier) + 1,
        is_accepted=is_accepted,
        score=mean,
        curators=people,
        reason=reason,
        decided_at=now,
        decided_by=by,
        unit=unit_of(by),
    )
    record(by, "bazaars.application.decided", application, accepted=is_accepted, score=mean)
    return decision


@transaction.atomic
def answer(*, application_id: int, text: str, by: User, now: datetime) -> Answer:
    """What a rejected applicant has to say, once, until the list is frozen. The same again is once.

    Raises NothingToAnswer, Answered, NotCurated.
    """
    application = _locked(application_id)
    given: Answer | None = Answer.objects.filter(application=application).first()
    if given is not None:
        if given.text == text:
            return given
        raise errors.Answered
    decision = application.decisions.first()
    if decision is None or decision.is_accepted:
        raise errors.NothingToAnswer
    given = Answer.objects.create(application=application, text=text, answered_at=now)
    record(by, "bazaars.decision.answered", application)
    return given
