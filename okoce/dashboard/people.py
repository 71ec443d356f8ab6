"""What trainings and bazaars know of a participant, for the participants' own pages (participants.panels)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import BooleanField, Count, Exists, Max, Min, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from bazaars.enums import AllocationState
from bazaars.models import Allocation, Application
from bazaars.services import turns
from bazaars.services.turns import Entry
from bazaars.turns import staff_words
from okoce.accounts.roles import acts_as_participant, has_permission
from okoce.db import prepared
from okoce.ui.templatetags.okoce_ui import clock, day_month, short_date
from participants import evidence
from participants.enums import Step
from participants.evidence import Proof
from participants.models import Participant
from participants.panels import Event, FixedView, NextStep, Panel, RowFacts, register, register_row_facts
from participants.rules import is_usable
from trainings.enums import BookingState, SessionState
from trainings.models import AttendanceScan, Booking, Certificate, TrainingSession
from trainings.progress import ActivityProgress, Progress, progress_of
from trainings.services import availability
from trainings.times_words import times_in_words

REQUIRED = 3


def register_all() -> None:
    """Called once, from the dashboard's AppConfig.ready()."""
    register(
        Panel(
            position=20,
            template="dashboard/panel_trainings.html",
            context=trainings_panel,
            events=training_events,
            next_step=training_next_step,
            step_texts=training_step,
        )
    )
    register(
        Panel(
            position=40,
            template="dashboard/panel_bazaars.html",
            context=bazaars_panel,
            events=bazaar_events,
            step_texts=bazaar_step,
        )
    )
    evidence.register("session", session_proofs)
    register_row_facts(
        row_facts,
        activities_done=with_activities_done,
        views=(
            FixedView("satu-lagi", gettext_lazy("One activity to go"), one_to_go),
            FixedView("belum-hadir", gettext_lazy("Never came this year"), never_came),
        ),
    )


def session_proofs(keys: Collection[str], user: Any) -> dict[str, Proof]:
    """The sessions whose attendance completed the training; the link for those who may open sessions."""
    ids = [int(key) for key in keys if key.isdigit()]
    may_open = has_permission(user, "trainings.view")
    return {
        str(session.pk): Proof(
            _("Present: %(activity)s")
            % {"activity": f"{session.activity.name}, {day_month(session.starts_at)}"},
            _url("trainings:session", session.pk) if may_open else "",
        )
        for session in TrainingSession.objects.filter(pk__in=ids).select_related("activity")
    }


# ---------------------------------------------------------------- the list


def row_facts(ids: Sequence[int], today: date) -> dict[int, RowFacts]:
    """Activities done this year, the last day present, and the coming session, of a page of people."""
    ids = list(ids)
    sql, values = _facts_sql(today.year)
    rows = prepared.ask(sql, prepared.filled(values, {IDS: ids, NOW: timezone.now()}))
    language = get_language() or "id"
    known = {pk: _fact(done or 0, last, coming, language) for pk, done, last, coming in rows}
    nothing = _fact(0, None, None, language)
    return {pk: known.get(pk, nothing) for pk in ids}


@lru_cache(maxsize=2048)
def _fact(count: int, last: date | None, coming: date | None, language: str) -> RowFacts:
    """The same for everybody with the same days: a page has few different ones."""
    if coming:
        return RowFacts(count, last, _invited_on(coming, language), "info", "calendar3")
    if count >= REQUIRED:
        return RowFacts(count, last, _("Three activities done"), "ok")
    return RowFacts(count, last, _("Not invited"), "", "hourglass-split")


@lru_cache(maxsize=64)
def _invited_on(day: date, language: str) -> str:
    return _("Invited %(day)s") % {"day": day_month(day)}


# The list is the most used page: its two questions are querysets like everywhere else, asked as one.
# IDS and NOW mark where the people and the time go.
IDS = "the people of the page"
NOW = datetime(1970, 1, 1, tzinfo=UTC)


def _of_these(column: str) -> RawSQL:
    return RawSQL(f"{column} = ANY(%s::bigint[])", (IDS,), output_field=BooleanField())  # noqa: S611  our own columns


