"""Rights of the person, for the offices: the queue with its clock, the answer, consents, copy and trail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.audit import services as audit
from okoce.db.sealed_files import private_response
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from participants import areas, clock, copying, rights_words, trails
from participants.enums import Purpose, RequestKind
from participants.forms.rights import ChannelForm, EntryForm, GrantForm, QueueFilter, RefuseForm
from participants.models import DataRequest, Participant
from participants.services import changes, consents, rights
from participants.services.changes import ChangedMeanwhile
from participants.services.rights import Decided


def _person(request: HttpRequest, number: str) -> Participant:
    return get_object_or_404(Participant.objects.visible_to(request.user).named(), number=number)


def _request(request: HttpRequest, uid: Any) -> DataRequest:
    rows = DataRequest.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("participant", "decided_by", "entered_by"), uid=uid)


def _crumbs(*items: tuple[str, str]) -> list[dict[str, str]]:
    first = {"label": _("Data requests"), "url": reverse("rights:requests")}
    return [first, *({"label": label, "url": url} for label, url in items)]


# ---------------------------------------------------------------- the queue
@requires("participants.rights_view")
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """What waits, the nearest deadline first; answered ones newest first."""
    now, form = timezone.now(), QueueFilter(request.GET or None)
    chosen, rows = form.chosen, DataRequest.objects.visible_to(request.user)
    waiting = rows.waiting().count()
    late = rows.overdue(now=now).count()
    state = chosen.get("keadaan")
    if state == QueueFilter.ANSWERED:
        rows, order = rows.exclude(state="open"), ("-received_at", "-pk")
    else:
        rows = rows.overdue(now=now) if state == QueueFilter.LATE else rows.waiting()
        order = ("due_at", "pk")
    if kind := chosen.get("jenis"):
        rows = rows.filter(kind=kind)
    page = keyset_page(rows.select_related("participant"), request, order=order)
    context = {
        "form": form,
        "page": page,
        "rows": [_row(row, now) for row in page.rows],
        "waiting": waiting,
        "late": late,
        "is_filtered": bool(chosen),
    }
    return render_page(request, "participants/rights/requests.html", context, fragment="rows")


def _row(row: DataRequest, now: Any) -> dict[str, Any]:
    person = row.participant
    return {
        "url": row.get_absolute_url(),
        "kind": row.get_kind_display(),
        "name": person.full_name or _("Data erased"),
        "number": person.number,
        "place": areas.name_of(person.kecamatan_id),
        "channel": row.get_channel_display(),
        "received_at": row.received_at,
        "due_at": row.due_at,
        "decided_at": row.decided_at,
        "state": row.get_state_display(),
        "tone": {"done": "ok", "refused": "bad"}.get(row.state, ""),
        "left": clock.left(row.due_at, now=now) if row.is_open else None,
        "was_late": bool(row.decided_at and row.decided_at > row.due_at),
    }


# ---------------------------------------------------------------- one request
@requires("participants.rights_view")
@require_safe
def detail(request: HttpRequest, uid: Any) -> HttpResponse:
    row, now = _request(request, uid), timezone.now()
    may_answer = row.is_open and has_permission(request.user, "participants.rights")
    context = {
        "request_row": row,
        "row": _row(row, now),
        "note": row.asked.get("note", ""),
        "fields": rights_words.compared(row),
        "may_answer": may_answer,
        "is_copy": row.kind == RequestKind.COPY,
        "is_trail": row.kind == RequestKind.TRAIL,
        "crumbs": _crumbs((str(row.get_kind_display()), "")),
    }
    return render_page(request, "participants/rights/request.html", context)


@requires("participants.rights")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def grant(request: HttpRequest, uid: Any) -> HttpResponse:
    """What will happen, then the deed. A correction is taken over field by field."""
    row = _request(request, uid)
    if not row.is_open:
        return _answered(request, row)
    fields = rights_words.compared(row)
    proposals = [(f["name"], f"{f['label']}: {f['now'] or '-'} → {f['proposed'] or '-'}") for f in fields]
    version = request.POST.get("version") or changes.version_of(row.participant)
    form = GrantForm(
        request.POST or None,
        request_row=row,
        proposals=proposals,
        initial={"answer": rights_words.usual_answer(row)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            rights.grant(
                request_id=row.pk,
                answer=form.cleaned_data.get("answer", ""),
                accepted=form.cleaned_data.get("accepted", ()),
                version=version,
                by=request.user,
                now=timezone.now(),
            )
        except ChangedMeanwhile:
            form.add_error(None, _("Somebody changed this participant meanwhile. Compare, then save again."))
            version = changes.version_of(row.participant)
        except Decided as answered:
            return _answered(request, answered.request)
        else:
            messages.success(request, rights_words.granted(row))
            return redirect(row)
    context = {
        "request_row": row,
        "form": form,
        "version": version,
        "consequences": rights_words.consequences(row),
        "is_erasure": row.kind == RequestKind.ERASURE,
        "crumbs": _crumbs((str(row.get_kind_display()), row.get_absolute_url()), (_("Grant"), "")),
    }
    return render_page(request, "participants/rights/grant.html", context)


def _answered(request: HttpRequest, row: DataRequest) -> HttpResponse:
    messages.info(request, _("This request has been answered already."))
    return redirect(row)


@requires("participants.rights")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: HttpRequest, uid: Any) -> HttpResponse:
    row = _request(request, uid)
    if not row.is_open:
        return _answered(request, row)
    form = RefuseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rights.refuse(request_id=row.pk, by=request.user, now=timezone.now(), **form.cleaned_data)
        except Decided as answered:
            return _answered(request, answered.request)
        messages.success(request, _("The request is refused, and the person is told why."))
        return redirect(row)
    context = {
        "request_row": row,
        "form": form,
        "crumbs": _crumbs((str(row.get_kind_display()), row.get_absolute_url()), (_("Refuse"), "")),
    }
    return render_page(request, "participants/rights/refuse.html", context)


# ---------------------------------------------------------------- one person
@requires("participants.rights")
@never_cache
@require_safe
def person(request: HttpRequest, number: str) -> HttpResponse:
    """Consents with their history, requests, restriction, copy and trail of one person."""
    participant, now = _person(request, number), timezone.now()
    context = {
        "participant": participant,
        "consents": consents.standing_of(participant),
        "answers": list(participant.consents.select_related("recorded_by")[:20]),
        "channel_form": ChannelForm(),
        "rows": [_row(row, now) for row in participant.data_requests.select_related("participant")],
        "crumbs": _person_crumbs(participant, _("Consents and data rights")),
    }
    return render_page(request, "participants/rights/person.html", context)


def _person_crumbs(participant: Participant, here: str) -> list[dict[str, str]]:
    return [
        {"label": _("Participants"), "url": reverse("participants:list")},
        {"label": participant.full_name, "url": participant.get_absolute_url()},
        {"label": here, "url": ""},
    ]


@requires("participants.rights")
@require_POST
def consent(request: HttpRequest, number: str, purpose: str) -> HttpResponse:
    """What the person said about one purpose, written down by an officer."""
    participant, form = _person(request, number), ChannelForm(request.POST)
    if purpose not in Purpose.values:
        raise Http404
    if not form.is_valid():
        messages.error(request, _("Choose how the person said it, then press again."))
        return redirect("rights:person", number)
    is_given = request.POST.get("answer") == "yes"
    deed = consents.give if is_given else consents.withdraw
    deed(
        participant_id=participant.pk,
        purpose=purpose,
        channel=form.cleaned_data["channel"],
        by=request.user,
    )
    words = {"purpose": Purpose(purpose).label}
    text = (
        _("Consent noted: %(purpose)s.") % words
        if is_given
        else _("Consent withdrawn: %(purpose)s. It stops now.") % words
    )
    messages.success(request, text)
    return redirect("rights:person", number)


@requires("participants.rights")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, number: str) -> HttpResponse:
    """A request that came at the counter, by phone or by letter."""
    participant, now = _person(request, number), timezone.now()
    form = EntryForm(request.POST or None, now=now)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        row, is_new = rights.receive(
            participant_id=participant.pk,
            kind=data["kind"],
            channel=data["channel"],
            note=data["note"],
            received_at=data["received_at"],
            by=request.user,
            now=now,
        )
        due = formats.date_format(timezone.localtime(row.due_at), "SHORT_DATETIME_FORMAT")
        text = (
            _("The request is written down. It is due on %(due)s.")
            if is_new
            else _("Such a request waits already. It is due on %(due)s.")
        )
        messages.success(request, text % {"due": due})
        return redirect(row)
    context = {
        "participant": participant,
        "form": form,
        "crumbs": _person_crumbs(participant, _("Write down a request")),
    }
    return render_page(request, "participants/rights/enter.html", context)


@requires("participants.rights")
@never_cache
@require_POST
def copy(request: HttpRequest, number: str) -> HttpResponse:
    """The copy for somebody who came to the office. Recorded: it holds the full NIK."""
    participant = _person(request, number)
    audit.record(request.user, "participants.copy.made", participant)
    content = copying.archive(participant, now=timezone.now())
    return private_response(content, content_type="application/zip", file_name="salinan-data.zip")


@requires("participants.rights")
@never_cache
@require_safe
def trail(request: HttpRequest, number: str) -> HttpResponse:
    """Who has used the person's data, to be read out or printed."""
    participant = _person(request, number)
    context = {
        "participant": participant,
        "lines": trails.trail_of(participant),
        "shown": trails.SHOWN,
        "crumbs": _person_crumbs(participant, _("Who has used the data")),
    }
    return render_page(request, "participants/rights/trail.html", context)


@requires("participants.rights")
@require_POST
def lift(request: HttpRequest, number: str) -> HttpResponse:
    participant = _person(request, number)
    if rights.lift_restriction(participant_id=participant.pk, by=request.user):
        messages.success(request, _("The data may be used again."))
    return redirect("rights:person", number)
