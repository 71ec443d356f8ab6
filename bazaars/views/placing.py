"""The officer moves somebody to another stall; the page says beforehand which wishes that breaks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bazaars import crumbs, errors
from bazaars.enums import SiteState
from bazaars.forms import MoveForm
from bazaars.models import Allocation, Application, Site
from bazaars.overview import SiteOverview
from bazaars.placement import Broken
from bazaars.services import placing
from bazaars.views.events import get_or_post, visible_site
from bazaars.words import broken_words
from okoce.accounts.access import requires
from okoce.ui.responses import render_page
from participants.models import Sector

Place = tuple[str, int]


@requires("bazaars.manage")
@get_or_post
def move(request: HttpRequest, pk: int) -> HttpResponse:
    site = visible_site(request, pk)
    if site.state != SiteState.DRAWN:
        messages.error(request, str(errors.NotDrawnYet()))
        return redirect("bazaars:site", site.pk)
    board = _Board(request, site)
    who, target = request.GET.get("siapa", ""), _place(request.GET.get("ke", ""))
    form, proposal = None, None
    if who and target:
        try:
            after = placing.moved(site, board.given, who, target)
        except errors.MoveImpossible as refusal:
            messages.error(request, str(refusal))
            return redirect("bazaars:move", site.pk)
        proposal = board.proposal(after)
        form = MoveForm(request.POST or None, seen=board.seen(after), names=board.names.values())
        if request.method == "POST" and form.is_valid():
            try:
                placing.move(
                    site_id=site.pk,
                    public_id=who,
                    target=target,
                    seen=_seen(form.cleaned_data["seen"]),
                    reason=form.cleaned_data["reason"],
                    by=request.user,
                    now=timezone.now(),
                )
            except errors.Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The stall is changed, and the vendor is told."))
                return redirect(f"{reverse('bazaars:move', args=[site.pk])}")
    context = {
        "site": site,
        "form": form,
        "proposal": proposal,
        "plan": SiteOverview(site, request.user, timezone.now(), picked=who, link="?siapa={id}#pindah").plan,
        "unmet": board.words(placing.broken_in(site, board.rows, board.given)),
        "people": board.people(who),
        "targets": board.targets(target),
        "crumbs": crumbs.of_site(site, _("Move a stall")),
    }
    return render_page(request, "bazaars/move.html", context)


def _place(text: str) -> Place | None:
    number, _dash, share = text.partition("/")
    return (number[:6], int(share)) if share in ("1", "2") else None


def _seen(text: str) -> dict[str, Place]:
    """ "id=A01/1 id=B02/1" as the form carried it."""
    found = {}
    for part in text.split():
        public_id, _equals, where = part.partition("=")
        place = _place(where)
        if place:
            found[public_id] = place
    return found


class _Board:
    """Who stands where, in names."""

    def __init__(self, request: HttpRequest, site: Site) -> None:
        self.site = site
        self.rows: list[Allocation] = placing.standing(site)
        self.given = placing.given_in(self.rows)
        visible = Application.objects.visible_to(request.user).filter(site=site)
        self.names = dict(visible.values_list("public_id", "participant__full_name"))
        self.goods = dict(Sector.choices())

    def name(self, public_id: str) -> str:
        return self.names.get(public_id, public_id)

    def words(self, broken: list[Broken]) -> list[str]:
        sold = {row.application.public_id: row.application.category_id for row in self.rows}
        return [self._word(one, sold) for one in broken]

    def _word(self, broken: Broken, sold: dict[str, str]) -> str:
        goods = self.goods.get(sold[broken.vendors[0]], "") if broken.vendors else ""
        return broken_words(broken, [self.name(i) for i in broken.vendors], goods)

    def proposal(self, after: dict[str, Place]) -> dict[str, Any]:
        before = placing.broken_in(self.site, self.rows, self.given)
        later = placing.broken_in(self.site, self.rows, after)
        changed = [i for i in self.given if self.given[i] != after[i]]
        return {
            "moves": [
                {"name": self.name(i), "before": self.given[i][0], "after": after[i][0]} for i in changed
            ],
            "breaks": self.words([one for one in later if one not in before]),
            "mends": self.words([one for one in before if one not in later]),
        }

    def seen(self, after: dict[str, Place]) -> str:
        changed = [i for i in self.given if self.given[i] != after[i]]
        return " ".join(f"{i}={self.given[i][0]}/{self.given[i][1]}" for i in changed)

    def people(self, picked: str) -> list[dict[str, Any]]:
        found = [
            {"value": i, "label": f"{where[0]}: {self.name(i)}", "is_picked": i == picked}
            for i, where in self.given.items()
        ]
        return sorted(found, key=lambda one: one["label"])

    def targets(self, picked: Place | None) -> list[dict[str, Any]]:
        holder = {where: i for i, where in self.given.items()}
        found = []
        for spot in placing.spots_of(self.site):
            for share in range(1, spot.shares + 1):
                where = (spot.number, share)
                who = self.name(holder[where]) if where in holder else _("empty")
                found.append(
                    {
                        "value": f"{spot.number}/{share}",
                        "label": f"{spot.number}: {who}",
                        "is_picked": where == picked,
                    }
                )
        return found
