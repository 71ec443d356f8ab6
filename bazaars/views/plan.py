"""The officer draws the plan: rows of stalls at once, facts, places, numbers, tents, picture, versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from bazaars import crumbs, errors, plan_words
from bazaars.choices import organisation, pengampu_choices
from bazaars.forms import StallsForm
from bazaars.layout import read_cells
from bazaars.models import PlanVersion, Site, Stall
from bazaars.overview import SiteOverview
from bazaars.plan import (
    MOST_COLUMNS,
    MOST_ROWS,
    STEP_X,
    STEP_Y,
    PlacedStall,
    even_plan,
    number_ranges,
    zone_letter,
)
from bazaars.plan_forms import FactsForm, GroundForm, NumberForm, PlaceForm
from bazaars.services import events, plans
from bazaars.services.versions import newest_number
from bazaars.views.events import get_or_post, visible_site
from bazaars.words import problem_words
from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.db.images import jpeg_size
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page

FEWEST_ROWS, FEWEST_COLUMNS = 6, 12
Places = dict[int, tuple[int, int]]


@requires("bazaars.manage")
@get_or_post
def stalls(request: HttpRequest, pk: int) -> HttpResponse:
    place = visible_site(request, pk)
    form = StallsForm(request.POST or None, zones=pengampu_choices(place.bazaar.city))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data | {"zone": organisation(form.cleaned_data["zone"])}
        try:
            added = events.add_stalls(site_id=place.pk, by=request.user, **data)
        except (errors.StallTaken, errors.OffThePlan) as refusal:
            form.add_error("numbers", str(refusal))
        except errors.SiteIsFrozen as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                ngettext("%(count)s stall added.", "%(count)s stalls added.", len(added))
                % {"count": len(added)},
            )
            return redirect("bazaars:stalls", place.pk)
    return _editor(request, place, {"form": form, "failed": form if form.errors else None})


def _editor(request: HttpRequest, place: Site, given: dict[str, Any]) -> HttpResponse:
    """The page with the plan, its list and every form; ``given`` are the forms that were sent."""
    view = SiteOverview(place, request.user, timezone.now())
    zones = pengampu_choices(place.bazaar.city)
    rows = view.stall_rows()
    places: Places = given.get("places", {})
    chosen: set[int] = given.get("chosen", set())
    context = {
        "view": view,
        "is_open": place.state in events.PREPARING,
        "form": StallsForm(zones=zones),
        "facts_form": FactsForm(zones=zones),
        "place_form": PlaceForm(),
        "number_form": NumberForm(),
        "failed": None,
        "deed": "",
        "canvas": _canvas(view, places),
        "seen": newest_number(place),
        "rows": [row | {"is_chosen": row["pk"] in chosen} for row in rows],
        "letters": sorted({str(row["letter"]) for row in rows}),
        "zones": _zones(view),
        "marks": plan_words.legend(),
        "without_plan": Site.objects.visible_to(request.user).without_plan(place.bazaar_id).count(),
        "crumbs": crumbs.of_site(place, _("Stalls")),
    }
    return render_page(request, "bazaars/stalls.html", context | given)


def _canvas(view: SiteOverview, places: Places) -> dict[str, Any]:
    """The grid to move stalls about: the picture's, or what stands there and some room around it.

    ``places`` are those that were put on the screen and could not be saved.
    """
    there = view.placed
    shown = [_put(stall, *places[stall.pk]) if stall.pk in places else stall for stall in there]
    if view.ground.photo is not None:
        rows, columns = view.ground.rows, view.ground.columns
    else:
        rows = min(MOST_ROWS, max([FEWEST_ROWS, *(s.last_row + 2 for s in shown)]))
        columns = min(MOST_COLUMNS, max([FEWEST_COLUMNS, *(s.last_column + 2 for s in shown)]))
    return {
        "plan": even_plan(shown, rows=rows, columns=columns),
        "rows": rows,
        "columns": columns,
        "step_x": STEP_X,
        "step_y": STEP_Y,
    }


def _put(stall: PlacedStall, row: int, column: int) -> PlacedStall:
    row = max(1, min(row, MOST_ROWS - stall.depth + 1))
    column = max(1, min(column, MOST_COLUMNS - stall.width + 1))
    return PlacedStall(
        stall.number,
        row,
        column,
        stall.kind,
        stall.words,
        stall.title,
        width=stall.width,
        depth=stall.depth,
        marks=stall.marks,
        pk=stall.pk,
        was=f"{stall.row},{stall.column}",
    )


def _zones(view: SiteOverview) -> list[dict[str, object]]:
    """The stalls by their letter, as the list beside the plan says it."""
    found: dict[str, list[Stall]] = {}
    for stall in view.stalls:
        found.setdefault(zone_letter(stall.number), []).append(stall)
    return [
        {
            "letter": letter,
            "ranges": ", ".join(number_ranges(stall.number for stall in some)),
            "count": len(some),
            "owner": view.zone_words({view.owner_of(stall) for stall in some}),
            "power": sum(stall.has_power for stall in some),
            "water": sum(stall.has_water for stall in some),
        }
        for letter, some in sorted(found.items())
    ]


def _why(request: HttpRequest, place: Site, refusal: errors.Refusal) -> str:
    """A refusal in words; of quotas with their figures."""
    if not isinstance(refusal, errors.RulesImpossible):
        return str(refusal)
    names = SiteOverview(place, request.user, timezone.now()).names
    why = " ".join(problem_words(problem, names) for problem in refusal.problems)
    return _("The quotas need these stalls: %(why)s") % {"why": why}


@requires("bazaars.manage")
@require_POST
def remove_stalls(request: HttpRequest, pk: int, letter: str) -> HttpResponse:
    place = visible_site(request, pk)
    ids = [stall.pk for stall in place.stalls.all() if zone_letter(stall.number) == letter]
    try:
        count = events.remove_stalls(site_id=place.pk, stall_ids=ids, by=request.user)
    except errors.Refusal as refusal:
        messages.error(request, _why(request, place, refusal))
    else:
        messages.success(request, _removed(count))
    return redirect("bazaars:stalls", place.pk)


def _removed(count: int) -> str:
    return ngettext("%(count)s stall removed.", "%(count)s stalls removed.", count) % {"count": count}


# --- the stalls that are ticked ------------------------------------------------------------------------


@requires("bazaars.manage")
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One deed for all stalls that are ticked, or for whole zones. Refused: every input stays."""
    place, deed = visible_site(request, pk), request.POST.get("perbuatan", "")
    chosen = _chosen(request, place)
    forms = _forms(request, place, deed)
    form = forms.get(DEEDS[deed][0]) if deed in DEEDS else None
    given = forms | {"chosen": chosen, "deed": deed}
    if deed not in DEEDS:
        messages.error(request, _("Choose what to do with the ticked stalls."))
        return _editor(request, place, given)
    failed = form if form is not None else forms["facts_form"]
    if form is None or form.is_valid():
        try:
            count = DEEDS[deed][1](place, chosen, form, request)
        except errors.Refusal as refusal:
            if form is None:
                messages.error(request, _why(request, place, refusal))
                return _editor(request, place, given)
            form.add_error(None, _why(request, place, refusal))
        else:
            messages.success(request, _changed(count) if deed != "hapus" else _removed(count))
            return redirect(f"{reverse('bazaars:stalls', args=[place.pk])}#daftar")
    return _editor(request, place, given | {"failed": failed})


