"""A phase in words: its state, and what was entered of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from okoce.ui.templatetags.okoce_ui import number
from trainings import shown
from trainings.enums import RunState
from trainings.models import Phase

WEEKDAYS = (
    (0, gettext_lazy("Monday")),
    (1, gettext_lazy("Tuesday")),
    (2, gettext_lazy("Wednesday")),
    (3, gettext_lazy("Thursday")),
    (4, gettext_lazy("Friday")),
    (5, gettext_lazy("Saturday")),
)


def state_of(phase: Any) -> shown.State:
    """Of a phase with figures."""
    if phase.session_count:
        return shown.State(_("Published"), "ok", "check-circle-fill")
    if phase.run_state in (RunState.QUEUED, RunState.WORKING):
        return shown.State(_("Being planned"), "info", "hourglass-split")
    if phase.run_state == RunState.IMPOSSIBLE:
        return shown.State(_("Cannot be planned so"), "bad", "exclamation-triangle-fill")
    if phase.run_state in (RunState.DONE, RunState.STOPPED):
        return shown.State(_("Plan to be published"), "warn", "calendar-check")
    return shown.State(_("Not planned yet"), "", "slash-circle")


def facts(phase: Phase) -> list[tuple[str, str]]:
    days = dict(WEEKDAYS)
    limit = phase.kecamatan_a_day
    return [
        (_("Activities"), ", ".join(a.label for a in phase.activities.all())),
        (_("Days of the week"), ", ".join(str(days[n]) for n in phase.weekdays if n in days)),
        (
            _("Sessions start at"),
            _("%(starts)s, %(minutes)s minutes each")
            % {"starts": ", ".join(time_format(t) for t in phase.starts), "minutes": phase.minutes},
        ),
        (
            _("Between two activities of a group"),
            ngettext("at least %(count)s day", "at least %(count)s days", phase.gap_days)
            % {"count": phase.gap_days},
        ),
        (
            _("Kecamatan on one day"),
            _("at most %(count)s") % {"count": limit} if limit else _("as many as there are"),
        ),
        (_("Venues"), number(phase.venues.count())),
        (_("Trainers"), number(phase.trainers.count())),
    ]


def parts(counted: Mapping[tuple[str, int], list[tuple[str, int]]]) -> dict[tuple[str, int], str]:
    """Of which kelurahan a group is: "Grogol 60, Tomang 40"."""
    return {
        key: ", ".join(f"{name or _('No kelurahan')} {count}" for name, count in rows)
        for key, rows in counted.items()
    }
