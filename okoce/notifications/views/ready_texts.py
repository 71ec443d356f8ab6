"""WhatsApp by hand, for one cause (a session): a text for the group, a button per person, and ticking off.

Works without JavaScript. No phone number stands in our pages or addresses: a POST, which is recorded, answers
with the redirect to WhatsApp.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okoce.accounts.access import requires
from okoce.notifications import causes, compose, directory, kinds, services
from okoce.notifications.channels.ready_text import wa_link
from okoce.notifications.compose import FAILED, Prepared, Verdict
from okoce.notifications.enums import Channel, State
from okoce.notifications.models import Message
from okoce.notifications.querysets import MessageQuerySet
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page

TO_DO, DONE = "belum", "sudah"


class SeeOther(HttpResponseRedirect):
    status_code = 303


def _about(request: HttpRequest, cause_type: str, cause_id: int) -> tuple[Any, MessageQuerySet]:
    """What the messages are about and those the person may see; 404 for what they may not see."""
    mine = Message.objects.visible_to(request.user).about(cause_type, cause_id)
    described = causes.describe(request.user, cause_type, cause_id)
    if described is None and (causes.is_known(cause_type) or not mine.exists()):
        raise Http404
    return described or causes.Described(_("Messages")), mine


@require_GET
@requires("notifications.send_ready")
def ready_texts(request: HttpRequest, cause_type: str, cause_id: int) -> HttpResponse:
    cause, everything = _about(request, cause_type, cause_id)
    present = {code: {} for code in _of_groups(everything)} | everything.ready_texts().by_kind_and_state()
    kind = _chosen_kind(request, present)
    everything = everything.filter(kind=kind)
    mine = everything.ready_texts()
    shows = DONE if request.GET.get("tampil") == DONE else TO_DO
    page = keyset_page(
        mine.filter(state=State.SENT if shows == DONE else State.READY), request, order=("pk",)
    )
    context = {
        "cause": cause,
        "cause_type": cause_type,
        "cause_id": cause_id,
        "kind": kind,
        "kind_label": kinds.label_of(kind),
        "kinds": [{"code": code, "label": kinds.label_of(code)} for code in present],
        "to_do": present.get(kind, {}).get(State.READY, 0),
        "done": present.get(kind, {}).get(State.SENT, 0),
        "shows": shows,
        "page": page,
        "rows": _rows(page.rows, is_done=shows == DONE),
        "group_text": _group_text(kind, page.rows[0] if page.rows else everything.first()),
        "here": request.get_full_path(),
        "crumbs": [
            {
                "label": cause.label,
                "url": cause.url or f"{reverse('notifications:messages')}?state={State.READY}",
            },
            {"label": _("WhatsApp by hand")},
        ],
    }
    return render_page(request, "notifications/ready_texts.html", context)


def _of_groups(messages: MessageQuerySet) -> list[str]:
    """Kinds with a text for the group, whichever way they went to each person."""
    sent = messages.order_by("kind").values_list("kind", flat=True).distinct()
    return [code for code in sent if (kind := kinds.find(code)) and Channel.READY_TEXT in kind.channels]


def _chosen_kind(request: HttpRequest, present: dict[str, dict[str, int]]) -> str:
    """The kind asked for, else the newest one that has something to do."""
    asked = request.GET.get("jenis", "")
    if asked in present:
        return asked
    waiting = [code for code, states in present.items() if states.get(State.READY)]
    return (waiting or list(present) or [""])[0]


def _rows(messages: list[Message], *, is_done: bool) -> list[dict[str, Any]]:
    """Each with the person; one that is not needed any more says why and has no button."""
    if is_done:
        people = directory.of_messages(messages)
        return [{"message": m, "person": people.get(m.key), "reason": ""} for m in messages]
    prepared, refused = compose.prepare(messages)
    results: dict[str, Prepared | Verdict] = {p.message.key: p for p in prepared}
    results |= {verdict.message.key: verdict for verdict in refused}
    people = {p.message.key: p.person for p in prepared}
    missing = directory.of_messages([v.message for v in refused]) if refused else {}
    return [
        {
            "message": m,
            "person": people.get(m.key) or missing.get(m.key),
            "reason": _words(results[m.key]),
        }
        for m in messages
    ]


def _words(result: Prepared | Verdict) -> Any:
    if isinstance(result, Prepared):
        return ""
    return kinds.words_for(result.reason if result.state != FAILED else "kind_failed", result.message.kind)


def _group_text(code: str, message: Message | None) -> str:
    kind = kinds.find(code)
    return compose.group_text(kind, message) if kind is not None and message is not None else ""


def _ready(request: HttpRequest, uid: UUID) -> Message:
    return get_object_or_404(Message.objects.visible_to(request.user).ready_texts(), uid=uid)


def _back(request: HttpRequest, message: Message) -> HttpResponse:
    """To the page the person came from, when it is one of ours."""
    home = reverse("notifications:ready_texts", args=[message.cause_type or "-", message.cause_id or 0])
    asked = request.POST.get("kembali", "")
    is_ours = asked.startswith(home) and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return SeeOther(asked if is_ours else home)


@require_POST
@requires("notifications.send_ready")
def open_ready_text(request: HttpRequest, uid: UUID) -> HttpResponse:
    message = _ready(request, uid)
    if message.state != State.READY:
        notices.info(request, _("This message is ticked off already."))
        return _back(request, message)
    letter = services.open_ready_text(message=message, by=request.user)
    if letter is None:
        words = kinds.words_for(message.reason, message.kind)
        notices.warning(request, _("This message is not sent. %(reason)s.") % {"reason": words})
        return _back(request, message)
    return SeeOther(wa_link(letter.to.phone, letter.text))


@require_POST
@requires("notifications.send_ready")
def tick(request: HttpRequest, uid: UUID) -> HttpResponse:
    message = _ready(request, uid)
    if services.tick(message_ids=[message.pk], by=request.user):
        person = directory.of_messages([message]).get(message.key)
        name = person.name if person else _("Person not in the list any more")
        notices.success(request, _("Ticked off as sent: %(name)s.") % {"name": name})
    return _back(request, message)


@require_POST
@requires("notifications.send_ready")
def untick(request: HttpRequest, uid: UUID) -> HttpResponse:
    message = _ready(request, uid)
    if services.untick(message_id=message.pk, by=request.user):
        notices.success(request, _("The tick is taken back. The message is to be sent again."))
    return _back(request, message)


@require_http_methods(["GET", "POST"])
@requires("notifications.send_ready")
def tick_group(request: HttpRequest, cause_type: str, cause_id: int, kind: str) -> HttpResponse:
    """After the text went to the group: everybody who was still to be told is ticked off."""
    cause, mine = _about(request, cause_type, cause_id)
    waiting = mine.filter(kind=kind, state=State.READY)
    home = f"{reverse('notifications:ready_texts', args=[cause_type, cause_id])}?jenis={kind}"
    if request.method == "POST":
        count = services.tick(
            message_ids=list(waiting.values_list("pk", flat=True)), by=request.user, with_group=True
        )
        said = ngettext("%(count)d person is ticked off.", "%(count)d people are ticked off.", count)
        notices.success(request, said % {"count": count})
        return redirect(home)
    if not waiting.exists():
        notices.info(request, _("Everybody is ticked off already."))
        return redirect(home)
    context = {"cause": cause, "count": waiting.count(), "home": home, "kind_label": kinds.label_of(kind)}
    return render_page(request, "notifications/tick_group.html", context)
