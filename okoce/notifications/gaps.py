"""The gaps that a text of a kind may have, and what they mean. What is not described here does not exist: so
no text can hold a NIK, an amount or an address, however it is written.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.notifications import safety, texts
from okoce.notifications.enums import Channel
from okoce.notifications.kinds import Kind

COMMON: Final[Mapping[str, Any]] = {
    "name": gettext_lazy("Name of the person"),
    "number": gettext_lazy("Number of the person in the programme"),
}

# In a typed text, beyond what okoce.notifications.safety finds in every message.
_AMOUNTS = re.compile(
    r"(?<![\d.])\d{1,3}(?:[.,]\d{3})+(?![\d.])|\b\d[\d.,]*\s?(?:ribu|rb|juta|jt|miliar|million)\b",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"\d(?:[ .\-/]?\d){8,}")
_STREETS = re.compile(r"\b(?:jalan|jl\.?|gang|gg\.?)\s+[^\n,]{2,60}?\b(?:no|nomor)\b\W{0,2}\d", re.IGNORECASE)


def names(kind: Kind, channel: str) -> frozenset[str]:
    meant = {name for name, _words in meanings(kind)}
    return frozenset(meant - set(kind.personal) if channel == texts.GROUP else meant)


def required(kind: Kind, channel: str) -> tuple[str, ...]:
    if channel == Channel.PUSH:
        return ()  # one line on a screen; touching it opens the page
    if channel == texts.LINE:
        return tuple(name for name in kind.required if name.endswith("_link"))
    if channel == texts.GROUP:
        return tuple(name for name in kind.required if name not in kind.personal)
    return kind.required


def meanings(kind: Kind) -> Iterable[tuple[str, Any]]:
    """A time is also there as its day and its hour, a path only as a whole link."""
    described = kind.gaps or {_typed(name): "" for name in kind.sample}  # a kind that explains nothing
    for name, words in {**COMMON, **described}.items():
        value = texts.moment(name, kind.sample.get(name))
        if name in safety.FORBIDDEN_KEYS:
            continue
        yield name, words
        if isinstance(value, datetime.datetime):
            yield f"{name}_day", _("%(meaning)s: only the day") % {"meaning": words}
            yield f"{name}_clock", _("%(meaning)s: only the hour") % {"meaning": words}


def _typed(name: str) -> str:
    return f"{name.removesuffix('_path')}_link" if name.endswith("_path") else name


def ways_to_say(name: str) -> tuple[str, ...]:
    return (name, f"{name}_day")


# ---------------------------------------------------------------- what is wrong with a text


def unusable(kind: Kind, channel: str, body: str, subject: str = "") -> bool:
    """Whether a kept text does not fit its kind any more: the code's gaps changed since."""
    known = names(kind, channel)
    return bool(set(texts.gaps(body + subject)) - known) or bool(missing(kind, channel, body))


def missing(kind: Kind, channel: str, body: str) -> list[str]:
    """Required gaps that ``body`` does not have."""
    has = set(texts.gaps(body))
    return [name for name in required(kind, channel) if not has.intersection(ways_to_say(name))]


def private_in(typed: str) -> list[str]:
    """Personal numbers, amounts and addresses that were typed into a text."""
    words = {
        "nik": _("There is a number in it that looks like a NIK. Take it out: no message may hold one."),
        "phone": _("There is a phone number in it. Take it out: it would go to everybody."),
        "amount": _("There is an amount of money in it. Take it out: no message may hold one."),
        "address": _("There is an address in it. Take it out: use the gap for the place."),
    }
    if problem := safety.problem_in(typed):
        return [words[problem]]
    if _AMOUNTS.search(typed):
        return [words["amount"]]
    if _STREETS.search(typed):
        return [words["address"]]
    if _NUMBERS.search(typed):
        return [_("There is a long number in it. Take it out: no message may hold numbers of people.")]
    return []