def _changed(count: int) -> str:
    if not count:
        return _("The stalls stand so already; nothing was changed.")
    return ngettext("%(count)s stall changed.", "%(count)s stalls changed.", count) % {"count": count}


def _chosen(request: HttpRequest, place: Site) -> set[int]:
    """Keys that are ticked, and those of the ticked zones."""
    ticked = {int(text) for text in request.POST.getlist("stan") if text.isascii() and text.isdecimal()}
    letters = set(request.POST.getlist("zona"))
    if not letters:
        return ticked
    return ticked | {stall.pk for stall in place.stalls.all() if zone_letter(stall.number) in letters}


def _forms(request: HttpRequest, place: Site, deed: str) -> dict[str, Any]:
    """The form of the deed is read; the others keep what was typed into them."""
    zones = pengampu_choices(place.bazaar.city)
    typed = request.POST
    found: dict[str, Any] = {}
    for name, cls, more in (
        ("facts_form", FactsForm, {"zones": zones}),
        ("place_form", PlaceForm, {}),
        ("number_form", NumberForm, {}),
    ):
        if deed in DEEDS and DEEDS[deed][0] == name:
            found[name] = cls(typed, **more)
        else:
            start = f"{cls.prefix}-"
            kept = {key.removeprefix(start): value for key, value in typed.items() if key.startswith(start)}
            found[name] = cls(initial=kept, **more)
    return found


def _facts(place: Site, chosen: set[int], form: Any, request: HttpRequest) -> int:
    if not chosen:
        raise errors.NothingChosen
    new = form.changes()
    return plans.change_stalls(site_id=place.pk, changes=dict.fromkeys(chosen, new), by=request.user)


def _move(place: Site, chosen: set[int], form: Any, request: HttpRequest) -> int:
    return plans.move_stalls(site_id=place.pk, stall_ids=chosen, by=request.user, **form.cleaned_data)


def _renumber(place: Site, chosen: set[int], form: Any, request: HttpRequest) -> int:
    return plans.renumber_stalls(site_id=place.pk, stall_ids=chosen, by=request.user, **form.cleaned_data)


def _share(place: Site, chosen: set[int], form: Any, request: HttpRequest) -> int:
    return plans.share_tents(site_id=place.pk, stall_ids=chosen, by=request.user)


def _separate(place: Site, chosen: set[int], form: Any, request: HttpRequest) -> int:
    return plans.separate_tents(site_id=place.pk, stall_ids=chosen, by=request.user)


