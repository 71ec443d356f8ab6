"""What the page at the entrance of a bazaar says: those of the door of sessions, where they differ."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from bazaars.enums import ScanResult
from trainings import door_words

# What static/js/door.js understands.
RESULTS = {
    ScanResult.THERE: "accepted",
    ScanResult.RESERVE: "accepted",
    ScanResult.AGAIN: "duplicate",
    ScanResult.UNDONE: "undone",
    ScanResult.NOTHING: "nothing",
    ScanResult.NO_STALL: "not_eligible",
    ScanResult.REVOKED: "revoked",
    ScanResult.UNKNOWN: "unknown",
    ScanResult.NOT_TODAY: "too_early",
}
GOOD = (ScanResult.THERE, ScanResult.RESERVE)
MILD = (ScanResult.AGAIN, ScanResult.UNDONE, ScanResult.NOTHING)


def tone_of(result: str) -> str:
    if result in GOOD:
        return "ok"
    return "warn" if result in MILD else "bad"


def sentence_of(result: str, name: str) -> str:
    """``name``: empty when the person did not apply here."""
    said = {"name": name or _("This person")}
    return {
        ScanResult.THERE: _("%(name)s is there."),
        ScanResult.RESERVE: _("%(name)s is there and waits for an empty stall."),
        ScanResult.AGAIN: _("%(name)s was noted before. Nothing more is counted."),
        ScanResult.UNDONE: _("%(name)s is not noted as there any more."),
        ScanResult.NOTHING: _("%(name)s: taken back, nothing was counted."),
        ScanResult.NO_STALL: _("%(name)s did not apply for this place."),
        ScanResult.REVOKED: _(
            "This card was withdrawn, a newer one exists. Ask for it, or search by number or name."
        ),
        ScanResult.UNKNOWN: _("This is not a card of the programme. Search by number or name."),
        ScanResult.NOT_TODAY: _("The bazaar was not on that day: nothing was noted."),
    }[ScanResult(result)] % said


def texts() -> dict[str, Any]:
    return {
        "heading": _("Arrivals at the bazaar"),
        "unit": _("At the entrance"),
        "without_scripts": _("Scanning needs JavaScript. The ordinary page of the day works without it."),
        "people": _("Vendors and reserves of this place"),
        "back": _("To the ordinary page of the day"),
    }


def for_the_page() -> dict[str, Any]:
    """Words the page needs while nobody answers. %s is filled in by the page."""
    return door_words.for_the_page() | {
        "present": _("%s is there"),
        "early_text": _("Arrivals are noted from the day of the bazaar on."),
        "refused": _("The portal did not accept this: try again, or write it on paper."),
        "gone": _("This place is not in your area, or your role notes no arrivals."),
        "no_session": _("No place is chosen. Open the day of a bazaar and press “Scan with the phone”."),
        "nothing_kept": _(
            "The vendors of this day are not kept on this phone. Open this page once while there is a "
            "connection."
        ),
        "not_possible": _("This browser cannot keep the list. Use the ordinary page of the day."),
        "present_of": _("%s there of %s"),
        "mark": _("Is there"),
        "present_at": _("There since %s"),
        "everybody": _("Everybody is there"),
        "nobody_yet": _("Nobody is there yet"),
        "day_over": _("This day of the bazaar is over: its list was wiped from this phone."),
    }
