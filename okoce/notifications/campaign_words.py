"""A campaign in sentences: how it stands, whom it reaches, what it costs, how long it takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.notifications import reach
from okoce.notifications.enums import Channel
from okoce.notifications.models import Campaign
from okoce.notifications.reach import Line, Reach
from okoce.ui.templatetags.okoce_ui import moment, number, rupiah


@dataclass(frozen=True)
class Standing:
    label: str
    tone: str


def state_of(campaign: Campaign) -> Standing:
    if campaign.is_draft:
        return Standing(_("Draft"), "")
    if campaign.is_waiting:
        return Standing(_("Waits for the second person"), "warn")
    if campaign.is_stopped:
        return Standing(_("Stopped"), "bad")
    if campaign.ends_at and campaign.ends_at <= timezone.now():
        return Standing(_("Over"), "")
    return Standing(_("Being sent"), "info") if campaign.is_queueing else Standing(_("Sent off"), "ok")


def people(count: int) -> str:
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": number(count)}


def cost_in_words(line: Line) -> str:
    if line.rupiah is None:
        return _("price not known")
    return rupiah(line.rupiah) if line.rupiah else _("free")


def refusals_in_words(found: Reach) -> list[dict[str, Any]]:
    words = {
        reach.NO_CONSENT: _("have not agreed to announcements"),
        reach.ENDED: _("have ended messages about the programme"),
        reach.PAUSED: _("are not to be written to for a while"),
        reach.TOLD: _("got a message to many in the last seven days"),
        reach.NOBODY: _("have no phone number and no e-mail address"),
    }
    return [{"count": found.refused[code], "label": words[code]} for code in words if found.refused.get(code)]


def schedule_in_words(found: Reach, *, now: datetime) -> list[str]:
    """How they go and until when, in sentences."""
    said = []
    for line in found.lines:
        values = {"people": people(line.count), "channel": line.channel.label}
        if line.channel == Channel.READY_TEXT:
            said.append(_("%(people)s: by hand, one press each.") % values)
        elif line.channel == Channel.WHATSAPP and found.waits:
            said.append(
                _(
                    "%(people)s by WhatsApp: %(first)s today, because WhatsApp lets a new number begin with "
                    "%(limit)s people a day; the last on %(moment)s."
                )
                % {
                    **values,
                    "first": number(line.count - found.waits),
                    "limit": number(settings.WHATSAPP_NEW_PEOPLE_A_DAY),
                    "moment": moment(line.until),
                }
            )
        else:
            said.append(
                _("%(people)s by %(channel)s, the last at about %(moment)s.")
                % {**values, "moment": moment(line.until)}
            )
    return said
