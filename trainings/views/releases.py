"""What people do not know yet, and making it known; and the log of what was made known when."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.accounts.access import requires
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import number
from trainings import releasing, shown
from trainings.enums import ChangeKind, SessionState
from trainings.models import Release, TrainingSession
from trainings.refusals import Refused
from trainings.services import releases
from trainings.services import sessions as planning

TONES = {
    ChangeKind.NEW: "ok",
    ChangeKind.MOVED: "warn",
    ChangeKind.POSTPONED: "warn",
    ChangeKind.CHANGED: "info",
    ChangeKind.CANCELLED: "bad",
}
MOST_DRAFTS = 30


@requires("trainings.manage")
def pending(request: HttpRequest) -> HttpResponse:
    """The change log of the release to come; a POST makes it."""
    now = timezone.now()
    mine = TrainingSession.objects.visible_to(request.user)
    changes = releases.untold(mine, now=now)
    drafts = list(
        mine.filter(state=SessionState.DRAFT).first_days().upcoming(now=now).with_places()
        .order_by("starts_at", "pk")[:MOST_DRAFTS]
    )  # fmt: skip
    for draft in drafts:
        draft.where = shown.where_and_when(draft)
        draft.name = shown.short_name(draft)
        draft.is_unexplained = bool(planning.open_concerns(draft, now=now))
    if request.method == "POST":
        return _release(request, changes, drafts)
    people = {person for change in changes for person in change.people}
    context = {
        "changes": [_row(c.session, c.kind, c.lines, len(c.people)) for c in changes],
        "drafts": drafts,
        "told_count": len(people),
        "crumbs": shown.crumbs((_("Release changes"), "")),
    }
    return render_page(request, "trainings/release.html", context)


def _row(
    session: TrainingSession, kind: str, lines: list[str], told: int, reason: str = ""
) -> dict[str, Any]:
    return {
        "name": f"{session.activity.label}, {session.kecamatan.name}",
        "url": session.get_absolute_url(),
        "kind": ChangeKind(kind).label,
        "tone": TONES[ChangeKind(kind)],
        "lines": lines or [shown.where_and_when(session)],
        "told_count": told,
        "reason": reason,
    }


def _release(request: HttpRequest, changes: list[Any], drafts: list[Any]) -> HttpResponse:
    ticked = set(request.POST.getlist("draf"))
    chosen = [d.pk for d in drafts if str(d.pk) in ticked and not d.is_unexplained]
    try:
        made = releases.release(sessions=[c.session.pk for c in changes], drafts=chosen, by=request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("trainings:release_pending")
    if made is None:
        messages.info(request, _("Nothing was left to release."))
        return redirect("trainings:releases")
    told = ngettext(
        "The changes are released. %(count)s person is told.",
        "The changes are released. %(count)s people are told.",
        made.told_count,
    )
    messages.success(request, told % {"count": number(made.told_count)})
    return redirect(made)


@requires("trainings.view")
def releases_list(request: HttpRequest) -> HttpResponse:
    mine = Release.objects.visible_to(request.user).select_related("released_by", "kecamatan", "city")
    page = keyset_page(mine.with_counts(), request, order=("-released_at", "-pk"), size=50)
    context = {"page": page, "crumbs": shown.crumbs((_("Change log"), ""))}
    return render_page(request, "trainings/releases.html", context, fragment="rows")


@requires("trainings.view")
def release_log(request: HttpRequest, pk: int) -> HttpResponse:
    """One release: what changed, and how many were told."""
    mine = Release.objects.visible_to(request.user).select_related("released_by", "kecamatan", "city")
    made = get_object_or_404(mine, pk=pk)
    visible = TrainingSession.objects.visible_to(request.user)
    entries = made.entries.filter(session__in=visible.values("pk")).select_related(
        "session__activity", "session__kecamatan", "session__venue", "session__trainer"
    )
    context = {
        "release": made,
        "rows": [
            _row(e.session, e.kind, releasing.words(e.before, e.after) or [releasing.where(e.after)],
                 e.told_count, e.reason)
            for e in entries.order_by("session__starts_at", "pk")
        ],
        "crumbs": shown.crumbs((_("Change log"), reverse("trainings:releases")), (_("Release"), "")),
    }  # fmt: skip
    return render_page(request, "trainings/release_log.html", context)
