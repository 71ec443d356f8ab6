"""When a message disturbs nobody: pure rules, and what must hold for every moment of every year."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okoce.notifications import decency
from okoce.notifications.decency import JAKARTA, Calendar, Hours, Rules, decide, next_moment, plan
from okoce.notifications.enums import Manner

MONDAY = date(2026, 8, 10)
ORDINARY, PROMPT, CHANGE, AT_ONCE = Manner.ORDINARY, Manner.PROMPT, Manner.CHANGE, Manner.AT_ONCE


def at(hour: int, minute: int = 0, *, day: date = MONDAY, days: int = 0) -> datetime:
    return datetime.combine(day + timedelta(days=days), time(hour, minute), JAKARTA)


HOLIDAY = Rules(calendar=Calendar({MONDAY: "Hari besar"}))
RAMADAN = Rules(calendar=Calendar(ramadans=((MONDAY, MONDAY + timedelta(days=29)),)))


@pytest.mark.parametrize(
    ("moment", "rules", "allowed"),
    [
        (at(7, 59), Rules(), at(8)),
        (at(8), Rules(), at(8)),
        (at(19, 59), Rules(), at(19, 59)),
        (at(20), Rules(), at(8, days=1)),
        (at(2), Rules(), at(8)),
        (at(10), HOLIDAY, at(8, days=1)),
        (at(10), Rules(Hours(rests_on_holidays=False), HOLIDAY.calendar), at(10)),
        (at(17, 29), RAMADAN, at(17, 29)),
        (at(17, 30), RAMADAN, at(19)),
        (at(19), RAMADAN, at(19)),
        (at(21), decency.ANY_HOUR, at(21)),
    ],
)
def test_rule_55_an_ordinary_message_goes_between_eight_and_twenty_on_a_working_day(moment, rules, allowed):
    assert next_moment(moment, rules) == allowed


@pytest.mark.parametrize(
    ("now", "begins_at", "rules", "allowed"),
    [
        (at(21, 30), at(9, days=1), Rules(), at(6, days=1)),
        (at(20, 30), at(9, days=1), Rules(), at(20, 30)),
        (at(5), at(9), Rules(), at(6)),
        (at(20, 30), at(9, days=3), Rules(), at(8, days=1)),
        (at(18), at(9, days=1), RAMADAN, at(18)),
        (at(10), at(15), HOLIDAY, at(10)),  # the same day
        (at(10), at(9, days=1), HOLIDAY, at(6, days=1)),  # it can wait for the morning
        (at(10), at(7, days=1), HOLIDAY, at(10)),  # it cannot
    ],
)
def test_rule_55_a_change_of_what_begins_within_a_day_goes_between_six_and_twenty_one(
    now, begins_at, rules, allowed
):
    assert decency.allowed_from(now, CHANGE, rules, begins_at=begins_at) == allowed


def test_rule_55_a_code_goes_at_any_hour():
    assert decide(AT_ONCE, HOLIDAY, now=at(3)).goes


@pytest.mark.parametrize(
    ("now", "rules", "reason"),
    [
        (at(22), Rules(), "quiet_hours"),
        (at(10), HOLIDAY, "holiday"),
        (at(18), RAMADAN, "iftar"),
    ],
)
def test_what_waits_says_why_and_until_when(now, rules, reason):
    answer = decide(ORDINARY, rules, now=now)

    assert (answer.goes, answer.reason) == (False, reason)
    assert answer.until == next_moment(now, rules)


def test_what_would_be_too_late_at_the_next_opening_is_for_the_office():
    answer = decide(ORDINARY, Rules(), now=at(21), expires_at=at(7, days=1))

    assert answer == decency.NEVER


def test_what_is_planned_ahead_goes_the_evening_before_rather_than_too_late():
    early = plan(ORDINARY, Rules(), now=at(9), due_at=at(5, days=1), expires_at=at(7, days=1))
    holiday = Rules(calendar=Calendar({MONDAY + timedelta(days=1): "Hari besar"}))
    over = plan(ORDINARY, holiday, now=at(9), due_at=at(9, days=1), expires_at=at(9, days=2))

    assert early.until == at(19, 30)
    assert over.until == at(19, 30)


def test_what_was_queued_too_late_to_be_planned_ahead_goes_at_the_opening_or_not_at_all():
    assert plan(ORDINARY, Rules(), now=at(21), due_at=at(21), expires_at=at(9, days=1)).until == at(8, days=1)
    assert plan(ORDINARY, Rules(), now=at(21), due_at=at(21), expires_at=at(7, days=1)) == decency.NEVER


def test_a_wish_inside_the_hours_is_left_as_it_is():
    assert plan(ORDINARY, Rules(), now=at(9), due_at=at(15, days=2), expires_at=None).until == at(15, days=2)


def test_a_calendar_of_nothing_but_holidays_stops_nobody_for_ever():
    always = Rules(calendar=Calendar({MONDAY + timedelta(days=n): "?" for n in range(400)}))

    assert next_moment(at(21), always) == at(8, days=1)


# ---------------------------------------------------------------- every moment

CLOCKS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
MOMENTS = st.datetimes(
    datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(JAKARTA)
)  # fmt: skip


QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def rules(draw):
    begins, ends = sorted(draw(st.lists(CLOCKS, min_size=2, max_size=2, unique=True)))
    quiet = sorted(draw(st.lists(CLOCKS, min_size=2, max_size=2, unique=True)))
    if quiet[0] <= begins and ends <= quiet[1]:
        quiet = [time(17, 30), time(17, 31)]  # the province cannot close a whole Ramadan
        begins, ends = time(8), time(20)
    hours = Hours(begins, ends, time(0), time(23, 59), *quiet, draw(st.booleans()), True)
    first = draw(DAYS)
    calendar = Calendar(
        dict.fromkeys(draw(st.lists(DAYS, max_size=12)), "libur"),
        ((first, first + timedelta(days=29)),) if draw(st.booleans()) else (),
    )
    return Rules(hours, calendar)


@QUICK
@given(MOMENTS, rules())
def test_the_next_moment_is_never_past_and_always_inside_the_hours(moment, some):
    allowed = next_moment(moment, some)
    day = allowed.astimezone(JAKARTA).date()

    assert allowed >= moment
    assert any(begins <= allowed < ends for begins, ends in decency.openings(day, some))


@QUICK
@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=3)), rules())
def test_who_asks_later_never_gets_an_earlier_moment(moment, later, some):
    assert next_moment(moment, some) <= next_moment(moment + later, some)


@QUICK
@given(MOMENTS, rules())
def test_a_moment_that_is_allowed_is_its_own_next_one(moment, some):
    allowed = next_moment(moment, some)

    assert next_moment(allowed, some) == allowed


@QUICK
@given(MOMENTS, rules())
def test_the_last_moment_before_lies_before_and_inside_the_hours(moment, some):
    found = decency.last_moment(moment, some)
    if found is None:
        return
    day = found.astimezone(JAKARTA).date()

    assert found <= moment
    assert any(begins <= found <= ends for begins, ends in decency.openings(day, some))


@QUICK
@given(
    MOMENTS, st.timedeltas(timedelta(minutes=1), timedelta(days=4)), rules(), st.sampled_from(list(Manner))
)
def test_a_message_that_goes_or_waits_is_never_too_late(now, left, some, manner):
    answer = decide(manner, some, now=now, expires_at=now + left, begins_at=now + left)

    if answer.until is not None:
        assert now < answer.until < now + left
    elif not answer.goes:
        assert answer.reason == "no_decent_hour"


@QUICK
@given(
    MOMENTS,
    st.timedeltas(timedelta(0), timedelta(days=4)),
    st.timedeltas(timedelta(minutes=1), timedelta(days=4)),
    rules(),
)
def test_a_plan_is_never_past_and_never_too_late(now, ahead, left, some):
    due_at, expires_at = now + ahead, now + ahead + left
    answer = plan(ORDINARY, some, now=now, due_at=due_at, expires_at=expires_at)

    if answer.goes:
        assert answer.until is not None
        assert now <= answer.until < expires_at
