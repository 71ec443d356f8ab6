"""The conditions of a call as a vendor reads them before the form: met or not, and what to do next."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bazaars.choices import pengampu_choices
from bazaars.eligibility import Applicant, Call, Obstacle, missing_papers, unsent_papers
from bazaars.models import Bazaar, PaperKind, Site
from bazaars.words import obstacle_words
from participants.models import Sector


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of the list. ``is_met`` is None for who reads without being asked (the public)."""

    text: str
    is_met: bool | None = None


def published(bazaar: Bazaar) -> list[Condition]:
    """What the public page says a vendor needs. Two queries."""
    lines = [_("An active participant of OK OCE in %(city)s") % {"city": bazaar.city.short_name}]
    lines.append(_("Fostered by an agency that has stalls at the place"))
    if bazaar.needs_business:
        lines.append(_("A business in the profile"))
    if bazaar.least_activities:
        lines.append(_activities(bazaar.least_activities))
    lines += [line for _code, line in paper_lines(bazaar)]
    if bazaar.is_curated:
        lines.append(_("Applications are curated: several people score the goods without a name"))
    return [Condition(line) for line in lines]


def _activities(least: int) -> str:
    return ngettext(
        "%(count)s of the three activities done, this year or last year",
        "%(count)s of the three activities done, this year or last year",
        least,
    ) % {"count": least}


def paper_lines(bazaar: Bazaar) -> list[tuple[str, str]]:
    """(kind of goods, what it needs) in the order of the kinds."""
    found: dict[str, list[str]] = {}
    sectors: dict[str, Sector] = {}
    for demand in bazaar.demands.select_related("paper", "category").order_by("category", "paper__position"):
        found.setdefault(demand.category_id, []).append(demand.paper.name)
        sectors[demand.category_id] = demand.category
    return [
        (
            code,
            _("%(goods)s: %(papers)s") % {"goods": sectors[code].name, "papers": ", ".join(names)},
        )
        for code, names in found.items()
    ]


def in_words(
    found: Iterable[Obstacle], site: Site, applicant: Applicant, call: Call, *, category: str = ""
) -> list[dict[str, str]]:
    """Each obstacle with what it is and what to do next."""
    lacking = unsent_papers(applicant, call, category) or missing_papers(applicant, call, category)
    papers, how = _papers(lacking)
    names = ", ".join(name for code, name in pengampu_choices(site.bazaar.city) if code in call.pengampu)
    pairs = [
        obstacle_words(
            obstacle,
            pengampu=names,
            elsewhere=applicant.elsewhere,
            least=call.least_activities,
            done=applicant.activities_done,
            papers=papers,
            how=how,
        )
        for obstacle in found
    ]
    return [{"what": what, "next": next_words} for what, next_words in pairs]


def _papers(codes: Collection[str]) -> tuple[str, str]:
    kinds = list(PaperKind.objects.filter(pk__in=codes)) if codes else []
    return ", ".join(kind.name for kind in kinds), " ".join(f"{kind.name}: {kind.how}." for kind in kinds)


def closed_goods(applicant: Applicant, call: Call) -> dict[str, set[str]]:
    """Kinds of goods that this person cannot apply with, and the papers each lacks."""
    lacking = {category: unsent_papers(applicant, call, category) for category in call.papers}
    return {category: papers for category, papers in lacking.items() if papers}
