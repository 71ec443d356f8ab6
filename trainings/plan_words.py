"""What the planner finds, in words: why something cannot be done, and what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.ui.templatetags.okoce_ui import number
from trainings.models import Activity, Phase
from trainings.planning.checks import Finding, Reason
from trainings.planning.greedy import Why
from trainings.planning.problem import Key
from trainings.services.publishing import Trouble


@dataclass(frozen=True)
class Names:
    """How things are called on the page: activities by code, kecamatan by code, the phase's city."""

    activities: Mapping[str, str]
    kecamatan: Mapping[str, str]
    city: str
    gap_days: int = 7

    def of(self, key: Key) -> str:
        """Kembangan, group 3, Activity 1."""
        kecamatan, group, activity = key
        return _("%(kecamatan)s, group %(group)s, %(activity)s") % {
            "kecamatan": self.kecamatan.get(kecamatan, kecamatan),
            "group": group,
            "activity": self.activities.get(activity, activity),
        }

    def listed(self, codes: Iterable[str]) -> str:
        return ", ".join(self.activities.get(code, code) for code in codes)


def names_of(phase: Phase) -> Names:
    return Names(
        activities={a.pk: a.label for a in Activity.objects.all()},
        kecamatan={
            row.kecamatan_id: row.kecamatan.name for row in phase.kecamatan.select_related("kecamatan")
        },
        city=phase.city.short_name,
        gap_days=phase.gap_days,
    )


# ---------------------------------------------------------------- counting


def finding(found: Finding, names: Names) -> str:
    return _FINDINGS[found.reason](found.figures, names)


def _no_days(_figures: Any, _names: Names) -> str:
    return _(
        "No day is left on which a session can be held: they are past, too near, holidays, or outside office "
        "hours. Choose later days, more days of the week or other hours."
    )


def _no_venue(figures: Any, _names: Names) -> str:
    said = {"kecamatan": figures["kecamatan"], "seats": figures["seats"], "largest": figures["largest"]}
    if not figures["largest"]:
        return _("%(kecamatan)s has no venue in this phase. Choose at least one.") % said
    return (
        _(
            "The groups of %(kecamatan)s have %(seats)s people and its largest venue holds %(largest)s. "
            "Choose a "
            "larger venue, or make more groups."
        )
        % said
    )


def _no_trainer(figures: Any, names: Names) -> str:
    return _("No trainer of this phase teaches %(activity)s. Choose one who does.") % {
        "activity": names.listed([figures["activity"]])
    }


def _kecamatan_days(figures: Any, _names: Names) -> str:
    said = _figures(figures) | {"kecamatan": figures["kecamatan"]}
    if figures["room"] == figures["days"]:
        start = _("%(kecamatan)s has %(days)s free days and needs %(needs)s, one for every session.")
    else:
        start = _(
            "%(kecamatan)s has room for %(room)s sessions on %(days)s free days and needs %(needs)s sessions."
        )
    mend = _("Let the phase end later, add a venue there or a second time of day, or make fewer groups.")
    return f"{start % said} {mend}"


def _city_days(figures: Any, names: Names) -> str:
    said = _figures(figures) | {"city": names.city, "limit": figures["per_day"]}
    return (
        _(
            "%(city)s has room for %(room)s sessions on %(days)s days with at most %(limit)s kecamatan "
            "a day, and "
            "needs %(needs)s. Let the phase end later, or let more kecamatan meet on one day."
        )
        % said
    )


def _gap(figures: Any, names: Names) -> str:
    said = _figures(figures) | {
        "place": figures.get("kecamatan") or names.city,
        "activities": names.listed(figures["activities"]),
        "gap": names.gap_days,
    }
    if figures["from"] is None:
        return (
            _(
                "Between the first and the last day there is no day for %(activities)s in %(place)s "
                "that leaves "
                "%(gap)s days between the activities of a group. Let the phase end later, or shorten the gap."
            )
            % said
        )
    said |= {"first": _day(figures["from"]), "last": _day(figures["to"])}
    return (
        _(
            "%(place)s has room for %(room)s sessions of %(activities)s and needs %(needs)s: with "
            "%(gap)s days "
            "between the activities of a group they fit only from %(first)s to %(last)s. Let the phase "
            "end later, "
            "or shorten the gap."
        )
        % said
    )


def _trainers(figures: Any, names: Names) -> str:
    said = _figures(figures) | {"activities": names.listed(figures["activities"])}
    start = ngettext(
        "%(count)s trainer may teach %(activities)s and is free for %(room)s sessions; %(needs)s are needed.",
        "%(count)s trainers may teach %(activities)s and are free for %(room)s sessions; %(needs)s are "
        "needed.",
        figures["trainers"],
    ) % (said | {"count": figures["trainers"]})
    mend = _("Add trainers, let them teach more sessions a week, or let the phase end later.")
    return f"{start} {mend}"


def _pins(_figures: Any, _names: Names) -> str:
    return _("What stays leaves no room for the rest. Let fewer sessions stay.")


