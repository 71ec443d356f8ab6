"""A run of the planner in words: what it has come to, and what publishing it brings about."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.ui.templatetags.okoce_ui import number
from trainings.enums import RunKind, RunState
from trainings.models import PlanRun
from trainings.planning.figures import Difference


def title_of(run: PlanRun) -> str:
    if run.kind == RunKind.REPLAN:
        return _("%(phase)s, planned anew") % {"phase": run.phase.name}
    return _("Plan of %(phase)s") % {"phase": run.phase.name}


def said_of(run: PlanRun) -> dict[str, str]:
    """What the run has come to, in one bold sentence and one more."""
    last = date_format(run.last_day, "LONG_DATE_FORMAT") if run.last_day else ""
    bound = date_format(run.bound, "LONG_DATE_FORMAT") if run.bound else ""
    if run.findings:
        return {"tone": "bad", "title": _("This phase cannot be held as it stands."), "text": ""}
    if run.state == RunState.IMPOSSIBLE:
        return {
            "tone": "bad",
            "title": _("There is no way to change the plan so that everything fits."),
            "text": _("Give the phase a later last day, more venues or more trainers, then plan anew."),
        }
    if run.kind == RunKind.REPLAN:
        return _said_of_change(run)
    if not run.plan:
        return {"tone": "warn", "title": _("No plan was found in the time there was."), "text": ""}
    if run.unplaced:
        return {
            "tone": "warn",
            "title": ngettext(
                "%(count)s session found no place.", "%(count)s sessions found no place.", len(run.unplaced)
            )
            % {"count": number(len(run.unplaced))},
            "text": _("The others are shown below. Mend what is named, then plan again."),
        }
    title = _("All %(count)s sessions have a place. The last one is on %(day)s.") % {
        "count": number(len(run.plan)),
        "day": last,
    }
    if run.is_proved:
        return {"tone": "ok", "title": title, "text": _("Proved: no plan ends earlier.")}
    if bound and bound != last:
        gap = (run.last_day - run.bound).days if run.last_day and run.bound else 0
        text = ngettext(
            "No plan ends before %(bound)s; at most %(count)s day could be gained.",
            "No plan ends before %(bound)s; at most %(count)s days could be gained.",
            gap,
        )
        return {"tone": "ok", "title": title, "text": text % {"bound": bound, "count": gap}}
    return {"tone": "ok", "title": title, "text": ""}


def _said_of_change(run: PlanRun) -> dict[str, str]:
    if run.moved is None:
        return {
            "tone": "warn",
            "title": _("No changed plan was found in the time there was."),
            "text": _("Let fewer sessions stay, or give the phase a later last day."),
        }
    if run.moved == 0:
        title = _("Nobody has to be moved.")
    else:
        title = ngettext("%(count)s session moves.", "%(count)s sessions move.", run.moved) % {
            "count": number(run.moved)
        }
    must = run.must_move or 0
    text = ""
    if run.moved and must < run.moved:
        text = _("%(must)s could not stay; the others make room for them.") % {"must": number(must)}
    if run.is_proved:
        text = f"{text} {_('Proved: no plan moves fewer, and none of those ends earlier.')}".strip()
    return {"tone": "ok", "title": title, "text": text}


def progress_of(run: PlanRun) -> str:
    if run.state == RunState.QUEUED:
        return _("Waiting for the planner to begin.")
    if run.kind == RunKind.REPLAN:
        return _("Looking for the change that moves the fewest sessions. This takes up to a minute.")
    if run.last_day and run.bound:
        return _(
            "The best plan so far ends on %(last)s. No plan ends before %(bound)s. The planner goes on "
            "for up to a "
            "minute."
        ) % {
            "last": date_format(run.last_day, "LONG_DATE_FORMAT"),
            "bound": date_format(run.bound, "LONG_DATE_FORMAT"),
        }
    return _("Looking for a plan. This takes up to a minute.")


def question_of(run: PlanRun) -> str:
    if run.kind == RunKind.REPLAN:
        return _("Publish the change of %(phase)s?") % {"phase": run.phase.name}
    count = len(run.plan)
    return ngettext(
        "Publish %(count)s session of %(phase)s?", "Publish %(count)s sessions of %(phase)s?", count
    ) % {"count": number(count), "phase": run.phase.name}


def consequences_of(run: PlanRun, *, people: int) -> list[str]:
    """Of publishing the first plan of a phase whose groups have so many ``people``."""
    days = {
        "first": date_format(date.fromisoformat(run.figures["first_day"]), "LONG_DATE_FORMAT"),
        "last": date_format(run.last_day, "LONG_DATE_FORMAT"),
    }
    found = [
        _("They stand on the public schedule from %(first)s to %(last)s.") % days,
        _("Venues and trainers are taken at these times."),
    ]
    if people:
        found.append(
            ngettext(
                "%(count)s person in a group is told only if you tick the invitation below.",
                "%(count)s people in groups are told only if you tick the invitation below.",
                people,
            )
            % {"count": number(people)}
        )
    else:
        found.append(_("Nobody is told: no groups are made yet. People are invited session by session."))
    return found


def consequences_of_change(change: Difference, *, people: int) -> list[str]:
    """Of publishing a change; ``people`` have a place in a session that moves."""
    moved = len(change.moved)
    found = [
        ngettext(
            "%(count)s session gets another day, time or venue.",
            "%(count)s sessions get another day, time or venue.",
            moved,
        )
        % {"count": number(moved)}
    ]
    if change.taught_by_others:
        found.append(
            ngettext(
                "%(count)s session only gets another trainer.",
                "%(count)s sessions only get another trainer.",
                len(change.taught_by_others),
            )
            % {"count": number(len(change.taught_by_others))}
        )
    if change.added:
        found.append(
            ngettext("%(count)s session is new.", "%(count)s sessions are new.", len(change.added))
            % {"count": number(len(change.added))}
        )
    found.append(
        ngettext(
            "%(count)s person with a place in a session that moves is sent a message.",
            "%(count)s people with a place in a session that moves are sent a message.",
            people,
        )
        % {"count": number(people)}
        if people
        else _("Nobody has a place in a session that moves, so nobody is told.")
    )
    return found


def published(count: int, *, is_inviting: bool) -> str:
    said = ngettext("%(count)s session is published.", "%(count)s sessions are published.", count) % {
        "count": number(count)
    }
    return f"{said} {_('The people of the groups are being invited.')}" if is_inviting else said


def change_published(*, moved: int, told: int) -> str:
    return _("The change is published: %(moved)s moved, %(people)s people are told.") % {
        "moved": number(moved),
        "people": number(told),
    }


def short_notice(count: int) -> str:
    return ngettext(
        "People hear of %(count)s session fewer than 3 days before.",
        "People hear of %(count)s sessions fewer than 3 days before.",
        count,
    ) % {"count": number(count)}
