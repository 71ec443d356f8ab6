"""How a deed on many people is told: its heading, and why somebody was left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import ngettext

from okoce.accounts.models import User
from okoce.organisations.models import Organisation
from okoce.ui.templatetags.okoce_ui import long_date, number
from participants import bulk
from participants.models import BulkDeed
from participants.services import assigning


def reason(code: str, count: int) -> str:
    """Why so many people are left out."""
    said = {
        assigning.NOT_ACTIVE: ngettext(
            "%(count)s person is not active any more (moved away, withdrawn or died).",
            "%(count)s people are not active any more (moved away, withdrawn or died).",
            count,
        ),
        assigning.ALREADY: ngettext(
            "%(count)s person has this already.", "%(count)s people have this already.", count
        ),
        assigning.NOT_FOSTERED: ngettext(
            "%(count)s person is not with this agency.", "%(count)s people are not with this agency.", count
        ),
        assigning.BEGAN_LATER: ngettext(
            "%(count)s person came to this agency only later.",
            "%(count)s people came to this agency only later.",
            count,
        ),
        "too_many": ngettext(
            "%(count)s person is beyond what one turn can do. Take them in another turn.",
            "%(count)s people are beyond what one turn can do. Take them in another turn.",
            count,
        ),
    }
    return (said.get(code) or "%(count)s: " + code) % {"count": number(count)}


def heading(deed: BulkDeed) -> str:
    if (words := bulk.words_for(deed.action)) is not None:
        return str(words(deed)["heading"])
    said = {"count": number(deed.done_count), **_names(deed)}
    if deed.action == assigning.AGENCY:
        text = ngettext(
            "%(count)s participant is with %(agency)s from %(day)s on",
            "%(count)s participants are with %(agency)s from %(day)s on",
            deed.done_count,
        )
    elif deed.action == assigning.AGENCY_ENDS:
        text = ngettext(
            "%(count)s participant was with %(agency)s until %(day)s",
            "%(count)s participants were with %(agency)s until %(day)s",
            deed.done_count,
        )
    else:
        text = ngettext(
            "%(count)s participant has %(mentor)s as mentor from %(day)s on",
            "%(count)s participants have %(mentor)s as mentor from %(day)s on",
            deed.done_count,
        )
    return text % said


def _names(deed: BulkDeed) -> dict[str, str]:
    names = {}
    if code := deed.params.get("organisation"):
        found = Organisation.objects.filter(pk=code).values_list("short_name", flat=True).first()
        names["agency"] = found or code
    if pk := deed.params.get("mentor"):
        names["mentor"] = User.objects.filter(pk=pk).values_list("full_name", flat=True).first() or "-"
    if day := deed.params.get("day"):
        names["day"] = long_date(date.fromisoformat(day))
    return names


def left_out(
    reasons: Mapping[str, Any],
    people: Mapping[int, tuple[str, str]],
    *,
    words: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Each reason in a sentence, with the people the reader may see. ``people``: id → (number, name)."""
    told = []
    for code, entry in reasons.items():
        count, ids = _counted(entry)
        told.append(
            {
                "text": (words or {}).get(code) or reason(code, count),
                "people": [{"number": people[pk][0], "name": people[pk][1]} for pk in ids if pk in people],
                "count": count,
            }
        )
    return told


def ids_of(reasons: Mapping[str, Any]) -> list[int]:
    return [pk for entry in reasons.values() for pk in _counted(entry)[1]]


def _counted(entry: Any) -> tuple[int, Iterable[int]]:
    """Of a plan (a list of ids) or of a kept deed (how many, and the first ids)."""
    if isinstance(entry, dict):
        return entry["count"], entry["ids"]
    return len(entry), entry[: assigning.SHOWN_LEFT_OUT]
