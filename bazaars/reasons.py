"""Why me, why not me: the fairness card of one application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from bazaars.draw import lot
from bazaars.eligibility import Obstacle
from bazaars.models import Allocation, Application
from bazaars.words import reason_words

if TYPE_CHECKING:
    from bazaars.overview import Outcome, SiteOverview


@dataclass(frozen=True, slots=True)
class Why:
    """The fairness card of one application: the result in words, what decided it, what comes next."""

    title: str
    text: str
    facts: tuple[tuple[str, str, str], ...]
    next: str
    public_id: str
    seed: str
    record_url: str


def why(view: SiteOverview, application: Application, *, to_self: bool) -> Why:
    """``to_self`` speaks to the applicant, else about them."""
    public_id = application.public_id
    outcome = view.outcomes.get(public_id)
    name = application.participant.full_name
    record_url = reverse("bazaars:public_draw", args=[view.site.pk])
    seed = view.record["seed"] if view.record else ""
    title, text, next_words = _verdict(view, public_id, outcome, "" if to_self else name)
    return Why(
        title, text, tuple(_facts(view, application, outcome)), next_words, public_id, seed, record_url
    )


def _verdict(view: SiteOverview, public_id: str, outcome: Outcome | None, name: str) -> tuple[str, str, str]:
    if public_id not in view.eligible and _only_papers(view, public_id):
        return (
            _("%(name)s takes part once the papers are accepted") % {"name": name}
            if name
            else _("You take part once your papers are accepted"),
            _("No office has accepted all the papers that these goods need yet."),
            _("Papers that are not accepted when the list is frozen keep an application out of the draw."),
        )
    if public_id not in view.eligible:
        return (
            _("Why %(name)s was not in the draw") % {"name": name} if name else _("You were not in the draw"),
            _left_out(view, public_id)
            or _(
                "When the list was frozen one of the conditions was not met: an active participant of "
                "this city, with a business, fostered by an agency that has stalls here, "
                "and without a stall elsewhere on the same days."
            ),
            _("The kecamatan office can say which one, and mend it before the next bazaar."),
        )
    if outcome is None:
        return (
            _("%(name)s takes part in the draw") % {"name": name} if name else _("You take part in the draw"),
            _("Whoever has had fewer stalls in the last 12 months goes first; among equals the lot decides."),
            _("The result comes out after the deadline, with a reason for everybody."),
        )
    values = {
        "place": outcome.place,
        "count": len(view.outcomes),
        "name": name,
        "number": view.stall_of.get(public_id, ""),
    }
    given = view.allocation_of.get(public_id)
    if given is not None and not given.is_held:
        return _given_away(given, values, name)
    if given is not None and given.replaces_id is not None:
        title = _("Why stall %(number)s goes to %(name)s") if name else _("Why stall %(number)s is offered")
        return (
            title % values,
            _("Number %(place)s on the reserve list, and the first that fits the rules when it became free.")
            % {"place": outcome.reserve_place},
            _("A stall that is given back goes to the first on the reserve list that fits the rules."),
        )
    if outcome.chosen:
        title = _("Why %(name)s has stall %(number)s") if name else _("Why you have stall %(number)s")
        return (
            title % values,
            _("Number %(place)s of %(count)s in the order, and all rules had room.") % values,
            _("A stall that is given back goes to the first on the reserve list that fits the rules."),
        )
    title = _("Why %(name)s has no stall yet") if name else _("Why you have no stall yet")
    return (
        title % values,
        reason_words(outcome.reason, list(outcome.detail), view.names, view.frozen_rules),
        _(
            "Number %(place)s on the reserve list. When a stall is given back, the first on the list "
            "that fits the rules is asked. A draw without a stall costs no turn."
        )
        % {"place": outcome.reserve_place},
    )


def _given_away(given: Allocation, values: dict[str, object], name: str) -> tuple[str, str, str]:
    """Had a stall, or was offered one, and has it no more."""
    title = _("Why %(name)s has no stall any more") if name else _("Why you have no stall any more")
    words = {"number": given.stall.number, "what": given.get_release_kind_display()}
    text = _("Stall %(number)s: %(what)s.") % words
    if given.release_reason:
        text = _("Stall %(number)s: %(what)s. Reason: %(reason)s") % {
            **words,
            "reason": given.release_reason,
        }
    return title % values, text, _("It costs no turn. Look for the next bazaar.")


def _only_papers(view: SiteOverview, public_id: str) -> bool:
    """Whether, before the list is frozen, papers are all that is missing."""
    if view.draw is not None:
        return False
    application = next((a for a in view.applications if a.public_id == public_id), None)
    return application is not None and view.obstacles.get(application.pk) == [Obstacle.PAPERS_MISSING]


def _left_out(view: SiteOverview, public_id: str) -> str:
    """Which conditions the applicant did not meet when the list was frozen, or would not meet now."""
    application = next((a for a in view.applications if a.public_id == public_id), None)
    if application is None:
        return ""
    if view.draw is None:
        obstacles = view.obstacles.get(application.pk, [])
    else:
        obstacles = [Obstacle(code) for code in application.left_out]
    return " ".join(line["what"] for line in view.obstacle_words(application, obstacles))


def _facts(
    view: SiteOverview, application: Application, outcome: Outcome | None
) -> list[tuple[str, str, str]]:
    """(what, beside it in small, value) in the sequence in which it decides."""
    public_id = application.public_id
    facts = []
    if (turns := view.turns.get(public_id)) is not None:
        facts.append((_("Turns in 12 months"), _("stalls held, and no-shows without excuse"), str(turns)))
    if outcome is None or view.record is None:
        return facts
    facts.append((_("Lot"), _("from the seed and the own number"), lot(view.record["seed"], public_id)[:8]))
    facts.append((_("Place in the order"), "", f"{outcome.place}/{len(view.outcomes)}"))
    entries = {entry["id"]: entry for entry in view.record["frozen"]["applications"]}
    chosen = [entries[i] for i in view.record["chosen"]]
    for label, kind, code in (
        (_("Quota of the pengampu"), "pengampu", application.pengampu_id),
        (_("Quota of the kind of goods"), "categories", application.category_id),
    ):
        key = "pengampu" if kind == "pengampu" else "category"
        used = sum(entry[key] == code for entry in chosen)
        most = view.record["frozen"][kind][code]["max"]
        facts.append((label, view.names.get(code, code), f"{used}/{most}"))
    return facts