@lru_cache(maxsize=4)
def _facts_sql(year: int) -> prepared.Compiled:
    required = Q(session__activity__is_required=True)
    attended, attended_values = prepared.compiled(
        AttendanceScan.objects.counted()
        .of_year(year)
        .filter(_of_these("trainings_attendancescan.participant_id"))
        .order_by()
        .values("participant_id")
        .annotate(
            done=Count("session__activity", filter=required, distinct=True), last=Max("session__starts_at")
        )
        .values_list("participant_id", "done", "last")
    )
    invited, invited_values = prepared.compiled(
        Booking.objects.seated()
        .filter(
            _of_these("trainings_booking.participant_id"),
            session__state=SessionState.PUBLISHED,
            session__starts_at__gt=NOW,
        )
        .order_by()
        .values("participant_id")
        .annotate(at=Min("session__starts_at"))
        .values_list("participant_id", "at")
    )
    both = (
        f"SELECT coalesce(a.id, b.id), a.done, (a.last AT TIME ZONE 'Asia/Jakarta')::date, "  # noqa: S608
        f"(b.at AT TIME ZONE 'Asia/Jakarta')::date FROM ({attended}) AS a(id, done, last) "
        f"FULL JOIN ({invited}) AS b(id, at) ON a.id = b.id"
    )
    return both, (*attended_values, *invited_values)


def _attendance(year: int) -> Any:
    return (
        AttendanceScan.objects.counted().of_year(year).filter(session__activity__is_required=True).order_by()
    )


def with_activities_done(count: int, today: date) -> Q:
    """Participants with exactly ``count`` different required activities this year."""
    attended = _attendance(today.year)
    if count == 0:
        return ~Exists(attended.filter(participant=OuterRef("pk")))
    people = attended.values("participant").annotate(n=Count("session__activity", distinct=True))
    return Q(pk__in=people.filter(n=count).values("participant"))


def one_to_go(today: date) -> Q:
    return with_activities_done(REQUIRED - 1, today) & Q(status="active")


def never_came(today: date) -> Q:
    return Q(with_activities_done(0, today), status="active")


# ---------------------------------------------------------------- trainings of one person


def _url(name: str, *args: Any) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _once(participant: Participant, name: str, make: Callable[[], Any]) -> Any:
    """One answer a page: panel, timeline, steps and proposal ask the same things of the same object."""
    kept = participant.__dict__.setdefault("_dashboard_answers", {})
    if name not in kept:
        kept[name] = make()
    return kept[name]


def progress_once(participant: Participant, today: date) -> Progress:
    """The progress of this year, asked once for a page."""
    return _once(participant, "progress", lambda: progress_of(participant, today.year))


def trainings_panel(participant: Participant, *, user: Any, today: date) -> dict[str, Any] | None:
    progress = progress_once(participant, today)
    scans = _scans(participant, today)
    may_open = has_permission(user, "trainings.view")
    return {
        "progress": progress,
        "rows": [_activity_row(a, scans.get(a.done_session_id), may_open) for a in progress.activities],
        "certificates": list(
            Certificate.objects.visible_to(user).filter(participant=participant).order_by("-year")
        ),
        "times": times_in_words(availability.of(participant), today=today),
        "times_url": _url("trainings:times_of", participant.number)
        if has_permission(user, "trainings.manage") and is_usable(participant)
        else "",
    }


def _scans(participant: Participant, today: date) -> dict[int, AttendanceScan]:
    """The counted scan of each session this year, with who recorded it."""
    return _once(participant, "scans", lambda: _read_scans(participant, today))


def _read_scans(participant: Participant, today: date) -> dict[int, AttendanceScan]:
    found = (
        AttendanceScan.objects.counted()
        .of_year(today.year)
        .filter(participant=participant)
        .select_related("session__venue", "session__activity", "recorded_by")
        .order_by("-pk")
    )
    return {scan.session_id: scan for scan in found}


