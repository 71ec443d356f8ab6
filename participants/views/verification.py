"""The queue of what residents have sent in: look side by side, then accept, ask or refuse."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from okoce.accounts.access import requires
from okoce.audit import services as audit
from okoce.ui import errors
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from okoce.ui.steady import steady
from participants import counters, searching, self_check, self_summary
from participants.forms.self_registration import AcceptForm, QuestionForm, RefusalForm
from participants.forms.verification import VerificationFilter
from participants.models import SelfRegistration
from participants.searching import Kind
from participants.services import asking
from participants.services import self_registration as services
from participants.services.registration import AlreadyRegistered
from participants.services.self_registration import AlreadyDecided


def _crumbs(here: str = "") -> list[dict[str, str]]:
    queue = {"label": _("Self-registrations"), "url": reverse("participants:verifications") if here else ""}
    people = {"label": _("Participants"), "url": reverse("participants:list")}
    return [people, queue, {"label": here, "url": ""}] if here else [people, queue]


def _find(request: HttpRequest, uid: UUID) -> SelfRegistration:
    rows = SelfRegistration.objects.visible_to(request.user)
    related = ("kecamatan", "kelurahan", "participant", "photo", "opened_by", "decided_by")
    return get_object_or_404(rows.select_related(*related), uid=uid)


@requires("participants.verify")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Oldest first: whoever waits longest is served first."""
    visible = SelfRegistration.objects.visible_to(request.user)
    form = VerificationFilter(request.GET, user=request.user)
    rows = form.rows_of(visible)
    if form.name:
        rows = rows.filter(pk__in=self_check.named(rows, form.name))
    rows = rows.select_related("kelurahan", "kecamatan", "opened_by")
    page = keyset_page(rows, request, order=form.order)
    context = {
        "page": page,
        "rows": [self_check.line(row, now=timezone.now()) for row in page.rows],
        "tabs": form.tabs(visible),
        "form": form,
        "crumbs": _crumbs(),
    }
    return render_page(request, "participants/self/queue.html", context, fragment="antrean")


@requires("participants.verify")
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """A name becomes part of the address; a NIK is answered here, without ever being in one."""
    query = searching.read(request.POST.get("nama", ""))
    form = VerificationFilter(request.POST, user=request.user)
    if query.kind in (Kind.PHONE, Kind.UNREADABLE):
        messages.info(request, _("Search here by name, or by the whole NIK."))
        return redirect(form.address(name=""))
    if query.kind is not Kind.NIK:
        return redirect(form.address(name=searching.tidy(request.POST.get("nama", ""))))
    if asking.is_too_many(by=request.user, now=timezone.now()):
        return errors.too_many(request, minutes=60)
    visible = SelfRegistration.objects.visible_to(request.user)
    found = visible.with_nik(query.value).order_by("-pk").first()
    audit.record(request.user, "participants.nik.looked_up", count=int(found is not None))
    if found is None:
        messages.info(request, _("Nobody with this NIK has sent in a registration to your office."))
        return redirect(form.address(name=""))
    return redirect("participants:verification", uid=found.uid)


