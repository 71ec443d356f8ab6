"""Rooms: kept by the offices, closed on days, and what is booked there."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from trainings import areas, plan_rules, rules, shown
from trainings.filters import VenueFilter
from trainings.forms.resources import ClosureForm, StrandedForm, VenueForm
from trainings.models import TrainingSession, Venue, VenueClosure
from trainings.refusals import Refused
from trainings.services import resources
from trainings.views.sessions import posted


def crumbs(*more: tuple[str, str]) -> list[dict[str, str]]:
    own = reverse("trainings:venues") if more else ""
    return shown.crumbs((_("Venues"), own), *more)


def find(request: HttpRequest, pk: int, *, kept: bool = False) -> Venue:
    """The room of this address; with ``kept`` only one that the person keeps."""
    mine = Venue.objects.visible_to(request.user).select_related("kecamatan")
    if kept:
        mine = mine.filter(kecamatan__in=areas.kecamatan_for(request.user))
    return get_object_or_404(mine, pk=pk)


@requires("trainings.resources")
def venues(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = VenueFilter(request.GET, user=request.user)
    mine = form.apply(Venue.objects.visible_to(request.user)).for_the_list(now=now)
    page = keyset_page(mine, request, order=("name", "pk"), size=50)
    for venue in page.rows:
        venue.opening = opening_of(venue)
        venue.closing = next_closure(venue, now=now)
    context = {
        "form": form,
        "page": page,
        "may_keep": has_permission(request.user, "trainings.manage"),
        "crumbs": crumbs(),
    }
    return render_page(request, "trainings/venues.html", context, fragment="rows")


def opening_of(venue: Venue) -> str:
    """Senin-Jumat 08.00-16.00, or that it is open whenever asked."""
    rows = list(venue.hours.all())
    if not rows:
        return _("Whenever asked")
    runs: list[list[Any]] = []
    for row in rows:
        last = runs[-1][-1] if runs else None
        if last and (last.weekday + 1, last.opens, last.closes) == (row.weekday, row.opens, row.closes):
            runs[-1].append(row)
        else:
            runs.append([row])
    return "; ".join(_run(run) for run in runs)


def _run(run: list[Any]) -> str:
    first, last = plan_rules.weekday_name(run[0].weekday), plan_rules.weekday_name(run[-1].weekday)
    hours = f"{time_format(run[0].opens)}-{time_format(run[0].closes)}"
    return f"{first} {hours}" if len(run) == 1 else f"{first}-{last} {hours}"


def next_closure(venue: Venue, *, now: Any) -> Any:
    today = timezone.localdate(now)
    return next((c for c in venue.closures.all() if c.last_day >= today), None)


@requires("trainings.resources")
def venue(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    room = find(request, pk)
    today = timezone.localdate(now)
    booked = room.sessions.active().filter(ends_at__gt=now).with_places().with_seats()
    page = keyset_page(booked, request, order=("starts_at", "pk"), size=50)
    shown.link(page.rows, request.user, now=now)
    context = {
        "venue": room,
        "opening": opening_of(room),
        "closures": list(room.closures.filter(last_day__gte=today)),
        "page": page,
        "may_keep": rules.may_keep_venue(request.user, room),
        "crumbs": crumbs((room.name, "")),
    }
    return render_page(request, "trainings/venue.html", context, fragment="rows")


@requires("trainings.manage")
def create(request: HttpRequest) -> HttpResponse:
    form = VenueForm(posted(request), user=request.user, now=timezone.now())
    return _keep(request, form, title=_("Enter a venue"))


@requires("trainings.manage")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    room = find(request, pk, kept=True)
    form = VenueForm(posted(request), user=request.user, now=timezone.now(), venue=room)
    return _keep(request, form, title=_("Change %(name)s") % {"name": room.name}, venue=room)


def _keep(request: HttpRequest, form: VenueForm, *, title: str, venue: Venue | None = None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            kept = resources.keep_venue(
                entry=form.entry, venue_id=venue.pk if venue else None, by=request.user
            )
        except Refused as refused:
            form.add_error("name", refused.sentence)
        else:
            messages.success(request, _("The venue is saved."))
            return redirect(kept)
    own = [(venue.name, venue.get_absolute_url())] if venue else []
    context = {
        "form": form,
        "title": title,
        "back_url": venue.get_absolute_url() if venue else reverse("trainings:venues"),
        "crumbs": crumbs(*own, (title, "")),
    }
    return render_page(request, "trainings/venue_form.html", context)


@requires("trainings.manage")
def close(request: HttpRequest, pk: int) -> HttpResponse:
    room = find(request, pk, kept=True)
    form = ClosureForm(posted(request), today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        closure = resources.close_venue(
            venue_id=pk, first=given["first"], last=given["last"], reason=given["reason"], by=request.user
        )
        messages.success(request, _("The days are kept free."))
        return redirect("trainings:closure", pk=pk, closure=closure.pk)
    title = _("Close %(name)s on some days") % {"name": room.name}
    context = {
        "form": form,
        "title": title,
        "intro": _("Sessions that stand there are shown next, and you move them. Nothing moves by itself."),
        "action_label": _("Close the venue on these days"),
        "back_url": room.get_absolute_url(),
        "crumbs": crumbs((room.name, room.get_absolute_url()), (title, "")),
    }
    return render_page(request, "trainings/form_page.html", context)


@requires("trainings.manage")
def closure(request: HttpRequest, pk: int, closure: int) -> HttpResponse:
    """The sessions that stand in a closed room, and rooms that are free for each."""
    now, room = timezone.now(), find(request, pk, kept=True)
    row = get_object_or_404(VenueClosure, pk=closure, venue=room)
    mine = TrainingSession.objects.visible_to(request.user)
    standing = list(
        resources.standing_on(room, row.first_day, row.last_day, now=now).filter(pk__in=mine.values("pk"))
    )
    return stranded(
        request,
        standing,
        {s.pk: resources.free_venues(s) for s in standing},
        {
            "title": _("Sessions in %(name)s while it is closed") % {"name": room.name},
            "subtitle": _("%(first)s to %(last)s: %(reason)s")
            % {
                "first": date_format(row.first_day, "LONG_DATE_FORMAT"),
                "last": date_format(row.last_day, "LONG_DATE_FORMAT"),
                "reason": row.reason,
            },
            "empty": _("No session stands there on these days."),
            "back_url": room.get_absolute_url(),
            "back_label": _("To the venue"),
            "crumbs": crumbs((room.name, room.get_absolute_url()), (_("Closed days"), "")),
        },
    )


def stranded(
    request: HttpRequest, standing: list[Any], targets: dict[int, list[Any]], context: dict[str, Any]
) -> HttpResponse:
    rows = [(s, shown.short_name(s), targets[s.pk][:MOST_TARGETS]) for s in standing]
    form = StrandedForm(posted(request), rows=rows)
    if request.method == "POST" and form.is_valid():
        moved = resources.move_to(choices=form.choices_made, by=request.user)
        for session, sentence in moved.refused:
            messages.error(request, f"{shown.short_name(session)}: {sentence}")
        if moved.done:
            messages.success(
                request, _("The sessions are moved. People hear of it when you release the changes.")
            )
        return redirect(request.path)
    context |= {
        "form": form,
        "rows": [
            {
                "field": form[f"sesi_{s.pk}"],
                "where": shown.where_and_when(s),
                "url": s.get_absolute_url(),
                "move_url": reverse("trainings:session_move", args=[s.pk]),
                "has_target": bool(targets[s.pk]),
            }
            for s in standing
        ],
        "able_count": sum(bool(targets[s.pk]) for s in standing),
    }
    return render_page(request, "trainings/stranded.html", context)


MOST_TARGETS = 12


@requires("trainings.manage")
@require_POST
def reopen(request: HttpRequest, pk: int, closure: int) -> HttpResponse:
    room = find(request, pk, kept=True)
    if room.closures.filter(pk=closure).exists():
        resources.reopen_venue(closure_id=closure, by=request.user)
    messages.success(request, _("The venue is open again on these days."))
    return redirect(room)


@requires("trainings.manage")
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of use instead of deleted; the same page brings it back."""
    now, room = timezone.now(), find(request, pk, kept=True)
    if request.method == "POST":
        if room.retired_at is None:
            resources.retire(what=room, by=request.user)
            messages.success(request, _("The venue is not offered for new sessions any more."))
        else:
            resources.bring_back(what=room, by=request.user)
            messages.success(request, _("The venue can be chosen again."))
        return redirect(room)
    coming = room.sessions.active().upcoming(now=now).count()
    context = retiring(room, coming) | {
        "cancel_url": room.get_absolute_url(),
        "crumbs": crumbs((room.name, room.get_absolute_url()), (_("Out of use"), "")),
    }
    return render_page(request, "trainings/confirm.html", context)


def retiring(what: Any, coming: int) -> dict[str, Any]:
    if what.retired_at is not None:
        return {
            "form": None,
            "question": _("Use %(name)s again?") % {"name": what.name},
            "consequences": [_("New sessions can be planned with it again.")],
            "action_label": _("Use it again"),
            "cancel_label": _("Leave it out of use"),
            "dangerous": "no",
        }
    return {
        "form": None,
        "question": _("Take %(name)s out of use?") % {"name": what.name},
        "consequences": [
            _("No new session can be planned with it. What was held with it stays in the lists."),
            _("Coming sessions that stay where they are: %(count)s. Move them one by one.")
            % {"count": coming}
            if coming
            else _("No coming session needs it."),
            _("You can use it again at any time."),
        ],
        "action_label": _("Take it out of use"),
        "cancel_label": _("Leave it in use"),
    }
