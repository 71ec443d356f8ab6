"""What a participant reads about themselves: the next thing, the bazaars, what is missing, the mentor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bazaars import turns
from bazaars.enums import AllocationState
from bazaars.models import Allocation, Application, Site
from okoce.db.models import valid_on
from okoce.ui.templatetags.okoce_ui import clock, day_month, full_date, long_date
from participants.enums import Purpose
from participants.models import Participant
from trainings.progress import BookedSession, Progress

SHOWN_AFTER = timedelta(days=30)  # a bazaar's result stays this long after its last day


@dataclass(frozen=True)
class NextThing:
    """One card with one button. ``lines``: when and where."""

    title: str
    lines: tuple[str, ...]
    url: str = ""
    label: str = ""
    other_url: str = ""
    other_label: str = ""


@dataclass(frozen=True)
class Turns:
    """How many turns somebody had, and that refusing costs none."""

    title: str
    text: str


@dataclass(frozen=True)
class BazaarCard:
    title: str
    tone: str
    state: str
    lines: tuple[str, ...]
    url: str = ""
    label: str = ""
    is_call: bool = False
    waits: bool = False


def near(at: datetime, today: date) -> str:
    """Today 09.00, tomorrow 09.00, or 12 Aug 09.00."""
    starts = timezone.localtime(at)
    days = (starts.date() - today).days
    if days == 0:
        return _("Today %(time)s") % {"time": clock(at)}
    if days == 1:
        return _("Tomorrow %(time)s") % {"time": clock(at)}
    return f"{day_month(at)}, {clock(at)}"


def _with_hours(day: str, starts: Any, ends: Any) -> SafeString:
    """The day, then the hours on one line: nobody reads a time that is cut in two."""
    return format_html('{}, <span class="text-nowrap">{}-{}</span>', day, clock(starts), clock(ends))


def next_thing(progress: Progress, bazaars: list[BazaarCard], *, today: date) -> NextThing:
    """What somebody should do now: answer for a stall, come to a session, apply for one, or wait."""
    if stall := next((card for card in bazaars if card.waits), None):
        return NextThing(stall.title, stall.lines, stall.url, stall.label)
    if (session := progress.next_session) is not None:
        return _come(session, today)
    if call := next((card for card in bazaars if card.is_call), None):
        return NextThing(call.title, call.lines, call.url, call.label)
    if (activity := next((a for a in progress.missing if a.waiting), None)) and activity.waiting:
        words = {
            "name": activity.name,
            "day": day_month(activity.waiting.since),
            "place": activity.waiting.area_name,
        }
        return NextThing(
            _("You wait for a seat: %(name)s") % words,
            (_("In line since %(day)s, %(place)s. We tell you as soon as a seat is free.") % words,),
            reverse("trainings:own_waits"),
            _("See what I wait for"),
        )
    if progress.missing:
        return NextThing(
            _("Find a session for: %(name)s") % {"name": progress.missing[0].name},
            (_("The kecamatan office invites you. You can see which dates are planned."),),
            reverse("trainings:schedule"),
            _("See the schedule"),
        )
    return NextThing(
        _("All three activities are done. Well done!"),
        (_("You may now apply for a stall at the bazaars of your city."),),
        reverse("bazaars:public"),
        _("See the bazaars"),
    )


def _come(session: BookedSession, today: date) -> NextThing:
    words = {"position": session.activity_position, "name": session.activity_name}
    days = (timezone.localtime(session.starts_at).date() - today).days
    day = long_date(session.starts_at)
    if days == 0:
        day = _("Today, %(day)s") % {"day": day}
    elif days == 1:
        day = _("Tomorrow, %(day)s") % {"day": day}
    when = _with_hours(day, session.starts_at, session.ends_at)
    where = ", ".join(filter(None, (session.venue_name, session.venue_address or session.kecamatan_name)))
    title = _("Come to activity %(position)s: %(name)s") % words
    move = reverse("trainings:move", args=[session.session_id])
    if session.needs_answer:
        lines: tuple[str, ...] = (when, where)
        if session.answer_by is not None:
            until = {"day": day_month(session.answer_by), "clock": clock(session.answer_by)}
            lines += (_("A free seat was offered to you. Answer until %(day)s, %(clock)s.") % until,)
        return NextThing(
            title, lines, session.answer_url, _("Say whether you come"), move, _("Move to another session")
        )
    if days == 0:
        here = reverse("trainings:check_in")
        return NextThing(title, (when, where), here, _("I am here"), move, _("Move to another session"))
    return NextThing(
        title,
        (when, where, _("You have said that you come.")),
        session.answer_url,
        _("My seat"),
        move,
        _("Move to another session"),
    )


def bazaars_of(participant: Participant, *, user: Any, now: datetime) -> list[BazaarCard]:
    """Own applications with their result, then the open call that is nearest. Two queries."""
    today = timezone.localtime(now).date()
    mine = Application.objects.visible_to(user).filter(participant=participant).submitted()
    shown = (
        mine.filter(site__bazaar__ends_on__gte=today - SHOWN_AFTER)
        .select_related("site__bazaar", "site__kecamatan", "allocation__stall")
        .order_by("site__bazaar__starts_on", "pk")[:4]
    )
    found = [_result(application, today=today) for application in shown]
    call = (
        Site.objects.public()
        .open_at(now)
        .filter(~Exists(mine.filter(site=OuterRef("pk"))), bazaar__city_id=participant.city_id)
        .select_related("bazaar", "kecamatan")
        .order_by("applications_close_at", "pk")
        .first()
    )
    if call is not None:
        found.append(_call(call))
    return found


def _when(site: Site) -> str:
    bazaar = site.bazaar
    days = full_date(bazaar.starts_on)
    if bazaar.ends_on != bazaar.starts_on:
        is_one_month = (bazaar.starts_on.year, bazaar.starts_on.month) == (
            bazaar.ends_on.year,
            bazaar.ends_on.month,
        )
        first = str(bazaar.starts_on.day) if is_one_month else day_month(bazaar.starts_on)
        days = f"{first}-{full_date(bazaar.ends_on)}"
    return _with_hours(days, bazaar.opens_at, bazaar.closes_at)


def _result(application: Application, *, today: date) -> BazaarCard:
    site = application.site
    url, lines = reverse("bazaars:result", args=[site.pk]), (site.name, _when(site))
    allocation = getattr(application, "allocation", None)
    if allocation is not None and allocation.is_held:
        return _stall(allocation, lines, url, today=today)
    if allocation is not None and site.state == "drawn":
        return BazaarCard(site.bazaar.name, "", _("No stall any more"), lines, url, _("Read the reason"))
    if site.state == "drawn":
        return BazaarCard(site.bazaar.name, "", _("No stall this time"), lines, url, _("Read the reason"))
    if site.state == "frozen":
        return BazaarCard(
            site.bazaar.name, "warn", _("Waiting for the draw"), lines, url, _("See my application")
        )
    if site.state == "cancelled":
        return BazaarCard(site.bazaar.name, "bad", _("Cancelled"), lines)
    return BazaarCard(
        site.bazaar.name, "info", _("Application received"), lines, url, _("See my application")
    )


def _stall(allocation: Allocation, lines: tuple[str, ...], url: str, *, today: date) -> BazaarCard:
    """The own stall; before the bazaar it says whether it still has to be confirmed, and until when."""
    title = _("Your bazaar stall: %(number)s") % {"number": allocation.stall.number}
    if allocation.is_unanswered and allocation.days.lower >= today:
        if (until := allocation.answer_by) is not None:
            words = {"day": day_month(until), "clock": clock(until)}
            lines += (_("Confirm until %(day)s, %(clock)s, else it goes to the next.") % words,)
        if allocation.state == AllocationState.OFFERED:
            title = _("A stall is offered to you: %(number)s") % {"number": allocation.stall.number}
        return BazaarCard(
            title, "warn", _("Not confirmed yet"), lines, url, _("Say whether you come"), waits=True
        )
    return BazaarCard(title, "ok", _("Stall given"), lines, url, _("Why I got a stall"))


def turns_of(participant: Participant, *, today: date) -> Turns:
    """Two queries."""
    text = _("Whoever has had fewer goes first in the draw. Refusing a stall, also today, costs no turn.")
    return Turns(turns.count_words(turns.count_of(participant.pk, today=today)), text)


def _call(site: Site) -> BazaarCard:
    close = _("Apply until %(day)s.") % {"day": day_month(site.applications_close_at)}
    return BazaarCard(
        site.bazaar.name,
        "ok",
        _("Open for applications"),
        (site.name, _when(site), close),
        reverse("bazaars:apply", args=[site.pk]),
        _("Apply for a stall"),
        is_call=True,
    )


def certificate_of(participant: Participant, progress: Progress) -> dict[str, str] | None:
    """The certificate of this year, or that it can be made now; None before the year is complete."""
    held = participant.certificates.filter(year=progress.year).first()
    if held is None and not progress.is_complete:
        return None
    if held is None:
        text = _("You have completed %(year)s. See whether your name is right, then make it.")
        return {
            "state": _("Ready to be made"),
            "tone": "warn",
            "text": text % {"year": progress.year},
            "label": _("Make my certificate"),
        }
    if held.revoked_at is not None:
        text = _("It is not valid any more. Ask at the kecamatan office what has to be mended.")
        return {"state": _("Withdrawn"), "tone": "bad", "text": text, "label": _("See my certificate")}
    text = _("Number %(number)s. You can open and print it at any time.") % {"number": held.number}
    return {"state": _("Valid"), "tone": "ok", "text": text, "label": _("See my certificate")}


def missing_of(participant: Participant, progress: Progress) -> list[dict[str, str]]:
    """What is not there yet, and who can mend it."""
    found = [
        {
            "title": _("Activity %(position)s: %(name)s") % {"position": a.position, "name": a.name},
            "text": _(
                "You have no seat yet. The kecamatan office invites you, or get in line for the next one."
            )
            if a.reachable
            else _("No session yet. The kecamatan office invites you."),
        }
        for a in progress.missing
        if a.booking is None and a.waiting is None
    ]
    if not participant.businesses.exists():
        found.append(
            {
                "title": _("Your business"),
                "text": _("It is not recorded. Tell the kecamatan office its name and what you sell."),
            }
        )
    newest = participant.consents.filter(purpose=Purpose.MESSAGES).first()
    if newest is not None and not newest.is_given:
        found.append(
            {
                "title": _("Reminders"),
                "text": _("You get no messages, as you wished. Tell the kecamatan office if you want them."),
            }
        )
    return found


def mentor_of(participant: Participant, *, today: date) -> str:
    """The name of the present mentor; empty when there is none."""
    assignment = participant.mentor_assignments.filter(valid_on(today)).select_related("mentor").first()
    return assignment.mentor.full_name if assignment else ""