def sessions_left(activity: ActivityProgress) -> str:
    """How many sessions of a missing activity are still within reach this year."""
    if activity.is_done:
        return ""
    if not activity.reachable:
        return _("No session with a free seat until 31 December is planned yet.")
    return ngettext(
        "%(count)d session with a seat can still be reached until 31 December.",
        "%(count)d sessions with a seat can still be reached until 31 December.",
        activity.reachable,
    ) % {"count": activity.reachable}


def _activity_row(activity: ActivityProgress, scan: AttendanceScan | None, may_open: bool) -> dict[str, Any]:
    booking = activity.booking
    row = {
        "label": f"{activity.position}. {activity.name}",
        "session": "-",
        "url": "",
        "by": "-",
        "left": sessions_left(activity),
    }
    if activity.is_done and scan is not None:
        return row | {
            "session": f"{short_date(scan.session.starts_at)}, {scan.session.venue.name}",
            "url": _url("trainings:session", scan.session_id) if may_open else "",
            "tone": "ok",
            "state": _("Present %(time)s") % {"time": clock(scan.happened_at)},
            "by": scan.recorded_by.full_name if scan.recorded_by else scan.get_method_display(),
        }
    if booking is None and activity.waiting is not None:
        words = {"day": day_month(activity.waiting.since), "place": activity.waiting.area_name}
        state = _("Waits since %(day)s, %(place)s") % words
        return row | {"tone": "warn", "state": state, "icon": "hourglass-split"}
    if booking is None:
        return row | {"tone": "", "state": _("Not invited yet"), "icon": "hourglass-split"}
    return row | {
        "session": f"{short_date(booking.starts_at)}, {booking.venue_name}",
        "url": _url("trainings:session", booking.session_id) if may_open else "",
        "tone": "info",
        "icon": "calendar3",
        "state": _("Confirmed") if booking.state == BookingState.CONFIRMED else _("Invited"),
    }


def training_events(participant: Participant, *, user: Any, today: date) -> Iterator[Event]:
    for scan in _scans(participant, today).values():
        text = _("Present: %(activity)s") % {"activity": scan.session.activity.name}
        yield Event(scan.happened_at, text, scan.recorded_by.full_name if scan.recorded_by else "", "ok")


def training_next_step(participant: Participant, *, user: Any, today: date) -> NextStep | None:
    """For the staff who open the page: what this person's training waits for."""
    if participant.status != "active":
        return None
    progress = progress_once(participant, today)
    if progress.is_complete:
        return None
    if (coming := progress.next_session) is not None:
        words = {
            "activity": coming.activity_name,
            "day": day_month(coming.starts_at),
            "venue": coming.venue_name,
        }
        text = _("%(day)s, %(venue)s.") % words
        if coming.needs_answer:
            text = _("%(day)s, %(venue)s. Not answered yet.") % words
        return NextStep(
            _("Next: %(activity)s.") % words,
            text,
            _url("trainings:session", coming.session_id) if has_permission(user, "trainings.view") else "",
            _("See the session"),
            "info",
            30,
        )
    missing = progress.missing
    text = ngettext(
        "%(count)d activity is missing this year, and there is no invitation.",
        "%(count)d activities are missing this year, and there is no invitation.",
        len(missing),
    ) % {"count": len(missing)}
    url = _url("trainings:sessions") if has_permission(user, "trainings.manage") else ""
    return NextStep(_("No session is planned for this person."), text, url, _("See the sessions"), "warn", 40)


def training_step(participant: Participant, *, user: Any, today: date) -> dict[int, tuple[str, str]]:
    progress = progress_once(participant, today)
    return step_text(progress)


def step_text(progress: Progress) -> dict[int, tuple[str, str]]:
    if not progress.done_count:
        return {}
    words = {"done": progress.done_count, "all": progress.required_count}
    return {int(Step.P2_TRAINING): ("now", _("%(done)d of %(all)d activities") % words)}


# ---------------------------------------------------------------- bazaars of one person


def _applications(participant: Participant, user: Any) -> list[Application]:
    """What the user may see of this person's applications, newest bazaar first."""
    return _once(participant, "applications", lambda: _read_applications(participant, user))


