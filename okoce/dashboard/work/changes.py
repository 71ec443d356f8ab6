"""Changes that people have not heard of, and sessions whose room or trainer fell away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.accounts.roles import has_permission
from okoce.dashboard.work.item import INFO, SOON, URGENT, Work, url_of
from okoce.dashboard.work.sessions import DRAFTS_WITHIN
from okoce.ui.templatetags.okoce_ui import day_month, number
from trainings.enums import ChangeKind
from trainings.models import TrainingSession
from trainings.services import releases

SOON_TO_BEGIN = timedelta(days=3)
TROUBLES_READ = 300  # sessions; more than that is one sentence all the same
SINGLE_TROUBLES = 5


def untold(user: Any, now: datetime) -> Iterator[Work]:
    """Changes of published sessions that nobody has been told of yet."""
    if not has_permission(user, "trainings.manage"):
        return
    changes = releases.untold(TrainingSession.objects.visible_to(user), now=now)
    if not changes:
        return
    people = {person for change in changes for person in change.people}
    near = [c for c in changes if c.kind == ChangeKind.MOVED and c.session.starts_at < now + SOON_TO_BEGIN]
    first = {"day": day_month(changes[0].session.starts_at), "place": changes[0].session.kecamatan.name}
    yield Work(
        URGENT if near else SOON if people else INFO,
        "megaphone",
        ngettext(
            "The change of %(count)s session is not released yet",
            "The changes of %(count)s sessions are not released yet",
            len(changes),
        )
        % {"count": number(len(changes))},
        ngettext(
            "%(count)s person does not know of it. The first session is on %(day)s in %(place)s.",
            "%(count)s people do not know of it. The first session is on %(day)s in %(place)s.",
            len(people),
        )
        % {**first, "count": number(len(people))}
        if people
        else _("Nobody has to be told. It stands in the change log from then on."),
        url_of("trainings:release_pending"),
        _("Release changes"),
    )


def troubles(user: Any, now: datetime) -> Iterator[Work]:
    """Coming sessions whose room is closed or whose trainer is away: of a phase together, others each."""
    if not has_permission(user, "trainings.manage"):
        return
    found = (
        TrainingSession.objects.visible_to(user)
        .active()
        .upcoming(now=now)
        .in_trouble()
        .filter(Q(is_room_closed=True) | Q(is_trainer_away=True))
        .select_related("phase", "venue", "trainer", "kecamatan", "activity")
        .order_by("starts_at", "pk")
    )
    of_phase: dict[Any, list[Any]] = {}
    single = []
    for session in found[:TROUBLES_READ]:
        (of_phase.setdefault(session.phase, []) if session.phase else single).append(session)
    for phase, sessions in of_phase.items():
        yield _trouble_of_phase(user, phase, sessions, now=now)
    for session in single[:SINGLE_TROUBLES]:
        yield _trouble_of_one(session, now=now)


def _trouble_of_phase(user: Any, phase: Any, sessions: list[Any], *, now: datetime) -> Work:
    """Who plans phases plans it anew; a kecamatan office moves its sessions by hand or calls the Sudin."""
    may_plan = has_permission(user, "trainings.plan")
    reasons = [
        _("%(venue)s is closed.") % {"venue": name}
        for name in dict.fromkeys(s.venue.name for s in sessions if s.is_room_closed)
    ]
    reasons += [
        _("%(trainer)s is away.") % {"trainer": name}
        for name in dict.fromkeys(s.trainer.name for s in sessions if s.is_trainer_away)
    ]
    first = _("The first is on %(day)s.") % {"day": day_month(sessions[0].starts_at)}
    return Work(
        URGENT if sessions[0].starts_at < now + DRAFTS_WITHIN else SOON,
        "exclamation-triangle-fill",
        ngettext(
            "%(count)s session of %(phase)s cannot be held as planned",
            "%(count)s sessions of %(phase)s cannot be held as planned",
            len(sessions),
        )
        % {"count": number(len(sessions)), "phase": phase.name},
        " ".join([*reasons[:2], first]),
        url_of("trainings:replan" if may_plan else "trainings:phase", phase.pk),
        _("Plan anew") if may_plan else _("See the sessions"),
    )


def _trouble_of_one(session: Any, *, now: datetime) -> Work:
    place = {"place": session.kecamatan.name, "day": day_month(session.starts_at)}
    text = (
        _("%(venue)s is closed that day. Move the session to another room or day.")
        % {"venue": session.venue.name}
        if session.is_room_closed
        else _("%(trainer)s is away that day. Choose another trainer, or move the session.")
        % {"trainer": session.trainer.name}
    )
    return Work(
        URGENT if session.starts_at < now + DRAFTS_WITHIN else SOON,
        "exclamation-triangle-fill",
        _("The session of %(day)s in %(place)s cannot be held as planned") % place,
        text,
        url_of("trainings:session_edit", session.pk),
        _("Arrange the session"),
    )
