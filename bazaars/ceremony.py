"""The steps of a site from the first stall to the published draw, and which of them is next for whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from bazaars.choices import unit_of
from bazaars.enums import SiteState
from bazaars.feasibility import check_rules
from bazaars.services import confirming
from okoce.accounts.roles import has_permission
from okoce.ui.templatetags.okoce_ui import moment

if TYPE_CHECKING:
    from bazaars.models import SeedPart
    from bazaars.overview import SiteOverview


OPEN_CALL = 2  # place of the step in the sequence


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the ceremony: done, now or to come, and what there is to do."""

    label: str
    text: str
    state: str
    url: str = ""
    action: str = ""


def steps(view: SiteOverview) -> Iterator[Step]:
    """Each step with its state; the address only for who may take it."""
    site, user = view.site, view.user
    manages = has_permission(user, "bazaars.manage")
    commits = has_permission(user, "bazaars.commit_seed")
    has_stalls, has_quotas = bool(view.places), view.quota_count > 0
    possible = has_quotas and not check_rules(view.rules)
    is_open, is_frozen = site.state == SiteState.OPEN, site.state == SiteState.FROZEN
    is_drawn = site.state == SiteState.DRAWN
    preparing = site.state in (SiteState.DRAFT, SiteState.OPEN)
    closed = bool(site.applications_close_at and view.now >= site.applications_close_at)
    revealed = [part for part in view.parts if part.secret]
    own, again = _own_part(view) if commits else None, view.seals_again
    all_revealed = bool(view.parts) and len(revealed) == len(view.parts)

    def url(name: str, allowed: bool = True) -> str:
        return reverse(f"bazaars:{name}", args=[site.pk]) if allowed else ""

    def state(done: bool, now: bool) -> str:
        return "done" if done else "now" if now else ""

    yield Step(
        _("Stalls"),
        _("%(count)s stalls, %(places)s places in the draw")
        % {"count": len(view.stalls), "places": view.places},
        state(has_stalls, preparing),
        url("stalls", manages and preparing),
        _("Add stalls") if not has_stalls else _("Change the stalls"),
    )
    yield Step(
        _("Quotas"),
        _("%(count)s pengampu take part") % {"count": view.quota_count} if has_quotas else _("Not set yet"),
        state(possible, preparing and has_stalls),
        url("quotas", manages and preparing and has_stalls),
        _("Set quotas") if not has_quotas else _("Change the quotas"),
    )
    yield Step(
        _("Open call"),
        _("%(count)s applications") % {"count": view.application_count}
        if site.applications_open_at
        else _("Not opened yet"),
        state(bool(site.applications_open_at) and (closed or not preparing), preparing and possible),
        url("open", manages and preparing and possible),
        _("Open applications") if not is_open else _("Move the deadline"),
    )
    yield Step(
        _("Commitments"),
        _("%(count)s secrets committed to") % {"count": len(view.parts)} if view.parts else _("Nobody yet"),
        state(bool(view.parts) and not again, (preparing and has_quotas) or again),
        url("commit", commits and (preparing or again) and own is None and not _left_out(view)),
        _("Commit to a secret"),
    )
    yield Step(
        _("Freeze the list"),
        view.draw.frozen_hash[:16] + "…" if view.draw else _("After the deadline; its hash is published"),
        state(view.draw is not None, is_open and closed and bool(view.parts)),
        url("freeze", manages and is_open and bool(view.parts)),
        _("Close and freeze the list"),
    )
    is_own_turn = commits and is_frozen and bool(own) and not own.secret
    may_give_up = manages and is_frozen and bool(view.parts) and not all_revealed
    name = "reveal" if is_own_turn else "give_up"
    yield Step(
        _("Reveal the secrets"),
        _revealed_words(view, revealed),
        state(all_revealed and (is_frozen or is_drawn), is_frozen),
        url(name, name == "reveal" or may_give_up),
        _("Reveal the secret") if name == "reveal" else _("A secret does not come"),
    )
    yield Step(
        _("Draw and publish"),
        _("%(count)s have a stall") % {"count": view.taken_count}
        if is_drawn
        else _("Once, and for everybody to check"),
        state(is_drawn, is_frozen and all_revealed),
        url("draw", manages and is_frozen and all_revealed),
        _("Run the draw"),
    )
    if is_drawn:
        yield Step(
            _("Confirmations"),
            _("%(count)s of %(most)s have confirmed")
            % {"count": view.confirmed_count, "most": view.taken_count},
            state(view.confirmed_count == view.taken_count, True),
            url("confirmations"),
            _("See who comes"),
        )
    else:
        yield Step(
            _("Confirmations"),
            _("Until %(moment)s WIB")
            % {"moment": moment(site.confirm_by or confirming.usual_deadline(site.bazaar))},
            "",
            url("deadline", manages and (preparing or is_frozen)),
            _("Set the deadline"),
        )


def _own_part(view: SiteOverview) -> SeedPart | None:
    own = unit_of(view.user).pk
    return next((part for part in view.parts if part.organisation_id == own), None)


def _left_out(view: SiteOverview) -> bool:
    return any(unit_of(view.user).pk in one.missing for one in view.given_up)


def _revealed_words(view: SiteOverview, revealed: list[SeedPart]) -> str:
    """How many are in, and once the list is frozen for whom the draw waits."""
    counts = {"done": len(revealed), "count": len(view.parts)}
    missing = [part.organisation.short_name for part in view.parts if not part.secret]
    if view.draw is None or not missing:
        return _("%(done)s of %(count)s") % counts
    return _("%(done)s of %(count)s, waiting for %(names)s") % {**counts, "names": ", ".join(missing)}
