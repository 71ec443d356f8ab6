"""Chains of channels in words, for the pages that show and set them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.notifications import breaker, chain_setting, kinds
from okoce.notifications.chain_setting import Step
from okoce.notifications.channels import WAYS
from okoce.notifications.enums import Channel, Manner, State
from okoce.notifications.kinds import Kind
from okoce.notifications.rechoosing import Concerned, Rechosen
from okoce.ui.templatetags.okoce_ui import number

DAY, HOUR = 1440, 60


def channel_in_words(code: Channel) -> dict[str, Any]:
    """How a channel stands on this portal."""
    why_not, rest = WAYS[code].why_not(), breaker.rest_of(code)
    if why_not:
        return {"label": code.label, "state": _("Not connected"), "tone": "", "why": kinds.words_for(why_not)}
    if rest.seconds:
        return {"label": code.label, "state": _("Rests"), "tone": "warn", "why": kinds.words_for(rest.reason)}
    by_hand = WAYS[code].starts_as != State.PENDING
    state = _("By hand") if by_hand else _("Connected")
    return {"label": code.label, "state": state, "tone": "ok", "why": ""}


def steps_in_words(kind: Kind) -> list[dict[str, Any]]:
    """Each way with what makes the next one take over; ways that are not connected are marked."""
    ways = kind.ways
    return [
        {
            "label": way.label,
            "is_connected": not WAYS[way].why_not(),
            "then": _then(kind, way) if way != ways[-1] else "",
        }
        for way in ways
    ]


def _then(kind: Kind, way: Channel) -> str:
    hours = kind.hours(way) if WAYS[way].gives_receipts() else None
    if hours is None:
        return _("refused: the next way")
    return _("no receipt in %(time)s: the next way") % {"time": time_in_words(round(hours * 60))}


def time_in_words(minutes: int) -> str:
    if minutes % DAY == 0:
        days = minutes // DAY
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if minutes % HOUR == 0:
        hours = minutes // HOUR
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    if minutes < HOUR:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    said = {"hours": minutes // HOUR, "minutes": minutes % HOUR}
    return _("%(hours)d h %(minutes)d min") % said


def version_in_words(channels: Sequence[str], minutes: Sequence[int | None]) -> str:
    """One version on one line."""
    if not channels:
        return _("The usual ways again")
    return " → ".join(
        f"{Channel(code).label} ({time_in_words(wait)})" if wait is not None else str(Channel(code).label)
        for code, wait in zip(channels, minutes, strict=True)
    )


def consequences(kind: Kind, steps: Sequence[Step], found: Concerned) -> list[str]:
    """What saving this chain means, in sentences. ``kind`` is as it would go."""
    ways = [step.channel for step in steps]
    unused = [channel for channel in kind.channels if channel not in ways]
    unconnected = [channel for channel in ways if WAYS[channel].why_not()]
    said = []
    if unused:
        said.append(_("Not used for this message: %(ways)s.") % {"ways": _listed(unused)})
    if of_others := [channel for channel in ways if channel not in kind.ways]:
        said.append(
            _("Left to other messages by the settings of this portal: %(ways)s. It is passed over.")
            % {"ways": _listed(of_others)}
        )
    if unconnected:
        said.append(
            _("Not connected on this portal now: %(ways)s. It is passed over until it is connected.")
            % {"ways": _listed(unconnected)}
        )
    if longest := _longest_way(steps):
        said.append(
            _(
                "Where no receipt comes at all, the last way takes over after %(time)s. What the message is"
                " about may be over by then: then nothing follows."
            )
            % {"time": time_in_words(longest)}
        )
    said.append(_("Whom none of these ways reaches gets nothing; the message is held and says so."))
    return said + _of_what_waits(kind, found)


def _longest_way(steps: Sequence[Step]) -> int:
    """Minutes until the last way takes over, as far as receipts are waited for."""
    waits = [step.minutes for step in steps[:-1] if WAYS[step.channel].gives_receipts()]
    return sum(wait for wait in waits if wait is not None)


def saved(rechosen: Rechosen) -> str:
    """What became of what waits."""
    said = _("The ways are saved.")
    if rechosen.moved:
        moved = ngettext(
            "%(count)s message that waits goes another way now.",
            "%(count)s messages that wait go another way now.",
            rechosen.moved,
        ) % {"count": number(rechosen.moved)}
        said = f"{said} {moved}"
    return said


def _of_what_waits(kind: Kind, found: Concerned) -> list[str]:
    said = []
    if kind.haste is Manner.AT_ONCE:
        said.append(_("A code that is on its way stays on its way."))
    elif found.waiting:
        said.append(
            ngettext(
                "%(count)s message waits now: it is given its way anew, at once.",
                "%(count)s messages wait now: each is given its way anew, at once.",
                found.waiting,
            )
            % {"count": number(found.waiting)}
        )
        said.append(
            _(
                "What is being sent at this very second, and a text by hand that was opened already, go as"
                " before. No way is tried twice."
            )
        )
    else:
        said.append(_("No message of this kind waits now."))
    if found.unheard:
        said.append(
            ngettext(
                "%(count)s message has gone out and waits for its receipt: the new time counts from when it"
                " was sent, so it may be passed on at once.",
                "%(count)s messages have gone out and wait for their receipts: the new times count from when"
                " each was sent, so some may be passed on at once.",
                found.unheard,
            )
            % {"count": number(found.unheard)}
        )
    return said


def not_settable_because(kind: Kind) -> str:
    if kind.is_free_text:
        return _("It answers somebody who has written to the portal: it goes back where they wrote from.")
    if len(kind.channels) == 1:
        return _("It has words for one way only.")
    return _("It goes the way of the message that carries the others.")


def limits_in_words(kind: Kind) -> str:
    shortest, longest = (round(limit.total_seconds() / 60) for limit in chain_setting.limits(kind))
    values = {"shortest": time_in_words(shortest), "longest": time_in_words(longest)}
    said = _("A receipt is waited for between %(shortest)s and %(longest)s.") % values
    if kind.haste is Manner.AT_ONCE:
        keeps = _("Somebody waits for this message: it keeps all its ways.")
    elif kind.haste in (Manner.CHANGE, Manner.PROMPT):
        keeps = _("It is urgent: at least two ways that go by themselves stay.")
    else:
        return said
    return f"{keeps} {said}"


def _listed(channels: Sequence[Channel]) -> str:
    return ", ".join(str(channel.label) for channel in channels)
