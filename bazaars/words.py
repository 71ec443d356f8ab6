"""The figures and reasons of ``draw``, ``feasibility``, ``plan`` and ``eligibility`` in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bazaars.eligibility import Obstacle
from bazaars.enums import StallKind
from bazaars.feasibility import Problem, ProblemCode
from bazaars.placement import Broken, Wish
from bazaars.plan import MOST_STALLS_AT_ONCE, PlanProblem

Names = Mapping[str, str]
"""Codes of pengampu and categories → how people call them."""

ON_A_STALL = 9  # letters that fit below the number

# Fill colours of the plan (okoce-data.css); the word on the stall says the same.
KIND_OF = {
    "kuliner": "k",
    "minuman": "m",
    "fashion": "f",
    "kerajinan": "f",
    "pertanian": "t",
}


def short_goods(category: str) -> str:
    """One word that fits on a stall of the plan."""
    words = {
        "kuliner": pgettext("on a stall", "Food"),
        "minuman": pgettext("on a stall", "Drinks"),
        "fashion": pgettext("on a stall", "Fashion"),
        "kerajinan": pgettext("on a stall", "Crafts"),
        "pertanian": pgettext("on a stall", "Farm"),
        "jasa": pgettext("on a stall", "Service"),
        "perdagangan": pgettext("on a stall", "Trade"),
    }
    return words.get(category) or pgettext("on a stall", "Other")


def kind_of(category: str) -> str:
    return KIND_OF.get(category, "o")


def short_kind(kind: str) -> str:
    """What a place outside the draw is, in one word."""
    words = {
        StallKind.PARTNER: _("Partner"),
        StallKind.SERVICE: _("Service"),
        StallKind.RESERVED: _("Kept free"),
    }
    return words.get(StallKind(kind), _("Vendor"))


def outside_words(kind: str, label: str) -> tuple[str, str]:
    """(on the stall, in its title) of a place outside the draw."""
    if not label:
        return short_kind(kind), short_kind(kind)
    fits = label if len(label) <= ON_A_STALL else f"{label[: ON_A_STALL - 1].rstrip()}."
    return fits, f"{label} ({short_kind(kind)})"


def _named(codes: Any, names: Names) -> str:
    return ", ".join(names.get(code, code) for code in codes)


def problem_words(problem: Problem, names: Names) -> str:
    """One sentence for the field or the page: what cannot be, with its figures, and the way out."""
    values = {
        "names": _named(problem.codes, names),
        "against": _named(problem.against, names),
        "sum": " + ".join(map(str, problem.figures)),
        "total": problem.total,
        "limit": problem.limit,
    }
    match problem.code:
        case ProblemCode.NO_PLACES:
            text = _("There is no stall to be drawn. Add stalls first.")
        case ProblemCode.NEGATIVE:
            text = _("%(names)s: a quota cannot be below 0.")
        case ProblemCode.MINIMUM_ABOVE_MAXIMUM:
            text = _("The minimum %(total)s is above the maximum %(limit)s. Lower the minimum.")
        case ProblemCode.MINIMUMS_ABOVE_PLACES if len(problem.figures) > 1:
            text = _("Minimum %(sum)s is %(total)s, there are %(limit)s places. Lower one of them.")
        case ProblemCode.MINIMUMS_ABOVE_PLACES:
            text = _("The minimum is %(total)s, there are %(limit)s places. Lower it.")
        case ProblemCode.PENGAMPU_MINIMUMS_ABOVE_CATEGORY_MAXIMUMS:
            text = _(
                "The minimums of the pengampu add up to %(total)s, but the maximums of all kinds of goods "
                "allow only %(limit)s. Lower a minimum or raise a maximum."
            )
        case ProblemCode.CATEGORY_MINIMUMS_ABOVE_PENGAMPU_MAXIMUMS:
            text = _(
                "The minimums of the kinds of goods add up to %(total)s, but the maximums of all pengampu "
                "allow only %(limit)s. Lower a minimum or raise a maximum."
            )
        case ProblemCode.UNKNOWN_CODE:
            text = _("There are applications of %(names)s, which has no quota here.")
        case ProblemCode.TOO_FEW_APPLICANTS:
            text = _(
                "%(names)s: the minimum is %(limit)s, but only %(total)s of the applicants belong to it. "
                "Lower the minimum, or extend the deadline."
            )
        case _:
            text = _(
                "%(names)s: the minimum %(limit)s cannot be met together with the other quotas "
                "(%(against)s), only %(total)s. Lower this minimum or raise one of their maximums."
            )
    return text % values


def reason_words(reason: str, detail: list[str], names: Names, rules: Mapping[str, Any]) -> str:
    """Why an application is reserve, in words for everybody. ``rules`` is the record's ``frozen``."""
    first = detail[0] if detail else ""
    match reason:
        case "PLACES_FULL":
            return _("All places were taken by applicants further up in the order.")
        case "PENGAMPU_FULL":
            return _(
                "%(name)s has at most %(most)s stalls here, and applicants further up in the order took them."
            ) % {"name": names.get(first, first), "most": rules["pengampu"][first]["max"]}
        case "CATEGORY_FULL":
            return _(
                "There are at most %(most)s stalls for %(name)s, so that goods differ, "
                "and applicants further up in the order took them."
            ) % {"name": names.get(first, first), "most": rules["categories"][first]["max"]}
        case "KEPT_FOR_MINIMUM":
            return _("The places that were left are kept for those with a guaranteed minimum: %(names)s.") % {
                "names": _named(detail, names)
            }
        case _:
            return _(
                "A stall given here would have left another one empty that somebody else can fill: "
                "the quotas leave no other way to use all places."
            )


