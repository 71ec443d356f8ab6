"""What the page of nominations shows of each vendor of an agency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from bazaars.eligibility import Call, Obstacle
from bazaars.services.nominating import Nominee
from bazaars.words import hindrance_words


@dataclass(frozen=True, slots=True)
class Row:
    number: str
    name: str
    product: str
    category: str
    may_choose: bool
    is_chosen: bool
    state: str
    tone: str
    note: str
    url: str = ""


def rows_of(
    nominees: Iterable[Nominee], call: Call, *, goods: Mapping[str, str], chosen: Iterable[str] = ()
) -> list[Row]:
    """``goods``: names of the kinds of goods by code."""
    return [_row(one, call, goods, set(chosen)) for one in nominees]


def _row(one: Nominee, call: Call, goods: Mapping[str, str], chosen: set[str]) -> Row:
    number = one.participant.number
    state, tone, note = _state(one, call)
    lacks_papers = one.state == "hindered" and Obstacle.PAPERS_MISSING in one.obstacles
    return Row(
        number=number,
        name=one.participant.full_name,
        product=str(one.proposal.get("product") or ""),
        category=goods.get(one.category, ""),
        may_choose=one.state == "ready",
        is_chosen=number in chosen,
        state=state,
        tone=tone,
        note=note,
        url=reverse("bazaars:papers", args=[number]) if lacks_papers else "",
    )


def _state(one: Nominee, call: Call) -> tuple[str, str, str]:
    """(state, tone, what stands in the way)"""
    match one.state:
        case "ready":
            return _("Meets all conditions"), "ok", ""
        case "applied":
            return _("Has applied"), "info", ""
        case "withdrawn":
            return _("Withdrew"), "", _("Only the vendor can apply again")
    words = [
        hindrance_words(
            obstacle,
            elsewhere=one.applicant.elsewhere,
            least=call.least_activities,
            done=one.applicant.activities_done,
        )
        for obstacle in one.obstacles
    ]
    return _("Cannot apply yet"), "warn", "; ".join(words)