@requires("participants.verify")
@require_http_methods(["GET", "HEAD", "POST"])
def verification(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What was typed beside what the NIK says. A POST opens the numbers and the photo, which is recorded."""
    row, photo, is_open = _find(request, uid), None, request.method == "POST"
    if is_open:
        row, photo = services.open_numbers(uid=uid, by=request.user, now=timezone.now())
        row = _find(request, uid)
    return _show(request, row, photo=photo, shows_numbers=is_open)


def _show(
    request: HttpRequest,
    row: SelfRegistration,
    *,
    photo: bytes | None = None,
    shows_numbers: bool = False,
    form: AcceptForm | None = None,
) -> HttpResponse:
    now, today = timezone.now(), timezone.localdate()
    found = self_check.check(row, by=request.user, today=today) if row.is_open else None
    typed = services.typed_in(row)
    told = services.told(row)
    context: dict[str, Any] = {
        "row": row,
        "found": found,
        "groups": self_summary.groups(
            typed, today=today, has_photo=hasattr(row, "photo"), shows_numbers=shows_numbers
        )
        if typed
        else [],
        "shows_numbers": shows_numbers,
        "nik_born": self_summary.birth(found.nik_born, is_opened=shows_numbers)
        if found and found.nik_born
        else "",
        "photo": base64.b64encode(photo).decode() if photo else "",
        "has_photo": hasattr(row, "photo"),
        "form": form or AcceptForm(has_doubts=bool(found and found.must_compare)),
        "events": self_summary.timeline(told, with_names=True),
        "checked_by": self_check.colleague(row, by=request.user, now=now),
        "crumbs": _crumbs(typed.get("full_name") or _("Self-registration")),
    }
    response = render_page(request, "participants/self/verification.html", context)
    response["Cache-Control"] = "no-store, private"
    return response


@steady
@requires("participants.verify")
@require_POST
def accept(request: HttpRequest, uid: UUID) -> HttpResponse:
    row, today = _find(request, uid), timezone.localdate()
    found = self_check.check(row, by=request.user, today=today) if row.is_open else None
    form = AcceptForm(request.POST, has_doubts=bool(found and found.must_compare))
    if not form.is_valid():
        return _show(request, row, form=form)
    try:
        participant = services.accept(uid=uid, by=request.user, today=today, now=timezone.now())
    except AlreadyDecided as other:
        return _decided_before(request, other.registration)
    except AlreadyRegistered:
        messages.error(request, _("This NIK is registered already. Nothing was saved; see below who it is."))
        return redirect("participants:verification", uid=uid)
    counters.forget(request.user, today=today)
    messages.success(
        request,
        _("%(name)s is accepted as %(number)s.")
        % {"name": participant.full_name, "number": participant.number},
    )
    return _to_next(request)


def _to_next(request: HttpRequest) -> HttpResponse:
    """To the one that waits longest now; to the queue when nobody waits."""
    waiting = SelfRegistration.objects.visible_to(request.user).waiting().order_by("submitted_at", "pk")
    following = waiting.first()
    if following is None:
        return redirect("participants:verifications")
    return redirect("participants:verification", uid=following.uid)


def _decided_before(request: HttpRequest, row: SelfRegistration) -> HttpResponse:
    messages.info(request, _("A colleague has decided this one already; nothing was changed."))
    return redirect("participants:verification", uid=row.uid)


@steady
@requires("participants.verify")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A question to the applicant, with what is known about them beside it."""
    row = _find(request, uid)
    form = QuestionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.ask(uid=uid, by=request.user, now=timezone.now(), **form.cleaned_data)
        except AlreadyDecided as other:
            return _decided_before(request, other.registration)
        messages.success(request, _("The question stands on the applicant's status page."))
        return _to_next(request)
    return _words_page(request, row, form, "ask")


@steady
@requires("participants.verify")
@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = _find(request, uid)
    form = RefusalForm(
        request.POST if request.method == "POST" else None, initial={"reason": request.GET.get("alasan", "")}
    )
    if form.is_valid():
        try:
            services.refuse(uid=uid, by=request.user, now=timezone.now(), **form.cleaned_data)
        except AlreadyDecided as other:
            return _decided_before(request, other.registration)
        messages.success(request, _("Not accepted. The applicant reads the reason on the status page."))
        return _to_next(request)
    return _words_page(request, row, form, "refuse")


def _words_page(request: HttpRequest, row: SelfRegistration, form: Any, deed: str) -> HttpResponse:
    typed = services.typed_in(row)
    if not row.is_open and not typed:
        raise Http404
    name = typed.get("full_name", "")
    context = {"row": row, "form": form, "deed": deed, "name": name, "crumbs": _crumbs(name)}
    return render_page(request, "participants/self/words.html", context)
