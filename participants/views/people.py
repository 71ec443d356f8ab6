"""The participants list and its search box."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.audit import services as audit
from okoce.ui import errors
from okoce.ui.pagination import KeysetPage, keyset_page
from okoce.ui.responses import render_page
from participants import counters, filters, listing, nearby, searching
from participants.filters import PeopleFilter
from participants.models import Participant
from participants.panels import SavedView
from participants.searching import Kind
from participants.services import asking

FOUND = "people_found"  # session: answers to NIK and phone look-ups, by token
FOUND_KEPT = 5
FOUND_SECONDS = 600
NEAR_SHOWN = 20  # people whose names are nearly what was typed


@requires("participants.view")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    today, user = timezone.localdate(), request.user
    if searching.has_personal_digits(request.GET.get("q", "")) and not searching.tidy(request.GET["q"]):
        return redirect(f"{request.path}{PeopleFilter.read(request.GET).address(q='')}")
    chosen = PeopleFilter.read(request.GET)
    visible = Participant.objects.visible_to(user)
    views = filters.saved_views()
    counts = counters.counts_for(user, visible, {v.code: v.condition for v in views}, today=today)
    page, is_near = _page(request, visible, chosen, None if chosen.is_set else counts["total"])
    rows, base = listing.rows_of(page.rows, today=today), reverse("participants:list")
    context = {
        "page": page,
        "rows": rows,
        "table": listing.markup(rows, base),
        "base": base,
        "chosen": chosen,
        "is_near": is_near,
        "fields": filters.fields_for(user, chosen),
        "chips": [_chip(view, counts[view.code], chosen) for view in views],
        "total": counts["total"],
        "name_order": chosen.address(urut="" if chosen.urut == filters.BY_NAME else filters.BY_NAME),
        "may_register": has_permission(user, "participants.register"),
        "may_import": has_permission(user, "participants.import"),
    }
    return render_page(request, "participants/list.html", context, fragment="hasil")


def _page(
    request: HttpRequest, visible: Any, chosen: PeopleFilter, total: int | None
) -> tuple[KeysetPage, bool]:
    """The page asked for; where nobody has the name, those whose names are nearly it (True)."""
    within = chosen.apply(visible, today=timezone.localdate())
    query = searching.read(chosen.q)
    if query.kind is Kind.NAME:
        found = within.named_like(query.value)
    elif query.kind in (Kind.NUMBER, Kind.SERIAL):
        wanted = [query.value] if query.kind is Kind.NUMBER else searching.numbers_with_serial(query.value)
        found = within.with_numbers(wanted)
    else:
        found = within
    page = keyset_page(_columns(found), request, order=chosen.order, known_count=total)
    if page.rows or query.kind is not Kind.NAME:
        return page, False
    near = [one.name_key for one in nearby.names_near(within, query.value)]
    order = {key: at for at, key in enumerate(near)}
    rows = list(_columns(within.filter(name_key__in=near).order_by("pk"))[:NEAR_SHOWN])
    rows.sort(key=lambda row: order[row["name_key"]])
    return KeysetPage(rows, None, None, len(rows), False, 1 if rows else 0, len(rows)), bool(rows)


def _columns(people: Any) -> Any:
    return people.values(*listing.COLUMNS)


def _chip(view: SavedView, count: int, chosen: PeopleFilter) -> dict[str, Any]:
    return {
        "label": view.label,
        "url": PeopleFilter(tampilan=view.code).address(),
        "count": min(count, counters.VIEW_CAP),
        "is_capped": count > counters.VIEW_CAP,
        "is_current": chosen.tampilan == view.code,
    }


@requires("participants.view")
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Names and numbers become an address; NIK and phone are answered here, without ever being in one."""
    chosen = PeopleFilter.read(request.POST)
    query = searching.read(request.POST.get("q", ""))
    visible = Participant.objects.visible_to(request.user)
    if query.kind is Kind.NUMBER and (holder := visible.with_number(query.value).first()) is not None:
        return redirect(holder)
    if query.kind not in (Kind.NIK, Kind.PHONE, Kind.UNREADABLE):
        return redirect(reverse("participants:list") + chosen.address())
    if query.kind is not Kind.UNREADABLE and asking.is_too_many(by=request.user, now=timezone.now()):
        return errors.too_many(request, minutes=60)
    if query.kind is Kind.NIK:
        people = visible.with_nik(query.value)
    elif query.kind is Kind.PHONE:
        people = visible.with_phone(query.value)
    else:
        people = visible.none()
    found = list(people.order_by("pk").values_list("pk", "number")[:50])
    if query.kind is not Kind.UNREADABLE:
        audit.record(request.user, f"participants.{query.kind}.looked_up", count=len(found))
    if len(found) == 1:
        return redirect("participants:detail", number=found[0][1])
    return redirect("participants:found", token=_keep(request, query.kind, [pk for pk, _number in found]))


def _keep(request: HttpRequest, kind: Kind, ids: list[int]) -> str:
    """Put an answer into the session under a random token; only the newest few are kept."""
    token, kept = secrets.token_urlsafe(12), request.session.get(FOUND, {})
    newest = sorted(kept.items(), key=lambda item: item[1]["at"])[-(FOUND_KEPT - 1) :]
    at = timezone.now().timestamp()
    request.session[FOUND] = {**dict(newest), token: {"kind": str(kind), "ids": ids, "at": at}}
    return token


@requires("participants.view")
@require_GET
def found(request: HttpRequest, token: str) -> HttpResponse:
    """Who was found by a NIK or phone number; the number itself is nowhere."""
    kept = request.session.get(FOUND, {}).get(token)
    if kept is None or timezone.now().timestamp() - kept["at"] > FOUND_SECONDS:
        return redirect("participants:list")
    people = (
        Participant.objects.visible_to(request.user).filter(pk__in=kept["ids"]).order_by("name_key", "pk")
    )
    rows = listing.rows_of(list(_columns(people)), today=timezone.localdate())
    base = reverse("participants:list")
    context = {
        "rows": rows,
        "table": listing.markup(rows, base),
        "kind": kept["kind"],
        "base": base,
        "may_register": has_permission(request.user, "participants.register"),
    }
    return render_page(request, "participants/found.html", context)
