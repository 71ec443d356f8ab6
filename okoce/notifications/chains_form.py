"""What the province chooses about the ways of a kind: the place of each, and how long it is waited for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.notifications import chain_setting
from okoce.notifications.chain_setting import Step
from okoce.notifications.chain_words import time_in_words
from okoce.notifications.enums import Channel
from okoce.notifications.forms import ReasonForm
from okoce.notifications.kinds import Kind
from okoce.ui import forms

OFFERED = (2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 480, 720, 1440, 2880, 4320)  # minutes


class ChainForm(ReasonForm):
    """``place_…`` and, where receipts come, ``wait_…`` of every channel that the kind has words for."""

    field_order = ("reason", "based_on")
    marks_optional = False

    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["reason"].help_text = gettext_lazy("Colleagues read it in the history of the ways.")
        for channel in kind.channels:
            self.fields[f"place_{channel}"] = _place(len(kind.channels))
            if channel in chain_setting.WITH_RECEIPTS:
                self.fields[f"wait_{channel}"] = _wait(kind, channel)

    def rows(self) -> Iterator[tuple[Channel, BoundField, BoundField | None]]:
        """The fields of each channel, in the order of the chain that holds."""
        order = [*self.kind.chain, *(c for c in self.kind.channels if c not in self.kind.chain)]
        for channel in order:
            wait = f"wait_{channel}"
            yield channel, self[f"place_{channel}"], self[wait] if wait in self.fields else None

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return given
        places = [place for channel in self.kind.channels if (place := given[f"place_{channel}"])]
        if len(set(places)) != len(places):
            self.add_error(None, _("Two ways have the same place. Give each its own."))
            return given
        for words in chain_setting.problems_of(self.kind, self.steps):
            self.add_error(None, words)
        return given

    @property
    def steps(self) -> tuple[Step, ...]:
        """The chosen chain, once the form was cleaned."""
        given = self.cleaned_data
        used = [channel for channel in self.kind.channels if given[f"place_{channel}"]]
        used.sort(key=lambda channel: int(given[f"place_{channel}"]))
        return tuple(Step(channel, given.get(f"wait_{channel}")) for channel in used)


def initial_of(kind: Kind, steps: Sequence[Step]) -> dict[str, Any]:
    """What the form shows of a chain; a way that is not used has its usual time ready."""
    waits = dict(chain_setting.waits_of(kind))
    waits.update({step.channel: step.minutes for step in steps})
    initial: dict[str, Any] = {f"wait_{channel}": wait or "" for channel, wait in waits.items()}
    return initial | {f"place_{step.channel}": str(place) for place, step in enumerate(steps, start=1)}


def _place(count: int) -> forms.ChoiceField:
    numbered = [(str(place), _("Way %(place)d") % {"place": place}) for place in range(1, count + 1)]
    return forms.ChoiceField(
        label=_("Place in the order"), choices=[*numbered, ("", _("Not used"))], required=False
    )


def _wait(kind: Kind, channel: Channel) -> forms.TypedChoiceField:
    shortest, longest = (round(limit.total_seconds() / 60) for limit in chain_setting.limits(kind))
    offered = {minutes for minutes in OFFERED if shortest <= minutes <= longest}
    now = chain_setting.waits_of(kind)[channel]
    if now is not None:
        offered.add(now)
    return forms.TypedChoiceField(
        label=_("Wait for its receipt"),
        choices=[
            *((minutes, time_in_words(minutes)) for minutes in sorted(offered)),
            ("", _("never: only when it is refused")),
        ],
        coerce=int,
        empty_value=None,
        required=False,
    )
