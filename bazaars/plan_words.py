"""What stands on a plan and what changed on it, in words: the list, the letters on a stall, versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bazaars.models import PlanVersion, Stall
from bazaars.plan import (
    DrawnPlan,
    PlacedStall,
    Zone,
    drawn_plan,
    even_plan,
    number_ranges,
    zone_letter,
)
from bazaars.words import outside_words


def marks(stall: Stall) -> str:
    """One letter for each fact, as the legend below the plan explains them."""
    letters = [
        (stall.has_power, pgettext("on a stall: power", "P")),
        (stall.has_water, pgettext("on a stall: water", "W")),
        (stall.is_shaded, pgettext("on a stall: shade", "S")),
        (stall.is_corner, pgettext("on a stall: corner", "C")),
    ]
    return " ".join(letter for holds, letter in letters if holds)


def legend() -> list[tuple[str, str]]:
    return [
        (pgettext("on a stall: power", "P"), _("power")),
        (pgettext("on a stall: water", "W"), _("water")),
        (pgettext("on a stall: shade", "S"), _("shade")),
        (pgettext("on a stall: corner", "C"), _("corner")),
    ]


def facts(stall: Stall, shares_with: str = "") -> list[str]:
    """The same in words, with the other half of its tent and its size where it is larger than one cell."""
    found = [
        (stall.has_power, _("power")),
        (stall.has_water, _("water")),
        (stall.is_shaded, _("shade")),
        (stall.is_corner, _("corner")),
        (bool(shares_with), _("tent shared with %(number)s") % {"number": shares_with}),
        (
            (stall.width, stall.depth) != (1, 1),
            _("%(width)s by %(depth)s cells") % {"width": stall.width, "depth": stall.depth},
        ),
    ]
    return [words for holds, words in found if holds]


def tent_mates(stalls: Sequence[Stall]) -> dict[int, str]:
    """Key of a stall → the number of the one under the same roof."""
    tents: dict[int, list[Stall]] = {}
    for stall in stalls:
        if stall.tent is not None:
            tents.setdefault(stall.tent, []).append(stall)
    return {
        stall.pk: next(other.number for other in pair if other is not stall)
        for pair in tents.values()
        if len(pair) == 2
        for stall in pair
    }


def what_changed(what: Mapping[str, Any]) -> list[str]:
    """One sentence for each thing that a version changed."""
    sentences = []
    if what.get("begun"):
        sentences.append(_("The plan as it stood before its first kept change"))
    if number := what.get("restored"):
        sentences.append(_("Went back to version %(number)s") % {"number": number})
    if source := what.get("copied"):
        sentences.append(_("Taken over from %(place)s") % {"place": source})
    for deed, words in (
        ("added", _("Added: %(numbers)s")),
        ("removed", _("Removed: %(numbers)s")),
        ("moved", _("Moved: %(numbers)s")),
        ("changed", _("Changed: %(numbers)s")),
    ):
        if numbers := what.get(deed):
            sentences.append(words % {"numbers": _listed(numbers)})
    match what.get("photo"):
        case "added":
            sentences.append(_("Put a picture below the plan"))
        case "dropped":
            sentences.append(_("Took the picture away"))
    return sentences or [_("Changed the entrance or the grid of the picture")]


def _listed(numbers: Sequence[str]) -> str:
    ranges = number_ranges(numbers)
    if len(ranges) <= 8:
        return ", ".join(ranges)
    rest = len(ranges) - 8
    more = ngettext("and %(count)s more", "and %(count)s more", rest) % {"count": rest}
    return f"{', '.join(ranges[:8])} {more}"


def drawn_version(version: PlanVersion) -> DrawnPlan:
    """The plan as a version kept it, without vendors."""
    placed = [_placed(Stall(**facts)) for facts in version.stalls]
    if version.photo_id is not None:
        return even_plan(placed, rows=version.rows, columns=version.columns)
    zones: dict[str, list[PlacedStall]] = {}
    for stall in placed:
        zones.setdefault(zone_letter(stall.number), []).append(stall)
    return drawn_plan([Zone(letter, "", tuple(some), letter) for letter, some in sorted(zones.items())])


def _placed(stall: Stall) -> PlacedStall:
    kind, words, title = "free", _("Empty"), _("Empty")
    if not stall.is_in_draw:
        kind, (words, title) = "o", outside_words(stall.kind, stall.label)
    return PlacedStall(
        stall.number,
        stall.row,
        stall.column,
        kind,
        words,
        f"{stall.number}: {title}",
        width=stall.width,
        depth=stall.depth,
        marks=marks(stall),
        tent=stall.tent,
    )