_FINDINGS: dict[Reason, Callable[[Any, Names], str]] = {
    Reason.NO_DAYS: _no_days,
    Reason.NO_VENUE: _no_venue,
    Reason.NO_TRAINER: _no_trainer,
    Reason.KECAMATAN_DAYS: _kecamatan_days,
    Reason.CITY_DAYS: _city_days,
    Reason.TRAINERS: _trainers,
    Reason.GAP: _gap,
    Reason.PINS: _pins,
}


def _figures(figures: Mapping[str, Any]) -> dict[str, str]:
    return {name: number(figures[name]) for name in ("room", "needs", "days") if name in figures}


def _day(day: date) -> str:
    return str(date_format(day, "DAY_MONTH_FORMAT"))


# ---------------------------------------------------------------- what found no place


def why_unplaced(why: str) -> str:
    return {
        Why.NO_DAY: _("no day between what comes before and the end of the phase"),
        Why.NO_ROOM: _("the venues of the kecamatan are taken on all days that are left"),
        Why.NO_TRAINER: _("no trainer who teaches it is free on the days that are left"),
        Why.DAY_LIMIT: _("as many kecamatan as allowed meet on every day that is left"),
        Why.EARLIER_ACTIVITY: _("the activity before it found no place"),
    }[Why(why)]


# ---------------------------------------------------------------- what speaks against it


def trouble(found: Trouble, names: Names) -> str:
    """One sentence; with the session in front where it is about one."""
    what = _TROUBLES.get(found.rule)
    said = str(what()) if what else _("it does not fit any more")
    said = said % {"who": found.who} if "%(who)s" in said else said
    if found.key is None:
        return said[:1].upper() + said[1:] + "."
    return f"{names.of(found.key)}: {said}."


_TROUBLES: dict[str, Callable[[], str]] = {
    "day": lambda: _("the day is a holiday or not a day of this phase any more"),
    "slot": lambda: _("the time lies outside the office hours of that day, or in the Friday prayer"),
    "venue_elsewhere": lambda: _("%(who)s is not a venue of this phase any more"),
    "venue_small": lambda: _("%(who)s is too small for the group"),
    "venue_closed": lambda: _("%(who)s is closed on that day"),
    "venue_twice": lambda: _("%(who)s is taken at that time meanwhile"),
    "no_trainer": lambda: _("it has no trainer"),
    "trainer_subject": lambda: _("%(who)s does not teach this activity"),
    "trainer_city": lambda: _("%(who)s does not teach in this city"),
    "trainer_away": lambda: _("%(who)s cannot come on that day"),
    "trainer_twice": lambda: _("%(who)s teaches elsewhere at that time meanwhile"),
    "trainer_day": lambda: _("%(who)s would teach too many sessions on one day"),
    "trainer_week": lambda: _("%(who)s would teach too many sessions in one week"),
    "gap": lambda: _("it is too near to the activity before it"),
    "too_many_kecamatan": lambda: _("more kecamatan would meet on one day than allowed"),
    "people": lambda: _("these people have a seat elsewhere at the new time: %(who)s"),
    "past": lambda: _("its time has passed"),
}


# ---------------------------------------------------------------- refusals


def phase_refusal(code: str, params: Mapping[str, Any]) -> str:
    return (
        str(
            {
                "name_taken": _("There is a phase “%(name)s” in %(year)s already. Choose another name."),
                "changed": _(
                    "Somebody else has changed this phase meanwhile. Open it anew to see the change; "
                    "what you typed "
                    "stands here still."
                ),
                "other_city": _(
                    "Kecamatan %(kecamatan)s belongs to %(city)s. A phase is of one city: plan that "
                    "kecamatan there."
                ),
                "other_city_thing": _("%(thing)s belongs to another city. Choose from your own."),
                "stands_kecamatan": _(
                    "%(kecamatan)s has sessions in this phase. Cancel them first, then take it out."
                ),
                "stands_group": _(
                    "Group %(group)s of %(kecamatan)s has sessions. Write at least %(group)s groups."
                ),
                "stands_members": _(
                    "Group %(group)s of %(kecamatan)s has people. Write at least %(group)s groups."
                ),
                "stands_activity": _("An activity that has sessions in this phase stays in it."),
                "has_sessions": _("The phase has sessions, so it stays. Cancel the sessions instead."),
            }[code]
        )
        % params
    )


def plan_refusal(code: str) -> str:
    return str(
        {
            "not_ready": _("There is no whole plan to publish yet."),
            "incomplete": _(
                "Some sessions found no place, so the plan is not published. Mend the phase and plan it "
                "again."
            ),
            "published": _("A plan of this phase is published already. Use “Plan anew” to change it."),
            "outdated": _(
                "The phase or its sessions have changed since this plan was made. Plan it again, then "
                "publish."
            ),
            "troubles": _("Something has come between. Plan again, then publish."),
        }[code]
    )
