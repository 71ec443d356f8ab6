"""When a message disturbs nobody: the hours of the day, holidays, Ramadan.

Nothing here sends or waits. ``decide`` says of one message at one moment whether it may go, until when it
waits otherwise, or that no decent hour is left for it; ``plan`` does the same when it is queued, and then may
choose an earlier moment. Every function is given its clock.

- Ordinary ones go between two hours of a day (08.00-20.00), not on holidays, and in Ramadan not while the
  fast is broken (17.30-19.00).
- A change or cancellation of what begins within 24 hours goes between 06.00 and 21.00, Ramadan or not. On a
  holiday only when no ordinary hour is left before it begins. So does an offer (a seat that became free) that
  would come too late otherwise.
- A code that somebody has just asked for goes at any hour.
- What would be too late at the next opening goes at the last moment of the opening before, when it is planned
  early enough; otherwise it is held, and the office calls. Nobody is woken.

The holidays and Ramadans are kept by an app above this one, which registers how to ask for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.dateparse import parse_datetime

from okoce.notifications.enums import Manner
from okoce.notifications.models import DecentHours

JAKARTA: Final = ZoneInfo("Asia/Jakarta")
URGENT_WITHIN: Final = timedelta(hours=24)
LOOK_AHEAD: Final = 45  # days; more holidays in a row than that are a mistake in the calendar
LOOK_BACK: Final = 14
BEFORE_CLOSING: Final = timedelta(minutes=30)  # what is sent ahead needs a while to go out
WORTH_HAVING: Final = timedelta(hours=2)  # a reminder that comes later than this before its occasion is late

QUIET_HOURS, HOLIDAY, IFTAR = "quiet_hours", "holiday", "iftar"
ONE_A_DAY, NO_DECENT_HOUR, PAUSED = "one_a_day", "no_decent_hour", "paused"
OF_THE_HOUR: Final = (QUIET_HOURS, HOLIDAY, IFTAR)
WAITS: Final = (*OF_THE_HOUR, ONE_A_DAY)


@dataclass(frozen=True)
class Hours:
    """What the province has set, or the defaults (docs/programme.md 5.2)."""

    begins: time = time(8)
    ends: time = time(20)
    urgent_begins: time = time(6)
    urgent_ends: time = time(21)
    iftar_begins: time = time(17, 30)
    iftar_ends: time = time(19)
    rests_on_holidays: bool = True
    one_a_day: bool = True


@dataclass(frozen=True)
class Calendar:
    """Days off with their names, and the Ramadans (first and last day)."""

    holidays: Mapping[date, str] = field(default_factory=dict)
    ramadans: tuple[tuple[date, date], ...] = ()

    def is_ramadan(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.ramadans)


@dataclass(frozen=True)
class Rules:
    hours: Hours = Hours()
    calendar: Calendar = Calendar()
    any_hour: bool = False

    @property
    def one_a_day(self) -> bool:
        return self.hours.one_a_day and not self.any_hour


ANY_HOUR: Final = Rules(any_hour=True)


@dataclass(frozen=True)
class Answer:
    """``goes``: now. Otherwise ``until`` is when it may go, or None: never in time. ``reason`` is a code."""

    goes: bool
    until: datetime | None = None
    reason: str = ""


GOES: Final = Answer(True)
NEVER: Final = Answer(False, None, NO_DECENT_HOUR)


# ---------------------------------------------------------------- openings

Opening = tuple[datetime, datetime]


def openings(day: date, rules: Rules) -> list[Opening]:
    """When ordinary messages may go on ``day``, in order; the end is not part of it."""
    hours = rules.hours
    if hours.rests_on_holidays and day in rules.calendar.holidays:
        return []
    whole = _on(day, hours.begins), _on(day, hours.ends)
    if not rules.calendar.is_ramadan(day):
        return [whole]
    quiet = _on(day, hours.iftar_begins), _on(day, hours.iftar_ends)
    return [
        (begins, ends)
        for begins, ends in (
            (whole[0], min(whole[1], quiet[0])),
            (max(whole[0], quiet[1]), whole[1]),
        )
        if begins < ends
    ]


def urgent_openings(day: date, rules: Rules, *, begins_at: datetime) -> list[Opening]:
    """When a change of what begins at ``begins_at`` may go on ``day``."""
    whole = _on(day, rules.hours.urgent_begins), _on(day, rules.hours.urgent_ends)
    is_free = not rules.hours.rests_on_holidays or day not in rules.calendar.holidays
    if is_free or next_moment(whole[0], rules) >= begins_at:
        return [whole]
    return []


def _on(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, JAKARTA)


def next_moment(moment: datetime, rules: Rules) -> datetime:
    """``moment`` itself, or the next one at which ordinary messages may go."""
    if rules.any_hour:
        return moment
    today = moment.astimezone(JAKARTA).date()
    for day in _days(today, LOOK_AHEAD):
        for begins, ends in openings(day, rules):
            if moment < ends:
                return max(moment, begins)
    free = Rules(Hours(**{**vars(rules.hours), "rests_on_holidays": False}), rules.calendar)
    return next_moment(moment, free)


def last_moment(moment: datetime, rules: Rules) -> datetime | None:
    """The last good moment before ``moment`` for an ordinary message; None: not within two weeks."""
    today = moment.astimezone(JAKARTA).date()
    for back in range(LOOK_BACK):
        for begins, ends in reversed(openings(today - timedelta(days=back), rules)):
            if begins < moment:
                return max(begins, min(moment, ends - BEFORE_CLOSING))
    return None


def _next_urgent(moment: datetime, rules: Rules, begins_at: datetime) -> datetime | None:
    first = max(moment, begins_at - URGENT_WITHIN)
    for day in _days(first.astimezone(JAKARTA).date(), 3):
        for begins, ends in urgent_openings(day, rules, begins_at=begins_at):
            if first < ends:
                return max(first, begins)
    return None


def _days(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range(count))


# ---------------------------------------------------------------- one message


def is_urgent(manner: Manner, *, now: datetime, begins_at: datetime | None) -> bool:
    """Whether it may disturb more than others, and waits for none of them."""
    if manner is Manner.CHANGE:
        return begins_at is not None and begins_at - now <= URGENT_WITHIN
    return manner is not Manner.ORDINARY


def allowed_from(moment: datetime, manner: Manner, rules: Rules, *, begins_at: datetime | None) -> datetime:
    """``moment``, or the next one at which such a message may go."""
    if rules.any_hour or manner is Manner.AT_ONCE:
        return moment
    allowed = next_moment(moment, rules)
    if begins_at is not None and allowed > moment and _may_hurry(manner, allowed, begins_at):
        urgent = _next_urgent(moment, rules, begins_at)
        if urgent is not None:
            return min(allowed, urgent)
    return allowed


def _may_hurry(manner: Manner, allowed: datetime, begins_at: datetime) -> bool:
    """An offer or answer hurries only where it would come too late otherwise."""
    return manner is Manner.CHANGE or (manner is Manner.PROMPT and allowed >= begins_at)


def decide(
    manner: Manner,
    rules: Rules,
    *,
    now: datetime,
    expires_at: datetime | None = None,
    begins_at: datetime | None = None,
) -> Answer:
    """Whether a message that is due may go ``now``."""
    allowed = allowed_from(now, manner, rules, begins_at=begins_at)
    if allowed <= now:
        return GOES
    if expires_at is None or allowed < expires_at:
        return Answer(False, allowed, why_not(now, rules))
    return NEVER


def why_not(now: datetime, rules: Rules) -> str:
    """The reason why ordinary messages do not go now."""
    local = now.astimezone(JAKARTA)
    if rules.hours.rests_on_holidays and local.date() in rules.calendar.holidays:
        return HOLIDAY
    if local.time() < rules.hours.begins or local.time() >= rules.hours.ends:
        return QUIET_HOURS
    return IFTAR


def plan(
    manner: Manner,
    rules: Rules,
    *,
    now: datetime,
    due_at: datetime,
    expires_at: datetime | None = None,
    begins_at: datetime | None = None,
) -> Answer:
    """When a message that is being queued should go: as wished, later, or (rather than too late) earlier."""
    wished = max(due_at, now)
    allowed = allowed_from(wished, manner, rules, begins_at=begins_at)
    if allowed == wished:
        return Answer(True, due_at)
    if expires_at is None or allowed + WORTH_HAVING <= expires_at:
        return Answer(True, allowed)
    if manner is not Manner.CHANGE and due_at > now:
        earlier = last_moment(due_at, rules)
        if earlier is not None and earlier >= now:
            return Answer(True, earlier)
    return Answer(True, allowed) if allowed < expires_at else NEVER


def can_wait_until(until: datetime, *, expires_at: datetime | None) -> bool:
    """Whether a message is still worth having at ``until``."""
    return expires_at is None or until + WORTH_HAVING <= expires_at


def tomorrow(now: datetime, rules: Rules) -> datetime:
    """The first opening of a day after today's."""
    following = now.astimezone(JAKARTA).date() + timedelta(days=1)
    return next_moment(_on(following, time.min), rules)


