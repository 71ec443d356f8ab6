"""The participants list and its search box."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.audit import services as audit
from okoce.ui import errors
from okoce.ui.pagination import COUNT_CAP, KeysetPage, keyset_page
from okoce.ui.responses import render_page
from participants import (
    bulk,
    chips,
    counters,
    filter_fields,
    filters,
    list_columns,
    listing,
    nearby,
    own_list,
    searching,
)
from participants.filters import PeopleFilter
from participants.models import Participant
from participants.own_list import OwnList
from participants.searching import Kind
from participants.services import asking

FOUND = "people_found"  # session: answers to NIK and phone look-ups, by token
FOUND_KEPT = 5
FOUND_SECONDS = 600
FEW = 5  # with fewer people of a name, names that are nearly it are shown too
COUNTED = 300  # of a name: whoever finds more looks for a longer name, not for the number
NEAR_SHOWN = 20  # people whose names are nearly what was typed


@requires("participants.view")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    today, user = timezone.localdate(), request.user
    if searching.has_personal_digits(request.GET.get("q", "")) and not searching.tidy(request.GET["q"]):
        return redirect(f"{request.path}{PeopleFilter.read(request.GET).address(q='')}")
    chosen, base = PeopleFilter.read(request.GET), reverse("participants:list")
    counts_key = counters.key(user, today)
    kept = cache.get_many([*own_list.keys(user), counts_key])
    own = own_list.read(user, kept)
    if (other := _opened_view(request, chosen, own)) is not None:
        return redirect(f"{base}{other}")
    visible = Participant.objects.visible_to(user).open_to(user)
    questions = chips.questions(own, today)
    counts = counters.counts_for(user, visible, questions, today=today, kept=kept.get(counts_key))
    codes = list_columns.shown(chosen.kolom.split(","), own.columns)
    page, is_near = _page(request, visible, chosen, None if chosen.is_set else counts["total"], codes)
    meant = [] if is_near else _meant(visible, chosen, page)
    rows = listing.rows_of(page.rows, today=today, codes=codes)
    actions = bulk.actions_for(user)
    by_name = filters.BY_NAME_DOWN if chosen.urut == filters.BY_NAME else filters.BY_NAME
    by_day = filters.OLDEST if chosen.urut == filters.NEWEST else filters.NEWEST
    asked = chosen.address()
    context = {
        "page": page,
        "rows": rows,
        "table": listing.markup(rows, base, codes=codes, has_boxes=bool(actions)),
        "heads": listing.heads(
            codes,
            has_boxes=bool(actions),
            order=chosen.urut,
            by_name=base + chosen.address(urut=by_name),
            by_day=base + chosen.address(urut=by_day),
        ),
        "base": base,
        "chosen": chosen,
        "is_near": is_near,
        "meant": [{"name": name, "url": base + chosen.address(q=name)} for name in meant],
        "filter_form": filter_fields.form_for(user, chosen, today, csrf_token=get_token(request)),
        "set_ones": filter_fields.set_ones_markup(chosen, user, today, base),
        "chips": chips.markup(own, counts, chosen, base),
        "total": counts["total"],
        "asal": asked,
        "select_url": reverse("participants:select"),
        "columns_url": reverse("participants:columns") + asked,
        "bulk_bar": chips.bulk_bar(tuple(actions), get_language() or "id"),
        "all_label": _all_label(page, is_near) if actions else "",
        "all_url": f"{base}?tampilan={filters.EVERYBODY}",
        "may_register": has_permission(user, "participants.register"),
        "may_import": has_permission(user, "participants.import"),
        "may_export": has_permission(user, "participants.export"),
    }
    return render_page(request, "participants/list.html", context, fragment="hasil")


def _opened_view(request: HttpRequest, chosen: PeopleFilter, own: OwnList) -> str | None:
    """The whole address of a saved view that was named alone, or that the person's list opens with."""
    if chosen.simpanan:
        view = own.find(chosen.simpanan)
        if view is None:
            raise Http404
        return chips.address_of(view) if len(request.GET) == 1 else None
    if not request.GET and own.opens_with and (view := own.find(own.opens_with)) is not None:
        return chips.address_of(view)
    return None


def _all_label(page: KeysetPage, is_near: bool) -> str:
    """Beside the box that means everybody; empty where the page shows them all."""
    if is_near or not (page.next_url or page.previous_url):
        return ""
    return _("All %(count)s results") % {"count": page.count_label}


def _page(
    request: HttpRequest,
    visible: Any,
    chosen: PeopleFilter,
    total: int | None,
    codes: Sequence[str],
) -> tuple[KeysetPage, bool]:
    """The page asked for; where nobody has the name, those whose names are nearly it (True)."""
    columns, today, user = listing.columns_for(codes), timezone.localdate(), request.user
    within = chosen.apply(visible, today=today)
    found = chosen.search(within).values(*columns)
    first = None if chosen.narrowing.chosen() or chosen.urut else listing.first_rows(user, codes, today)
    query = searching.read(chosen.q)
    cap = COUNTED if query.kind is Kind.NAME else COUNT_CAP
    page = keyset_page(found, request, order=chosen.order, count_cap=cap, known_count=total, first_rows=first)
    if page.rows or query.kind is not Kind.NAME:
        return page, False
    near = [one.name_key for one in nearby.names_near(within, query.value)]
    order = {key: at for at, key in enumerate(near)}
    rows = list(within.filter(name_key__in=near).order_by("pk").values(*columns)[:NEAR_SHOWN])
    rows.sort(key=lambda row: order[row["name_key"]])
    return KeysetPage(rows, None, None, len(rows), False, 1 if rows else 0, len(rows)), bool(rows)


def _meant(visible: Any, chosen: PeopleFilter, page: KeysetPage) -> list[str]:
    """Where few people have the name: other names that may have been meant."""
    query = searching.read(chosen.q)
    if query.kind is not Kind.NAME or not 0 < len(page.rows) < FEW or page.previous_url:
        return []
    shown = {row["name_key"] for row in page.rows}
    within = chosen.apply(visible, today=timezone.localdate())
    return [one.name for one in nearby.names_near(within, query.value) if one.name_key not in shown]


@requires("participants.view")
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Names and numbers become an address; NIK and phone are answered here, without ever being in one."""
    chosen = PeopleFilter.read(request.POST)
    query = searching.read(request.POST.get("q", ""))
    visible = Participant.objects.visible_to(request.user).open_to(request.user)
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
    visible = Participant.objects.visible_to(request.user).open_to(request.user)
    people = visible.filter(pk__in=kept["ids"]).order_by("name_key", "pk")
    rows = listing.rows_of(list(people.values(*listing.COLUMNS)), today=timezone.localdate())
    base = reverse("participants:list")
    context = {
        "rows": rows,
        "table": listing.markup(rows, base),
        "heads": listing.heads(),
        "kind": kept["kind"],
        "base": base,
        "may_register": has_permission(request.user, "participants.register"),
    }
    return render_page(request, "participants/found.html", context)
