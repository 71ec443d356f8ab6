"""What a person's page says about duplicates: pairs to compare, joined rows, a phone that many share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from okoce.accounts.roles import has_permission
from participants import areas, duplicate_words, panels
from participants.models import DuplicateCandidate, Merge, Participant
from participants.services import duplicates, merging

PAIRS = 5


def register() -> None:
    panels.register(
        panels.Panel(
            position=90, template="participants/panel_duplicates.html", context=_context, events=_events
        )
    )


def _context(participant: Participant, *, user: Any, today: date) -> dict[str, Any] | None:
    if not has_permission(user, "participants.merge"):
        return None
    shared = duplicates.people_on_phone(participant)
    return {
        "pairs": _pairs(participant, user),
        "merges": _merges(participant),
        "shared": shared if shared >= duplicates.SHARED_PHONE else 0,
        "join_url": reverse("participants:join_with", args=[participant.number]),
    }


def _pairs(participant: Participant, user: Any) -> list[dict[str, Any]]:
    mine = DuplicateCandidate.objects.waiting().of_person(participant.pk).order_by("-score", "pk")
    pairs = list(mine.select_related("first", "second")[:PAIRS])
    others = [pair.second if pair.first_id == participant.pk else pair.first for pair in pairs]
    seen = Participant.objects.visible_to(user).filter(pk__in=[other.pk for other in others])
    visible = set(seen.values_list("pk", flat=True)) if others else set()
    return [
        {
            "url": reverse("participants:duplicate", args=[pair.uid]),
            "name": f"{other.full_name} ({other.number})"
            if other.pk in visible
            else _("somebody in %(area)s") % {"area": areas.name_of(other.kecamatan_id) or _("another area")},
            "text": ", ".join(duplicate_words.reasons(pair.reasons)),
        }
        for pair, other in zip(pairs, others, strict=True)
    ]


def _merges(participant: Participant) -> list[dict[str, Any]]:
    now = timezone.now()
    rows = Merge.objects.standing().filter(survivor=participant).select_related("merged", "survivor", "by")
    return [
        {
            "number": done.merged.number,
            "text": _("joined on %(day)s by %(by)s")
            % {
                "day": date_format(timezone.localtime(done.at), "SHORT_DATE_FORMAT"),
                "by": done.by.full_name if done.by else _("the portal"),
            },
            "undo_url": reverse("participants:merge_undo", args=[done.uid])
            if now - done.at <= merging.UNDONE_WITHIN
            else "",
        }
        for done in rows
    ]


def _events(participant: Participant, *, user: Any, today: date) -> Iterable[panels.Event]:
    mine = Q(survivor=participant) | Q(merged=participant)
    for done in Merge.objects.filter(mine).select_related("merged", "survivor", "by", "undone_by"):
        words = {"merged": done.merged.number, "survivor": done.survivor.number}
        text = _("%(merged)s joined to %(survivor)s") % words
        yield panels.Event(done.at, text, done.by.full_name if done.by else "", "info")
        if done.undone_at:
            text = _("Joining of %(merged)s to %(survivor)s taken back") % words
            by = done.undone_by.full_name if done.undone_by else ""
            yield panels.Event(done.undone_at, text, by, "warn")
