"""What the list of messages can be narrowed to."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from okoce.notifications import kinds
from okoce.notifications.enums import Channel, State
from okoce.notifications.querysets import MessageQuerySet
from okoce.ui import forms


class MessageFilter(forms.FilterForm):
    """``asal`` narrows to one cause and comes from links (``trainings.trainingsession:12``)."""

    kind = forms.ChoiceField(label=_("Message"))
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *State.choices])
    channel = forms.ChoiceField(label=_("Channel"), choices=[("", _("All")), *Channel.choices])
    day = forms.DateField(label=_("Day"))
    asal = forms.CharField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", _("All")),
            *((kind.code, kind.label) for kind in kinds.registered()),
        ]

    def narrow(self, messages: MessageQuerySet) -> MessageQuerySet:
        chosen = self.chosen
        for name in ("kind", "state", "channel"):
            if name in chosen:
                messages = messages.filter(**{name: chosen[name]})
        if "day" in chosen:
            start = _midnight(chosen["day"])
            messages = messages.filter(
                created_at__gte=start, created_at__lt=start + datetime.timedelta(days=1)
            )
        cause_type, _colon, cause_id = str(chosen.get("asal", "")).partition(":")
        if cause_id.isascii() and cause_id.isdigit() and len(cause_id) < 19:
            messages = messages.about(cause_type, int(cause_id))
        return messages


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
