"""One page of the participants list as plain values, ready to print.

The page is the portal's most used one: no model objects, no query, address, date filter or include inside
the loop
of the template. What repeats (steps, states, dates) is rendered once and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection
from django.template.loader import render_to_string
from django.utils import formats
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from participants import areas
from participants.enums import Status
from participants.panels import RowFacts, row_facts

COLUMNS = (
    "pk",
    "number",
    "full_name",
    "name_key",
    "kelurahan_id",
    "status",
    "is_outside_dki",
    "registered_on",
    "phone_lookup",
)

_DETAILS = """
SELECT p.id,
       (SELECT b.name FROM participants_business b WHERE b.participant_id = p.id ORDER BY b.id LIMIT 1),
       (SELECT bit_or(1 << (s.step - 1)) FROM participants_stepreached s WHERE s.participant_id = p.id)
FROM unnest(%s::bigint[]) AS p(id)
"""


# Here and not in the template: fifty rows are most of the page, and a template renders them six times slower.
_ROW = (
    '<tr role="row"{edge}><th scope="row" role="rowheader">'
    '<a class="text-nowrap" href="{base}{number}/">{name}</a><span class="sub oo-num">{number}</span></th>'
    '<td role="cell" data-l="{l_business}"><span>{business}<span class="sub">{place}</span></span></td>'
    '<td role="cell" data-l="{l_training}">{activities}</td>'
    '<td role="cell" data-l="7 PAS"><span>{steps}</span></td>'
    '<td role="cell" data-l="{l_present}">{present}</td>'
    '<td role="cell" data-l="{l_state}"><span>{state}</span></td></tr>\n'
)


@dataclass(frozen=True, slots=True)
class Row:
    number: str
    name: str
    business: str
    place: str
    activities: str
    steps: SafeString
    present: str
    state: SafeString
    edge: str


def markup(rows: Iterable[Row], base: str) -> SafeString:
    """The rows as they stand in templates/participants/table.html; ``base`` is the address of the list."""
    labels = {
        "l_business": escape(_("Business")),
        "l_training": escape(_("Training")),
        "l_present": escape(_("Last present")),
        "l_state": escape(_("State")),
    }
    return SafeString(
        "".join(
            _ROW.format(
                edge=f' class="{row.edge}"' if row.edge else "",
                base=base,
                number=row.number,
                name=escape(row.name),
                business=escape(row.business),
                place=escape(row.place),
                activities=row.activities,
                steps=row.steps,
                present=row.present,
                state=row.state,
                **labels,
            )
            for row in rows
        )
    )


def rows_of(found: Sequence[dict[str, Any]], *, today: date) -> list[Row]:
    """The rows of one page; ``found`` are dictionaries with COLUMNS.

    Two queries, whatever the number of rows.
    """
    ids = [row["pk"] for row in found]
    details, facts = _details(ids), row_facts(ids, today)
    language, names, nothing = get_language() or "id", areas.area_names(), RowFacts()
    rows = []
    for row in found:
        business, mask = details.get(row["pk"], ("", 0))
        fact = facts.get(row["pk"], nothing)
        kind, edge = _state_of(row, fact)
        rows.append(
            Row(
                number=row["number"],
                name=row["full_name"],
                business=business or "",
                place=names.get(row["kelurahan_id"], ""),
                activities=_activities(fact.activities_done, language),
                steps=_strip(mask or 0, fact.activities_done or 0, language),
                present=_day(fact.last_present_on, today.year, language),
                state=_state(kind, fact.label, fact.tone, fact.icon, language),
                edge=edge,
            )
        )
    return rows


def _details(ids: Iterable[int]) -> dict[int, tuple[str, int]]:
    """First business and reached steps (bit 0 is P1) of a page of people."""
    ids = list(ids)
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_DETAILS, [ids])
        return {pk: (name or "", mask or 0) for pk, name, mask in cursor.fetchall()}


def _state_of(row: dict[str, Any], fact: RowFacts) -> tuple[str, str]:
    """What stands in the way with this person first, else where they are; and the edge of the row."""
    if row["status"] != Status.ACTIVE:
        return row["status"], ""
    if row["is_outside_dki"]:
        return "outside", "is-warn"
    if row["phone_lookup"] is None:
        return "no_phone", "is-warn"
    return ("fact", "") if fact.label else ("active", "")


@lru_cache(maxsize=1024)
def _strip(mask: int, activities: int, language: str) -> SafeString:
    """The seven boxes. P2 is under way from the first activity until the step is reached."""
    states = ["done" if mask >> bit & 1 else "" for bit in range(7)]
    if activities and not states[1]:
        states[1] = "now"
    done, now = states.count("done"), states.count("now")
    summary = (
        _("%(done)d done, %(now)d under way") % {"done": done, "now": now} if now else _("%d done") % done
    )
    return render_to_string("components/pas.html", {"states": states, "summary": summary})


@lru_cache(maxsize=256)
def _state(kind: str, label: str, tone: str, icon: str, language: str) -> SafeString:
    if kind in Status.values and kind != Status.ACTIVE:
        label, tone, icon = str(Status(kind).label), "", ""
    elif kind != "fact":
        label, tone, icon = {
            "outside": (_("Outside Jakarta"), "warn", ""),
            "no_phone": (_("No phone number"), "warn", "telephone"),
            "active": (_("Active"), "ok", ""),
        }[kind]
    return render_to_string("components/tag.html", {"label": label, "tone": tone, "icon_name": icon})


@lru_cache(maxsize=8)
def _activities_words(done: int, language: str) -> str:
    return _("%(done)d of 3") % {"done": done}


def _activities(done: int | None, language: str) -> str:
    return "-" if done is None else _activities_words(done, language)


@lru_cache(maxsize=1024)
def _day(day: date | None, year: int, language: str) -> str:
    if day is None:
        return "-"
    return formats.date_format(day, "DAY_MONTH_FORMAT" if day.year == year else "SHORT_DATE_FORMAT")
