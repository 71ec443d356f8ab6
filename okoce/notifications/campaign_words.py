"""A campaign in sentences: how it stands, whom it reaches, what it costs, how long it takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.notifications import campaigns, kinds, reach
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


def stop_in_words(campaign: Campaign) -> str:
    """Why the portal stopped it, and what to look at before it goes on."""
    reason = campaign.stop_reason
    if reason == campaigns.SPAM_LIMIT:
        why = _(
            "Too many people have reported our messages as unwanted: look at the text and at whom it goes to "
            "before it goes on."
        )
    elif reason == campaigns.NO_PAYMENT:
        why = _(
            "WhatsApp takes nothing more because a payment is missing. The administrator finds it in "
            "WhatsApp Manager."
        )
    elif reason in campaigns.LOCKED:
        why = _("WhatsApp has locked our account. The administrator finds the cause in WhatsApp Manager.")
    else:
        why = ""
    return f"{kinds.words_for(reason)}. {why}".strip()


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
        reach.NOBODY: _("are reached by none of the ways of this message"),
    }
    return [{"count": found.refused[code], "label": words[code]} for code in words if found.refused.get(code)]


def dead_numbers_in_words(found: Reach) -> str:
    """How many of these people WhatsApp does not reach, and what becomes of them; empty for none."""
    if not found.dead:
        return ""
    values = {"count": number(found.dead), "others": number(found.dead_reached)}
    return (
        ngettext(
            "%(count)s number is dead: WhatsApp does not reach it.",
            "%(count)s numbers are dead: WhatsApp does not reach them.",
            found.dead,
        )
        % values
        + " "
        + _("By another way %(others)s of these people get it; the office can mend the numbers.") % values
    )


def schedule_in_words(found: Reach, *, now: datetime) -> list[str]:
    """How they go and until when, in sentences."""
    said = []
    for line in found.lines:
        values = {"people": people(line.count), "channel": line.channel.label}
        if line.channel == Channel.READY_TEXT:
            said.append(_("%(people)s: by hand, one press each.") % values)
        elif line.channel == Channel.WHATSAPP and found.waits:
            said += _whatsapp_in_words(line, found)
        else:
            said.append(
                _("%(people)s by %(channel)s, the last at about %(moment)s.")
                % {**values, "moment": moment(line.until)}
            )
    return said


def _whatsapp_in_words(line: Line, found: Reach) -> list[str]:
    """What fits into today and why, what becomes of the others, and who moves on in the end."""
    values = {
        "people": people(line.count),
        "first": number(line.count - found.waits),
        "limit": number(found.a_day),
        "kept": people(found.kept),
        "rest": people(found.waits - found.moved),
        "moved": people(found.moved),
        "moment": moment(line.until),
    }
    if found.kept:
        said = [
            _(
                "%(people)s by WhatsApp: %(first)s today. WhatsApp lets a new number begin with %(limit)s "
                "people a day, and the places of %(kept)s are kept for reminders, changes and offers of the "
                "next 24 hours."
            )
            % values
        ]
    else:
        said = [
            _(
                "%(people)s by WhatsApp: %(first)s today, because WhatsApp lets a new number begin with "
                "%(limit)s people a day."
            )
            % values
        ]
    if found.waits > found.moved:
        said.append(
            _(
                "%(rest)s follow in the next days, as far as nearer messages leave room; the last on about "
                "%(moment)s."
            )
            % values
        )
    if found.moved:
        values["moment"] = moment(found.moved_on)
        said.append(
            _(
                "%(moved)s would not fit in within a week: they get it from %(moment)s by the next channel "
                "that reaches them. An SMS to them costs extra."
            )
            % values
        )
    return said
