"""The in-tray: what people wrote, with the person beside it, and what an officer does with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages as notices
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.notifications import directory, inbound, inbox, replies
from okoce.notifications.directory import Person
from okoce.notifications.enums import Form, InboundState, Meaning
from okoce.notifications.models import Inbound
from okoce.regions.models import Level, Region
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page

DONE = "selesai"
EXCERPT = 140  # characters of a line in the list
OUTCOMES: Mapping[str, Any] = {
    "unclear": gettext_lazy("The portal did not understand it"),
    "no_question": gettext_lazy("Nothing had been asked"),
    "unknown_sender": gettext_lazy("Nobody on the list has this number"),
    "several_people": gettext_lazy("Several people have this number"),
    "failed": gettext_lazy("The portal failed on it; the administrator finds the cause in the log"),
    "which_one": gettext_lazy("Asked back whom of several people it is for"),
    "agree": gettext_lazy("Asked whether messages are wanted again"),
    "overtaken": gettext_lazy("The person had answered otherwise later"),
    "stopped": gettext_lazy("All messages ended"),
    "thanks": gettext_lazy("Thanks"),
    "confirmed": gettext_lazy("Comes"),
    "passed_on": gettext_lazy("Does not come; the place was passed on"),
    "link_to_move": gettext_lazy("Wants another day; got the link"),
    "link_to_apply": gettext_lazy("Wants to apply for a bazaar; got the link"),
    "link_to_report": gettext_lazy("Answered the question about sales; got the link"),
    "not_interested": gettext_lazy("Does not want to apply"),
    "chosen": gettext_lazy("Said whom it is for"),
}
WRITE_WHY: Mapping[str, Any] = {
    "over": gettext_lazy(
        "WhatsApp takes free text only within 24 hours after the person wrote. Call, or send a ready text."
    ),
    "unknown": gettext_lazy("Nobody on the list has this number, so the portal cannot answer."),
    "nik": gettext_lazy("The text holds something that looks like a NIK. Leave it out."),
    "phone": gettext_lazy("The text holds something that looks like a mobile number. Leave it out."),
    "amount": gettext_lazy("The text holds an amount of money. Leave it out."),
    "address": gettext_lazy("The text holds an address with RT and RW. Leave it out."),
}


@require_GET
@requires("notifications.view")
def tray(request: HttpRequest) -> HttpResponse:
    mine = Inbound.objects.visible_to(request.user)
    is_done = request.GET.get("tampil") == DONE
    shown = mine.exclude(state__in=["tray", "new"]) if is_done else mine.in_tray()
    page = keyset_page(shown, request, order=("-at", "-pk"))
    context = {
        "page": page,
        "rows": _rows(page.rows),
        "is_done": is_done,
        "waiting": mine.in_tray().count(),
        "crumbs": [
            {"label": _("Messages"), "url": reverse("notifications:messages")},
            {"label": _("In-tray")},
        ],
    }
    return render_page(request, "notifications/tray.html", context)


def _rows(rows: Sequence[Inbound]) -> list[dict[str, Any]]:
    shared = directory.people_with_any(
        {bytes(row.phone_lookup) for row in rows if not row.participant_id and row.phone_lookup}
    )
    known: dict[int, Sequence[int]] = {
        row.pk: [row.participant_id] if row.participant_id else shared.get(bytes(row.phone_lookup or b""), ())
        for row in rows
    }
    people = directory.look_up(("participant", pk) for ids in known.values() for pk in ids)
    return [
        {
            "row": row,
            "names": [people[key].name for pk in known[row.pk] if (key := ("participant", pk)) in people],
            "text": _excerpt(row),
            "why": _why(row),
        }
        for row in rows
    ]


def _excerpt(row: Inbound) -> str:
    text = inbound.text_of(row)
    if text:
        return text[:EXCERPT] + ("…" if len(text) > EXCERPT else "")
    return _("(%(form)s)") % {"form": Form(row.form).label}


def _why(row: Inbound) -> Any:
    if row.outcome in Form.values:
        return _("%(form)s: the portal cannot open it. Call, or ask the person to write") % {
            "form": Form(row.outcome).label
        }
    return OUTCOMES.get(row.outcome) or (Meaning(row.meaning).label if row.meaning else "")


@require_GET
@requires("notifications.view")
def detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _page(request, get_object_or_404(Inbound.objects.visible_to(request.user), uid=uid))


def _page(request: HttpRequest, row: Inbound, *, typed: str = "", problem: Any = "") -> HttpResponse:
    now, known = timezone.now(), inbox.people_of(row)
    questions = inbox.questions_of(row, list(known), now=now)
    about = inbound.about_of(questions)
    waiting = Inbound.objects.visible_to(request.user).in_tray()
    context = {
        "row": row,
        "why": _why(row),
        "people": _facts(known),
        "lines": inbox.conversation(row),
        "questions": [
            {"message": m, "about": about.get(m.key, ""), "name": _name(known, m.participant_id)}
            for m in questions
        ],
        "is_open": replies.is_open(row, now=now) and bool(known),
        "why_not": WRITE_WHY["over" if known else "unknown"],
        "may_answer": has_permission(request.user, "notifications.answer"),
        "is_waiting": row.state in (InboundState.TRAY, InboundState.ASKED),
        "once": uuid4(),
        "typed": typed,
        "problem": problem,
        "kecamatan": _kecamatan(row),
        "next": waiting.filter(Q(at__lt=row.at) | Q(at=row.at, pk__lt=row.pk)).order_by("-at", "-pk").first(),
        "before": waiting.filter(Q(at__gt=row.at) | Q(at=row.at, pk__gt=row.pk)).order_by("at", "pk").first(),
        "longest": replies.LONGEST,
        "crumbs": [
            {"label": _("Messages"), "url": reverse("notifications:messages")},
            {"label": _("In-tray"), "url": reverse("notifications:tray")},
            {"label": _("Message from a person")},
        ],
    }
    return render_page(request, "notifications/inbound.html", context, status=422 if problem else 200)


def _facts(known: Mapping[int, Person]) -> list[dict[str, Any]]:
    codes = {person.kecamatan for person in known.values()}
    names = dict(Region.objects.filter(code__in=codes).values_list("code", "name"))
    return [{"person": person, "kecamatan": names.get(person.kecamatan, "")} for person in known.values()]


def _name(known: Mapping[int, Person], pk: int | None) -> str:
    return known[pk].name if pk in known else ""


def _kecamatan(row: Inbound) -> Any:
    areas = Region.objects.filter(level=Level.KECAMATAN).exclude(code=row.kecamatan).order_by("name")
    return areas.filter(code__startswith=row.city) if row.city else areas


def _find(request: HttpRequest, uid: UUID) -> Inbound:
    row: Inbound = get_object_or_404(Inbound.objects.visible_to(request.user), uid=uid)
    return row


@require_POST
@requires("notifications.answer")
def settle(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = _find(request, uid)
    if request.POST.get("kembali"):
        if inbox.put_back(inbound_id=row.pk, by=request.user):
            notices.success(request, _("It stands in the in-tray again."))
        return redirect("notifications:inbound", uid=uid)
    inbox.settle(inbound_id=row.pk, by=request.user)
    notices.success(request, _("Marked as done."))
    return redirect("notifications:tray")


@require_POST
@requires("notifications.answer")
def reply(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = _find(request, uid)
    text = request.POST.get("teks", "").strip()
    if not text or len(text) > replies.LONGEST:
        words = _("Write an answer of at most %(longest)s characters.") % {"longest": replies.LONGEST}
        return _page(request, row, typed=text, problem=words)
    try:
        once = UUID(request.POST.get("sekali", ""))
    except ValueError:
        once = uuid4()
    try:
        inbox.reply(inbound_id=row.pk, text=text, by=request.user, once=once)
    except inbox.CannotReply as problem:
        return _page(request, row, typed=text, problem=WRITE_WHY[problem.why])
    notices.success(request, _("Your answer is on its way, and the message is marked as done."))
    return redirect("notifications:inbound", uid=uid)


@require_POST
@requires("notifications.answer")
def answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    row, now = _find(request, uid), timezone.now()
    known = inbox.people_of(row)
    wanted, meaning = request.POST.get("pesan", ""), request.POST.get("jawaban", "")
    questions = {str(m.uid): m for m in inbox.questions_of(row, list(known), now=now)}
    if meaning not in (Meaning.YES, Meaning.NO, Meaning.MOVE) or wanted not in questions:
        notices.error(
            request, _("This can no longer be answered: the session or bazaar is over, or the place gone.")
        )
        return redirect("notifications:inbound", uid=uid)
    done = inbox.answer(
        inbound_id=row.pk, message=questions[wanted], meaning=Meaning(meaning), by=request.user, now=now
    )
    notices.success(request, _("Noted. The person is told: %(words)s") % {"words": done.words})
    return redirect("notifications:inbound", uid=uid)


@require_POST
@requires("notifications.answer")
def hand_over(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = _find(request, uid)
    wanted = request.POST.get("kecamatan", "")
    area = next((one for one in _kecamatan(row) if one.code == wanted), None)
    if area is None:
        notices.error(request, _("Choose the kecamatan that shall answer."))
        return redirect("notifications:inbound", uid=uid)
    inbox.hand_over(inbound_id=row.pk, kecamatan=area, by=request.user)
    notices.success(request, _("Handed over to kecamatan %(name)s.") % {"name": area.name})
    return redirect("notifications:tray")