def short_reason(reason: str, detail: list[str], names: Names) -> str:
    """The same in a few words, for tables."""
    match reason:
        case "PLACES_FULL":
            return _("All places taken")
        case "PENGAMPU_FULL" | "CATEGORY_FULL":
            return _("Full: %(names)s") % {"names": _named(detail, names)}
        case "KEPT_FOR_MINIMUM":
            return _("Kept for: %(names)s") % {"names": _named(detail, names)}
        case _:
            return _("Would leave a stall empty")


def broken_words(broken: Broken, people: Sequence[str], goods: str) -> str:
    """A wish that a plan of stalls does not meet, for the officer."""
    values = {
        "name": people[0] if people else "",
        "other": people[-1] if people else "",
        "stall": broken.stalls[0],
        "beside": broken.stalls[-1],
        "goods": goods,
    }
    match broken.wish:
        case Wish.POWER:
            return _("%(name)s needs power, and %(stall)s has none.") % values
        case Wish.ZONE:
            return _("%(name)s stands at %(stall)s, in the zone of another pengampu.") % values
        case Wish.WATER:
            return _("%(name)s sells %(goods)s, and %(stall)s has no water.") % values
        case Wish.BETTER:
            return (
                _("%(name)s stood in the back row last time, and %(stall)s is in the back row again.")
                % values
            )
        case Wish.FRONT:
            return _("%(stall)s stays empty although somebody stands further from the entrance.") % values
        case _ if len(broken.stalls) == 1:
            return _("%(name)s and %(other)s share %(stall)s and sell the same: %(goods)s.") % values
        case _:
            return (
                _("%(name)s (%(stall)s) and %(other)s (%(beside)s) stand side by side with %(goods)s.")
                % values
            )


def obstacle_words(
    obstacle: Obstacle,
    *,
    pengampu: str = "",
    elsewhere: str = "",
    least: int = 0,
    done: int = 0,
    papers: str = "",
    how: str = "",
) -> tuple[str, str]:
    """(what stands in the way, what to do next)"""
    match obstacle:
        case Obstacle.NOT_OPEN_YET:
            return _("Applications are not open yet."), _("Come back when the Sudin has opened them.")
        case Obstacle.CLOSED:
            return _("Applications are closed."), _("Look for the next bazaar in the list.")
        case Obstacle.NOT_ACTIVE:
            return (
                _("You are not an active participant of the programme."),
                _("Ask the kecamatan office to check your data."),
            )
        case Obstacle.OTHER_CITY:
            return (
                _("This bazaar is for participants of another city."),
                _("Look for a bazaar of your own city in the list."),
            )
        case Obstacle.NO_BUSINESS:
            return (
                _("Your profile has no business yet."),
                _("Tell the kecamatan office or your mentor what you sell; they add it in a minute."),
            )
        case Obstacle.NO_PENGAMPU:
            return (
                _("You are not fostered by an agency that has stalls here: %(names)s.") % {"names": pengampu},
                _("Ask your mentor or the kecamatan office which agency fosters you."),
            )
        case Obstacle.FEW_ACTIVITIES:
            return (
                _("Of the three activities %(least)s must be done for this bazaar; you have done %(done)s.")
                % {"least": least, "done": done},
                _("Book a seat in the next training under “Trainings”, or ask your mentor."),
            )
        case Obstacle.PAPERS_MISSING:
            return (
                _("For these goods this bazaar asks for: %(papers)s. Nobody has seen yours yet.")
                % {"papers": papers},
                _("Bring it to the kecamatan office or your mentor; they note it at once. %(how)s")
                % {"how": how},
            )
        case Obstacle.SAME_BUSINESS:
            return (
                _("Somebody of your household has applied for this bazaar with the same business."),
                _("One business has one stall. Agree at home who applies; the other withdraws."),
            )
        case Obstacle.NOT_ACCEPTED:
            return (
                _("The curation has not accepted this application."),
                _("The decision and its reason are on this page."),
            )
        case _:
            return (
                _("You have applied for %(place)s on the same days.") % {"place": elsewhere},
                _("Withdraw there first if you would rather be here."),
            )


def hindrance_words(obstacle: Obstacle, *, elsewhere: str = "", least: int = 0, done: int = 0) -> str:
    """What stands in a vendor's way, in a few words for the agency that would nominate."""
    match obstacle:
        case Obstacle.NOT_ACTIVE:
            return _("Not an active participant")
        case Obstacle.OTHER_CITY:
            return _("Lives in another city")
        case Obstacle.NO_BUSINESS:
            return _("No business with goods in the profile")
        case Obstacle.NO_PENGAMPU:
            return _("Not fostered by your agency on the first day")
        case Obstacle.FEW_ACTIVITIES:
            return _("%(done)s of %(least)s activities done") % {"done": done, "least": least}
        case Obstacle.PAPERS_MISSING:
            return _("A paper has not been seen")
        case Obstacle.SAME_BUSINESS:
            return _("The household has applied with this business")
        case Obstacle.SAME_DAYS:
            return _("Has applied for %(place)s on the same days") % {"place": elsewhere}
        case Obstacle.CLOSED:
            return _("Applications are closed.")
        case _:
            return _("Applications are not open yet.")


def plan_problem_words(problem: PlanProblem) -> str:
    match problem:
        case PlanProblem.TWO_ZONES:
            return _("Both numbers must begin with the same letter, for example A01-A16")
        case PlanProblem.BACKWARDS:
            return _("The last number must not be below the first, and numbers begin at 01")
        case PlanProblem.TOO_MANY:
            return _("Add at most %(count)s stalls at once") % {"count": MOST_STALLS_AT_ONCE}
        case _:
            return _("Write a letter and a number, for example A01 or A01-A16")
