"""What speaks against the plan of a session: by the room, the trainer, the curriculum and the calendar.

Hard rules come back as refusals with the field they stand at; soft ones as concerns that staff may pass with
a reason, which is kept. Who is where at what time is the database's word (trainings.rules.clashes).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from okoce.regions.neighbours import is_near
from trainings import scheduling
from trainings.models import (
    Activity,
    Trainer,
    TrainingSession,
    Venue,
)
from trainings.refusals import Clash, SessionRefused
from trainings.scheduling import Concern, Facts, day_of


def weekday_name(number: int) -> str:
    """0 is Monday."""
    return date_format(date(2024, 1, 1 + number), "l")


def problems_of_venue(venue: Venue, starts_at: datetime, ends_at: datetime) -> list[SessionRefused]:
    """Why the room cannot be used then: out of use, closed on that day, or shut at that hour."""
    day, name = day_of(starts_at), venue.name
    if venue.retired_at is not None:
        return [SessionRefused(Clash.VENUE_RETIRED, "venue", venue=name)]
    closure = _on(day, venue.closures.all())
    if closure is not None:
        return [
            SessionRefused(
                Clash.VENUE_CLOSED,
                "venue",
                venue=name,
                first=date_format(closure.first_day, "LONG_DATE_FORMAT"),
                last=date_format(closure.last_day, "LONG_DATE_FORMAT"),
                reason=closure.reason,
            )
        ]
    rows = {row.weekday: row for row in venue.hours.all()}
    if not rows:
        return []
    weekday = weekday_name(day.weekday())
    hours = rows.get(day.weekday())
    if hours is None:
        return [SessionRefused(Clash.VENUE_SHUT_THAT_DAY, "venue", venue=name, weekday=weekday)]
    start, end = (moment.astimezone(scheduling.JAKARTA).time() for moment in (starts_at, ends_at))
    if start < hours.opens or end > hours.closes:
        return [
            SessionRefused(
                Clash.VENUE_HOURS,
                "venue",
                venue=name,
                opens=time_format(hours.opens),
                closes=time_format(hours.closes),
                weekday=weekday,
            )
        ]
    return []


def _on(day: date, periods: Iterable[Any]) -> Any:
    """The first that contains the day. They are read whole: who asks for many rooms has fetched them."""
    return next((p for p in periods if p.first_day <= day <= p.last_day), None)


def problems_of_trainer(
    trainer: Trainer, activity: Activity | None, starts_at: datetime
) -> list[SessionRefused]:
    """Why the trainer cannot teach this then."""
    day, name = day_of(starts_at), trainer.name
    if trainer.retired_at is not None:
        return [SessionRefused(Clash.TRAINER_RETIRED, "trainer", trainer=name)]
    found = []
    subjects = {subject.pk for subject in trainer.subjects.all()}
    if activity is not None and subjects and activity.pk not in subjects:
        found.append(SessionRefused(Clash.TRAINER_SUBJECT, "trainer", trainer=name, activity=activity.label))
    away = _on(day, trainer.absences.all())
    if away is not None:
        first, last = (date_format(d, "LONG_DATE_FORMAT") for d in (away.first_day, away.last_day))
        found.append(SessionRefused(Clash.TRAINER_ABSENT, "trainer", trainer=name, first=first, last=last))
    elif day.weekday() not in trainer.weekdays:
        weekday = weekday_name(day.weekday())
        found.append(SessionRefused(Clash.TRAINER_WEEKDAY, "trainer", trainer=name, weekday=weekday))
    return found


def problems_of_activity(activity: Activity, kecamatan: str, day: date) -> list[SessionRefused]:
    """The curriculum of that programme year and area has the activity, or not."""
    is_early = activity.first_year is not None and day.year < activity.first_year
    is_late = activity.last_year is not None and day.year > activity.last_year
    is_elsewhere = activity.area_id is not None and not kecamatan.startswith(activity.area_id)
    if is_early or is_late or is_elsewhere:
        return [SessionRefused(Clash.NOT_TAUGHT, "activity", activity=activity.label, year=day.year)]
    return []


def concerns_of(
    *,
    starts_at: datetime,
    ends_at: datetime,
    kecamatan: str,
    trainer: Trainer | None,
    today: date,
    facts: Facts,
    besides: int | None = None,
) -> tuple[Concern, ...]:
    """The soft rules that speak against this plan: those of the time, and those of the trainer."""
    found = list(scheduling.concerns(starts_at, ends_at, today=today, facts=facts))
    if trainer is not None and trainer.pk:
        if trainer.home_id and not is_near(trainer.home_id, kecamatan):
            found.append(Concern.FAR_FROM_HOME)
        if is_overloaded(trainer, day_of(starts_at), besides=besides):
            found.append(Concern.TRAINER_LOAD)
    return tuple(found)


def is_overloaded(trainer: Trainer, day: date, *, besides: int | None) -> bool:
    """Whether one more session is above what the trainer takes on a day or in a week."""
    monday = day - timedelta(days=day.weekday())
    mine = TrainingSession.objects.active().filter(trainer=trainer).exclude(pk=besides)
    days = [
        day_of(start)
        for start in mine.between(monday, monday + timedelta(days=6)).values_list("starts_at", flat=True)
    ]
    return days.count(day) >= trainer.per_day or len(days) >= trainer.per_week


def words_of(concern: Concern, *, day: date, facts: Facts, trainer: Any = None, kecamatan: str = "") -> str:
    """What a concern says to the person who plans."""
    name = trainer.name if trainer else ""
    if concern == Concern.HOLIDAY:
        return _("The day is a day off: %(name)s.") % {"name": facts.holidays[day]}
    if concern == Concern.RAMADAN_HOURS:
        opens, closes = map(time_format, facts.office_hours(day))
        return _("It lies outside the office hours of Ramadan, %(opens)s to %(closes)s.") % {
            "opens": opens,
            "closes": closes,
        }
    if concern == Concern.FAR_FROM_HOME:
        return _("%(trainer)s lives in %(home)s, which does not border on %(kecamatan)s.") % {
            "trainer": name,
            "home": trainer.home.name,
            "kecamatan": kecamatan,
        }
    if concern == Concern.TRAINER_LOAD:
        return _("%(trainer)s then teaches more than %(day)s sessions on a day or %(week)s in a week.") % {
            "trainer": name,
            "day": trainer.per_day,
            "week": trainer.per_week,
        }
    return {
        Concern.SUNDAY: _("The day is a Sunday."),
        Concern.FRIDAY_PRAYER: _("It falls into the Friday prayer, 11.30 to 13.00."),
        Concern.OUTSIDE_HOURS: _("It lies outside office hours, 07.30 to 16.00."),
        Concern.SHORT_NOTICE: _("People hear of it fewer than 3 days before."),
    }[concern]


def short_words(code: str) -> str:
    """A concern that was passed, in the record of a session: two or three words."""
    return {
        Concern.HOLIDAY: _("day off"),
        Concern.SUNDAY: _("on a Sunday"),
        Concern.FRIDAY_PRAYER: _("Friday prayer"),
        Concern.OUTSIDE_HOURS: _("outside office hours"),
        Concern.RAMADAN_HOURS: _("outside the hours of Ramadan"),
        Concern.SHORT_NOTICE: _("less than 3 days' notice"),
        Concern.FAR_FROM_HOME: _("trainer far from home"),
        Concern.TRAINER_LOAD: _("many sessions of the trainer"),
    }[Concern(code)]
