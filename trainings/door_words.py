"""What the page at the door says: of each scan, and of itself. Sentences, never pieces of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from trainings import rules
from trainings.enums import ScanResult
from trainings.models import AttendanceScan, TrainingSession

GOOD = (ScanResult.ACCEPTED, ScanResult.LEFT, ScanResult.BACK)
MILD = (ScanResult.DUPLICATE, ScanResult.UNDONE, ScanResult.NOTHING)


def tone_of(result: str) -> str:
    if result in GOOD:
        return "ok"
    return "warn" if result in MILD else "bad"


def sentence_of(scan: AttendanceScan, session: TrainingSession, *, name: str, shows_elsewhere: bool) -> str:
    """``name``: empty when the person who scans may not know it."""
    said = {"name": name or _("This person"), "clock": rules.clock(scan.happened_at)}
    if scan.result == ScanResult.ELSEWHERE and scan.elsewhere is not None and shows_elsewhere:
        other = scan.elsewhere
        return _(
            "%(name)s has a seat in another session: "
            "%(activity)s, kecamatan %(kecamatan)s, %(day)s %(hours)s."
        ) % {
            **said,
            "activity": other.activity.label,
            "kecamatan": other.kecamatan.name,
            "day": rules.long_day(other.starts_at),
            "hours": rules.hours(other.starts_at, other.ends_at),
        }
    return _sentences()[ScanResult(scan.result)] % {
        **said,
        "day": rules.long_day(session.starts_at),
        "capacity": session.capacity,
    }


def _sentences() -> dict[ScanResult, str]:
    return {
        ScanResult.ACCEPTED: _("%(name)s is present, %(clock)s."),
        ScanResult.LEFT: _("%(name)s left, %(clock)s."),
        ScanResult.BACK: _("%(name)s came back, %(clock)s."),
        ScanResult.UNDONE: _("%(name)s is not present."),
        ScanResult.NOTHING: _("%(name)s: taken back, nothing was counted."),
        ScanResult.DUPLICATE: _("%(name)s was recorded before. Nothing more is counted."),
        ScanResult.NOT_BOOKED: _(
            "%(name)s is not on the list of this session. Admit the person without a seat, if one is free."
        ),
        ScanResult.ELSEWHERE: _("%(name)s has a seat in another session. See the participant's page."),
        ScanResult.TOO_EARLY: _("Attendance can be taken from the day of the session on: %(day)s."),
        ScanResult.CANCELLED: _("This session was cancelled. Send people home with the new date."),
        ScanResult.FULL: _(
            "All %(capacity)s seats are taken. Give %(name)s a place in the next session of this activity."
        ),
        ScanResult.NOT_ELIGIBLE: _("%(name)s may not take this activity."),
        ScanResult.UNKNOWN: _("This is not a card of the programme. Search by number or name."),
        ScanResult.REVOKED: _(
            "This card was withdrawn, a newer one exists. Ask for it, or search by number or name."
        ),
        ScanResult.CERTIFIED: _(
            "%(name)s has the certificate of this year already. Nothing more is counted."
        ),
        ScanResult.OTHER_PERSON: _("Noted: the card is not this person's. %(name)s is not present."),
        ScanResult.CLOSED: _("The list is closed. The kecamatan office can still correct it."),
        ScanResult.OLD_CODE: _("The code is old or wrong. Read the one that stands on the wall now."),
        ScanResult.NOT_IN: _("%(name)s was not recorded as present, so nobody left."),
    }


def texts() -> dict[str, Any]:
    """What stands on the page itself."""
    return {
        "heading": _("Attendance at the door"),
        "unit": _("At the door"),
        "without_scripts": _(
            "Scanning needs JavaScript. The ordinary attendance list and the printed sheet work without it."
        ),
        "people": _("People of this session"),
        "back": _("To the ordinary attendance list"),
    }


def for_the_page() -> dict[str, Any]:
    """Words the page needs while nobody answers. %s is filled in by the page."""
    return {
        "present": _("%s is present"),
        "again": _("%s was recorded before"),
        "again_text": _("Nothing more is counted."),
        "left": _("%s left"),
        "back": _("%s came back"),
        "not_in": _("%s was not recorded as present"),
        "unknown": _("This card is not on the list"),
        "unknown_text": _("It is noted. The full answer comes when there is a connection."),
        "no_card": _("This is not a participant card"),
        "no_card_text": _("Search by number or name."),
        "early": _("Not yet"),
        "early_text": _("Attendance begins on the day of the session."),
        "undone": _("%s is not present"),
        "not_theirs": _("Noted: the card is not this person's"),
        "recorded": _("Recorded %s."),
        "waits": _("Recorded on this phone %s. It is sent when there is a connection."),
        "all_sent": _("Everything is sent"),
        "unsent_one": _("1 not sent yet"),
        "unsent_many": _("%s not sent yet"),
        "sending": _("Sending"),
        "offline": _("No connection"),
        "online": _("Connected"),
        "signed_out": _(
            "You were signed out. Nothing is lost: sign in again and everything that waits here is sent."
        ),
        "sign_in": _("Sign in"),
        "other_owner": _(
            "What waits on this phone was recorded by %s and is sent when that person signs in here."
        ),
        "refused": _("The portal did not accept this: try again, or write it on the printed sheet."),
        "gone": _("This session is not in your area, or your role takes no attendance."),
        "no_session": _(
            "No session is chosen. Open the attendance list of a session and press “Scan cards” there."
        ),
        "nothing_kept": _(
            "This session is not kept on this phone. Open this page once while there is a connection."
        ),
        "not_possible": _(
            "This browser cannot keep the list. Use the ordinary attendance list, or the printed sheet."
        ),
        "present_of": _("%s present of %s"),
        "mark": _("Present"),
        "leave": pgettext("button", "Left"),
        "undo": _("Undo"),
        "not_the_person": _("Not this person's card"),
        "present_at": _("Present %s"),
        "nobody": _("Nobody found on the list"),
        "everybody": _("Everybody is present"),
        "nobody_yet": _("Nobody is present yet"),
        "show_more": _("Show all"),
        "camera_on": _("Scan cards"),
        "camera_off": _("Stop the camera"),
        "camera_refused": _(
            "The camera cannot be used. Allow it in the browser's settings, or search by number or name."
        ),
        "look": _("Hold the code of the card before the camera"),
        "admit": _("Admit without a seat"),
        "day_over": _("The day of this session is over: its list was wiped from this phone."),
        "kept_until": _("The list is wiped from this phone when the day ends or you sign out."),
    }
