"""What the pages of the curation show: the goods without a name, who has scored, what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Avg, Count
from django.urls import reverse
from django.utils.translation import gettext as _

from bazaars.models import Application, Criterion, Decision, Score, Site
from bazaars.querysets import ApplicationQuerySet
from bazaars.rules import conflicts_of
from bazaars.services.applying import accepted_among
from participants.models import Product

MOST_PHOTOS = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One application in the list of the curation, by its pseudonym."""

    public_id: str
    product: str
    category: str
    mine: str
    why: str
    tone: str
    score: str
    curators: int
    decision: str
    decision_tone: str
    is_answered: bool
    may_score: bool


def to_curate(user: Any) -> ApplicationQuerySet:
    """Applications whose goods the user may judge, without knowing whose they are."""
    return Application.objects.to_curate(user)


def rows_of(applications: Sequence[Application], user: Any, *, on: date, shows_scores: bool) -> list[Row]:
    """The same five queries however many rows. Scores of others only to those who decide."""
    ids = [application.pk for application in applications]
    conflicts = conflicts_of(user, applications, on=on)
    given = Score.objects.filter(application__in=ids, curator=user)
    own = set(given.values_list("application_id", flat=True))
    scores = {
        pk: (mean, people)
        for pk, mean, people in Score.objects.filter(application__in=ids)
        .order_by()
        .values_list("application_id")
        .annotate(mean=Avg("value"), people=Count("curator", distinct=True))
    }
    decisions: dict[int, Decision] = {}
    for decision in Decision.objects.filter(application__in=ids).order_by("round"):
        decisions[decision.application_id] = decision
    found = []
    for application in applications:
        pk = application.pk
        decided = decisions.get(pk)
        mean, people = scores.get(pk, (0, 0))
        mine, why, tone = _mine(conflicts.get(pk, ""), pk in own)
        words, decision_tone = _decided(decided)
        found.append(
            Row(
                public_id=application.public_id,
                product=application.product,
                category=application.category.name,
                mine=mine,
                why=why,
                tone=tone,
                score=f"{mean:.2f}".replace(".", ",") if shows_scores and people else "",
                curators=people,
                decision=words,
                decision_tone=decision_tone,
                is_answered=getattr(application, "answer", None) is not None,
                may_score=pk not in conflicts and decided is None,
            )
        )
    return found


def _mine(conflict: str, is_scored: bool) -> tuple[str, str, str]:
    """(state, why it is so, tone)"""
    if conflict == "rule":
        return _("Not for you"), _("Your unit fosters the applicant"), ""
    if conflict:
        return _("Not for you"), _("You declared a conflict"), ""
    return (_("Scored"), "", "ok") if is_scored else (_("Waits for your score"), "", "warn")


def _decided(decision: Decision | None) -> tuple[str, str]:
    if decision is None:
        return _("Undecided"), ""
    return (_("Accepted"), "ok") if decision.is_accepted else (_("Rejected"), "bad")


def products_of(application: Application) -> list[Product]:
    """What the vendor sells, of all businesses that are open; names of businesses stay hidden."""
    products = Product.objects.filter(
        business__participant=application.participant_id, business__closed_on__isnull=True
    )
    return list(products.order_by("business", "position", "pk")[:MOST_PHOTOS])


def shelf(application: Application, products: Iterable[Product]) -> list[dict[str, Any]]:
    """Products with their photos side by side; the address of a photo carries no participant number."""
    return [
        {
            "name": product.name,
            "description": product.description,
            "price": product.price,
            "unit": product.unit,
            "photo": reverse("bazaars:curated_photo", args=[application.public_id, product.uid])
            if product.photo
            else "",
        }
        for product in products
    ]


def means(application: Application) -> list[tuple[str, str]]:
    """(criterion, mean of all scores) for the one who decides and for the applicant."""
    found = dict(application.scores.order_by().values_list("criterion_id").annotate(mean=Avg("value")))
    return [
        (criterion.name, f"{found[criterion.pk]:.1f}".replace(".", ","))
        for criterion in Criterion.objects.all()
        if criterion.pk in found
    ]


def hundredths(score: int) -> str:
    """425 → 4,25"""
    return f"{score // 100},{score % 100:02d}"


def told(decision: Decision) -> dict[str, Any]:
    """A decision as its applicant reads it: what, when, which unit, score, reason."""
    return {
        "is_accepted": decision.is_accepted,
        "score": hundredths(decision.score),
        "curators": decision.curators,
        "reason": decision.reason,
        "at": decision.decided_at,
        "unit": decision.unit.short_name,
    }


def told_to(application: Application) -> dict[str, Any] | None:
    """What the page of a result says about the curation; None where nothing was decided."""
    decisions = list(application.decisions.select_related("unit"))
    if not decisions:
        return None
    answer = getattr(application, "answer", None)
    return {
        "decisions": [told(decision) for decision in decisions],
        "means": means(application),
        "is_accepted": decisions[-1].is_accepted,
        "answer": answer,
        "may_answer": answer is None and not decisions[0].is_accepted,
    }


def in_numbers(site: Site) -> dict[str, int] | None:
    """For everybody: how many were judged, and how many of them may be drawn. None without a curation."""
    if not site.bazaar.is_curated:
        return None
    applications = list(Application.objects.submitted().filter(site=site))
    return {"sent": len(applications), "accepted": len(accepted_among(applications))}
