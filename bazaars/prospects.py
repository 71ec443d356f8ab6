"""The chances of each group under some quotas, as the quota page shows them: over whom, and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bazaars.chances import Chances, Group, chances, fitting, supposed
from bazaars.draw import Entry, Frozen
from bazaars.feasibility import Rules
from bazaars.models import Draw
from bazaars.services import drawing
from bazaars.words import problem_words

if TYPE_CHECKING:
    from bazaars.overview import SiteOverview

FEWEST_APPLICANTS = 5  # below that the present applicants say nothing about the call
A_LITTLE = 0.05  # smaller differences are called none


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    applicants: int
    free: int
    ruled: int
    given: int
    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class Prospects:
    """``over`` says whose chances these are; ``problems`` why nothing could be drawn from them."""

    over: str
    tables: tuple[tuple[str, tuple[Line, ...]], ...] = ()
    summary: str = ""
    runs: int = 0
    problems: tuple[str, ...] = ()


def prospects(view: SiteOverview, rules: Rules) -> Prospects:
    entries, over = _applicants(view, rules)
    if not entries:
        return Prospects(over)
    found = chances(Frozen(rules, entries))
    if not isinstance(found, Chances):
        return Prospects(over, problems=tuple(problem_words(problem, _names(view)) for problem in found))
    tables = (
        (_("Pengampu"), _lines(view, found.of("pengampu"))),
        (_("Kind of goods"), _lines(view, found.of("categories"))),
        (_("Turns in 12 months"), _lines(view, found.of("turns"))),
    )
    return Prospects(over, tables, _summary(found, len(entries)), found.runs)


def _names(view: SiteOverview) -> dict[str, str]:
    return {**view.choice_names, **view.names}


def _applicants(view: SiteOverview, rules: Rules) -> tuple[tuple[Entry, ...], str]:
    """The present applicants; else those of the city's last draw; else as many of each agency."""
    present = fitting(drawing.frozen_now(view.site).entries, rules)
    if len(present) >= FEWEST_APPLICANTS:
        words = ngettext(
            "Worked out with the %(count)s eligible applicant of this moment.",
            "Worked out with the %(count)s eligible applicants of this moment.",
            len(present),
        )
        return present, words % {"count": len(present)}
    last = Draw.objects.last_of_city(view.site.bazaar.city_id, but=view.site)
    earlier = fitting(Frozen.from_dict(last.frozen).entries, rules) if last else ()
    if last and len(earlier) >= FEWEST_APPLICANTS:
        values = {"count": len(earlier), "name": f"{last.site.bazaar.name}, {last.site.name}"}
        return earlier, _(
            "Nearly nobody has applied yet, so this is worked out with the %(count)s applicants of the "
            "last draw (%(name)s) whose pengampu takes part here."
        ) % values
    made_up = supposed(rules, categories=sorted(rules.categories))
    return made_up, _(
        "Nobody has applied yet and there is no earlier draw, so this supposes two first-timers for each "
        "place, as many from each pengampu and spread over all kinds of goods."
    )


def _lines(view: SiteOverview, groups: list[Group]) -> tuple[Line, ...]:
    names = _names(view) | {"0": _("First time"), "1": _("1 turn"), "2": _("2 turns or more")}
    return tuple(
        Line(
            names.get(group.code, group.code),
            group.applicants,
            round(group.free * 100),
            round(group.ruled * 100),
            round(group.given),
            *_effect(group),
        )
        for group in groups
    )


def _effect(group: Group) -> tuple[str, str]:
    """What the quotas do to the group in words, and the tone of the tag."""
    if abs(group.ruled - group.free) < A_LITTLE:
        return _("Hardly changed"), ""
    if group.ruled > group.free:
        return _("Better with the quotas"), "ok"
    if group.ruled < A_LITTLE:
        return _("Nearly without a chance"), "bad"
    return _("Worse with the quotas"), "warn"


def _summary(found: Chances, applicants: int) -> str:
    values: dict[str, Any] = {"placed": found.placed, "count": applicants, "over": round(found.overtaken)}
    if not values["over"]:
        return (
            _("%(placed)s of %(count)s get a stall. Nobody with more turns goes before somebody with fewer.")
            % values
        )
    return (
        ngettext(
            "%(placed)s of %(count)s get a stall. On average %(over)s of them goes before somebody with "
            "fewer turns who gets none, because a quota leaves no other way.",
            "%(placed)s of %(count)s get a stall. On average %(over)s of them go before somebody with "
            "fewer turns who gets none, because a quota leaves no other way.",
            values["over"],
        )
        % values
    )
