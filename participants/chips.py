"""The views above the list with their counts, and the bar of what can be done: ready to print."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache, partial

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from okoce.ui.templatetags.okoce_ui import icon, number
from participants import counters
from participants.bulk import BulkAction
from participants.filters import EVERYBODY, PeopleFilter, fixed_views
from participants.own_list import MOST_SHOWN, OwnList, View
from participants.panels import FixedView
from participants.querysets import ParticipantQuerySet

_CHIP = '<li><a href="{url}"{current}>{label}{count}</a></li>'


def questions(own: OwnList, today: date) -> dict[str, counters.Question]:
    """What each view asks, under the name its count is kept by."""
    asked: dict[str, counters.Question] = {view.code: partial(_fixed, view, today) for view in fixed_views()}
    asked |= {view.code: partial(_saved, view, today) for view in own.views[:MOST_SHOWN]}
    return asked


def _fixed(view: FixedView, today: date, people: ParticipantQuerySet) -> ParticipantQuerySet:
    return people.filter(view.condition(today))


def _saved(view: View, today: date, people: ParticipantQuerySet) -> ParticipantQuerySet:
    return PeopleFilter.read(view.filters).apply(people, today=today)


def address_of(view: View) -> str:
    """The query string of a saved view: all it asks, and that it is this view."""
    asked = {**view.filters, "kolom": ",".join(view.columns), "simpanan": view.uid}
    return PeopleFilter.read(asked).address()


def markup(own: OwnList, counts: Mapping[str, int], chosen: PeopleFilter, base: str) -> SafeString:
    here = ' aria-current="page"'
    everybody = f"{base}?tampilan={EVERYBODY}" if own.opens_with else base
    chips = [_CHIP.format(url=everybody, current="" if chosen.is_set else here, label=_all(), count="")]
    for fixed in fixed_views():
        is_here = chosen.tampilan == fixed.code
        chips.append(_chip(f"{base}?tampilan={fixed.code}", str(fixed.label), counts[fixed.code], is_here))
    for view in own.views[:MOST_SHOWN]:
        is_here = chosen.simpanan == view.uid
        chips.append(_chip(base + escape(address_of(view)), view.name, counts[view.code], is_here))
    if chosen.is_set and not chosen.simpanan:
        url = reverse("participants:view_save") + escape(chosen.address())
        chips.append(f'<li><a href="{url}">{icon("plus-lg")} {escape(_("Save this view"))}</a></li>')
    if own.views:
        url = reverse("participants:views")
        chips.append(f'<li><a href="{url}">{icon("pencil")} {escape(_("Saved views"))}</a></li>')
    return SafeString("".join(chips))


def _all() -> str:
    return escape(pgettext("people", "All"))


def _chip(url: str, label: str, count: int, is_here: bool) -> str:
    shown = number(min(count, counters.VIEW_CAP)) + ("+" if count > counters.VIEW_CAP else "")
    current = ' aria-current="page"' if is_here else ""
    return _CHIP.format(url=url, current=current, label=escape(label), count=f" <b>{shown}</b>")


@lru_cache(maxsize=64)
def bulk_bar(actions: tuple[BulkAction, ...], language: str) -> SafeString:
    return render_to_string("participants/bulk_bar.html", {"actions": actions})