def begins_at_of(message: Any) -> datetime | None:
    """When what a message is about begins: said in its context, or when the message is void."""
    said = message.context.get("begins_at") if message.context else None
    if isinstance(said, str):
        return parse_datetime(said)
    return said if isinstance(said, datetime) else message.expires_at


# ---------------------------------------------------------------- what holds now

AskCalendar = Callable[[date, date], Calendar]

_calendar: AskCalendar | None = None


def register_calendar(ask: AskCalendar) -> None:
    """``ask(first, last)`` answers the holidays and Ramadans of these days, both included."""
    global _calendar
    _calendar = ask


def hours_set() -> Hours:
    """The hours as the province set them last."""
    row = DecentHours.objects.first()
    return Hours() if row is None else hours_of(row)


def hours_of(row: DecentHours) -> Hours:
    return Hours(**{name: getattr(row, name) for name in Hours.__dataclass_fields__})


def rules_at(now: datetime) -> Rules:
    """The rules that hold around ``now``: at most three queries."""
    return ANY_HOUR if settings.MESSAGES_AT_ANY_HOUR else rules_set(now)


def rules_set(now: datetime) -> Rules:
    """The rules as set, also where a demonstration does not keep to them."""
    today = now.astimezone(JAKARTA).date()
    calendar = Calendar()
    if _calendar is not None:
        calendar = _calendar(today - timedelta(days=LOOK_BACK), today + timedelta(days=2 * LOOK_AHEAD))
    return Rules(hours_set(), calendar)