def _read_applications(participant: Participant, user: Any) -> list[Application]:
    seen = Application.objects.visible_to(user)
    return list(
        seen.filter(participant=participant)
        .submitted()
        .select_related("site__bazaar", "allocation__stall")
        .order_by("-site__bazaar__starts_on", "-pk")[:10]
    )


def _stall_of(application: Application) -> str:
    allocation: Allocation | None = getattr(application, "allocation", None)
    if allocation is None or allocation.state == AllocationState.RELEASED:
        return ""
    return allocation.stall.number


def bazaars_panel(participant: Participant, *, user: Any, today: date) -> dict[str, Any] | None:
    applications = _applications(participant, user)
    if not applications:
        return None
    is_self = acts_as_participant(user)
    entries = [e for e in turns.entries_of([participant.pk], before=today) if e.on <= today]
    here: dict[int, list[Entry]] = {}
    for entry in entries:
        here.setdefault(entry.site_id, []).append(entry)
    rows = [_bazaar_row(application, is_self) for application in applications]
    for row, application in zip(rows, applications, strict=True):
        row["turns"] = _turns_at(application, here.get(application.site_id, []))
    count = sum(entry.counts for entry in entries)
    elsewhere = sum(e.counts for e in entries if e.site_id not in {a.site_id for a in applications})
    return {"rows": rows, "turns": staff_words(count), "elsewhere": elsewhere}


def _turns_at(application: Application, entries: Sequence[Entry]) -> tuple[str, str]:
    """(how many turns it cost, why), as the next draw would count it."""
    count = sum(entry.counts for entry in entries)
    if count > 1:
        return str(count), _("stall held, and did not come without excuse")
    if not count and any(entry.why == "excused" for entry in entries):
        return "0", _("excused")
    return str(count), ""


def _bazaar_row(application: Application, is_self: bool) -> dict[str, Any]:
    site, stall = application.site, _stall_of(application)
    row = {
        "name": site.name,
        "when": short_date(site.bazaar.starts_on),
        "product": application.product,
        "url": _url("bazaars:public_draw", site.pk) if site.state in ("frozen", "drawn") else "",
    }
    if stall and application.allocation.state == AllocationState.OFFERED:
        return row | {"tone": "info", "state": _("Stall %(number)s offered") % {"number": stall}}
    if stall:
        return row | {"tone": "ok", "state": _("Stall %(number)s") % {"number": stall}}
    if site.state == "cancelled":
        return row | {"tone": "bad", "state": _("Cancelled")}
    if site.state == "drawn" and hasattr(application, "allocation"):
        words = application.allocation.get_release_kind_display()
        return row | {"tone": "", "state": words, "icon": "slash-circle"}
    if site.state == "drawn":
        return row | {"tone": "", "state": _("No stall this time"), "icon": "slash-circle"}
    return row | {"tone": "info", "state": _("Applied")}


def bazaar_events(participant: Participant, *, user: Any, today: date) -> Iterator[Event]:
    for application in _applications(participant, user):
        name = {"bazaar": application.site.bazaar.name}
        yield Event(application.submitted_at, _("Applied for a stall: %(bazaar)s") % name, "", "info")
        if stall := _stall_of(application):
            yield Event(
                application.allocation.decided_at,
                _("Got stall %(number)s, %(bazaar)s") % {**name, "number": stall},
                _("open draw") if application.allocation.replaces_id is None else _("reserve list"),
                "ok",
            )
        allocation = getattr(application, "allocation", None)
        if allocation is not None and allocation.released_at is not None:
            words = {**name, "what": allocation.get_release_kind_display(), "number": allocation.stall.number}
            text = _("Stall %(number)s, %(bazaar)s: %(what)s") % words
            yield Event(allocation.released_at, text, allocation.release_reason, "")


def bazaar_step(participant: Participant, *, user: Any, today: date) -> dict[int, tuple[str, str]]:
    """A stall that is given is not held yet: marketing is under way."""
    for application in _applications(participant, user):
        if _stall_of(application) and application.site.bazaar.ends_on >= today:
            day = day_month(application.site.bazaar.starts_on)
            return {int(Step.P5_MARKETING): ("now", _("Bazaar %(day)s") % {"day": day})}
    return {}
