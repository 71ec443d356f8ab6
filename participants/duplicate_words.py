"""What the pages say about two rows that may be one person."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from participants.duplicates import Reason
from participants.services.merging import Why

LIKELY = 80  # from here on the two are called very likely one person


def reasons(codes: list[str]) -> list[str]:
    """Why, in the order of weight; what speaks against it last."""
    words: dict[str, str] = {
        Reason.NAME_SAME: _("same name"),
        Reason.NAME_NEAR: _("name nearly the same"),
        Reason.NAME_PART: _("part of the name is the same"),
        Reason.BIRTH_SAME: _("same birth date"),
        Reason.BIRTH_SWAPPED: _("day and month of birth changed about"),
        Reason.BIRTH_NEAR: _("birth date differs in one digit"),
        Reason.PHONE: _("same phone number"),
        Reason.KK: _("same family card"),
        Reason.NIK_NEAR: _("NIK differs in one digit or two that changed places"),
        Reason.SEX_DIFFERS: _("but another sex"),
    }
    return [words[code] for code in codes if code in words]


def certainty(score: int) -> tuple[str, str]:
    """Words and tone for a score."""
    if score >= LIKELY:
        return _("Very likely"), "bad"
    return (_("Possible"), "warn") if score else (_("Chosen by an officer"), "info")


def refusal(why: Why, number: str = "") -> str:
    words: dict[Why, Any] = {
        Why.SAME_ROW: _("This is the same entry. Choose another participant to compare it with."),
        Why.MERGED_ALREADY: _("%(number)s has been joined to another entry meanwhile. Open it to see."),
        Why.ERASED: _("The data of %(number)s were erased on request. There is nothing to join."),
        Why.CHANGED: _(
            "Somebody changed the data of %(number)s after you opened this page. Compare again, then save."
        ),
        Why.TOO_LATE: _(
            "Thirty days have passed, so this cannot be taken back. Ask the office above yours what to do."
        ),
        Why.UNDONE_ALREADY: _("This has been taken back already."),
        Why.LATER_FIRST: _(
            "Another entry was joined to this person later. Take that one back first, then this one."
        ),
    }
    return str(words[why]) % {"number": number}