def _remove(place: Site, chosen: set[int], form: Any, request: HttpRequest) -> int:
    if not chosen:
        raise errors.NothingChosen
    return events.remove_stalls(site_id=place.pk, stall_ids=chosen, by=request.user)


Deed = Callable[[Site, set[int], Any, HttpRequest], int]
DEEDS: dict[str, tuple[str, Deed]] = {
    "fakta": ("facts_form", _facts),
    "pindah": ("place_form", _move),
    "nomor": ("number_form", _renumber),
    "tenda": ("", _share),
    "pisah": ("", _separate),
    "hapus": ("", _remove),
}


@requires("bazaars.manage")
@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """The places as they were put on the screen, all in one request."""
    site = visible_site(request, pk)
    cells, seen = read_cells(request.POST.get("letak", "")), request.POST.get("versi", "")
    if cells is None or not (seen.isascii() and seen.isdecimal() and len(seen) < 9):
        messages.error(request, _("The places could not be read. Move the stalls again."))
        return redirect("bazaars:stalls", site.pk)
    try:
        count = plans.place_stalls(site_id=site.pk, places=cells, seen=int(seen), by=request.user)
    except errors.Refusal as refusal:
        messages.error(request, _why(request, site, refusal))
        return _editor(request, site, {"places": cells})
    messages.success(request, _changed(count))
    return redirect("bazaars:stalls", site.pk)


# --- the picture below -------------------------------------------------------------------------------


@requires("bazaars.manage")
@get_or_post
def ground(request: HttpRequest, pk: int) -> HttpResponse:
    site = visible_site(request, pk)
    now = SiteOverview(site, request.user, timezone.now()).ground
    initial = {"entrance": now.entrance} | ({"columns": now.columns} if now.photo else {})
    form = GroundForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and "buang" in request.POST:
        try:
            plans.drop_photo(site_id=site.pk, by=request.user)
        except errors.Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The picture is taken away. Earlier versions keep it."))
        return redirect("bazaars:ground", site.pk)
    if request.method == "POST" and form.is_valid():
        photo = form.cleaned_data["photo"]
        try:
            plans.set_ground(
                site_id=site.pk,
                photo=photo,
                size=jpeg_size(photo) if photo else (0, 0),
                columns=form.cleaned_data["columns"],
                entrance=form.cleaned_data["entrance"],
                by=request.user,
            )
        except errors.OffThePlan as refusal:
            form.add_error("columns", str(refusal))
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The ground of the plan is saved."))
            return redirect("bazaars:stalls", site.pk)
    context = {
        "form": form,
        "site": site,
        "ground": now,
        "crumbs": crumbs.of_site(site, _("Picture and entrance")),
    }
    return render_page(request, "bazaars/ground.html", context)


# --- saved versions ----------------------------------------------------------------------------------


@requires("bazaars.view")
@require_safe
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    site = visible_site(request, pk)
    kept = PlanVersion.objects.visible_to(request.user).filter(site=site).newest_first()
    page = keyset_page(kept, request, order=["-number"], size=20)
    context = {
        "site": site,
        "page": page,
        "lines": [{"version": one, "words": plan_words.what_changed(one.what)} for one in page.rows],
        "crumbs": crumbs.of_site(site, _("Versions of the plan")),
    }
    return render_page(request, "bazaars/plan_versions.html", context)


@requires("bazaars.view")
@require_safe
def version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One version as it was."""
    site = visible_site(request, pk)
    found = _version(request, site, number)
    context = {
        "site": site,
        "version": found,
        "words": plan_words.what_changed(found.what),
        "plan": plan_words.drawn_version(found),
        "ranges": number_ranges(stall["number"] for stall in found.stalls),
        "is_newest": found.number == newest_number(site),
        "may_restore": site.state in events.PREPARING and has_permission(request.user, "bazaars.manage"),
        "crumbs": crumbs.of_site(site, _("Version %(number)s") % {"number": found.number}),
    }
    return render_page(request, "bazaars/plan_version.html", context)


@requires("bazaars.manage")
@require_POST
def restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Puts the plan back to a version, which is a version again."""
    site = visible_site(request, pk)
    found = _version(request, site, number)
    try:
        made = plans.restore(site_id=site.pk, number=found.number, by=request.user)
    except errors.Refusal as refusal:
        messages.error(request, _why(request, site, refusal))
        return redirect("bazaars:plan_version", site.pk, found.number)
    if made:
        messages.success(
            request,
            _("The plan stands again as in version %(number)s.") % {"number": found.number},
        )
    else:
        messages.success(request, _("The stalls stand so already; nothing was changed."))
    return redirect("bazaars:stalls", site.pk)


def _version(request: HttpRequest, site: Site, number: int) -> PlanVersion:
    kept = PlanVersion.objects.visible_to(request.user).filter(site=site).select_related("saved_by", "photo")
    found: PlanVersion = get_object_or_404(kept, number=number)
    return found
