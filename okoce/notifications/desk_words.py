"""What the desk says of WhatsApp's budget: afterwards what happened, beforehand what will."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.notifications.budget import Forecast
from okoce.notifications.desk import Spread
from okoce.notifications.enums import Channel
from okoce.ui.templatetags.okoce_ui import moment, number


def spread_in_words(spread: Spread) -> str:
    """ "250 by WhatsApp; 150 by SMS because WhatsApp lets a new number begin with 250 people a day." """
    if not spread.moved and not spread.waits:
        return ""
    said = [_by(spread.by.get(Channel.WHATSAPP, 0) - spread.waits, Channel.WHATSAPP)]
    said += [
        _by(count, Channel(channel))
        for channel, count in spread.by.items()
        if channel != Channel.WHATSAPP and count
    ]
    if spread.waits:
        said.append(
            ngettext("%(count)s waits for tomorrow", "%(count)s wait for tomorrow", spread.waits)
            % {"count": number(spread.waits)}
        )
    return _("%(ways)s, because WhatsApp lets a new number begin with %(limit)s people a day.") % {
        "ways": "; ".join(said),
        "limit": number(settings.WHATSAPP_NEW_PEOPLE_A_DAY),
    }


def hours_in_words(spread: Spread) -> str:
    """ "150 messages go on Tuesday 08.00: nobody is disturbed before." """
    if not spread.quiet:
        return ""
    return ngettext(
        "%(count)s message goes on %(moment)s: nobody is disturbed before.",
        "%(count)s messages go on %(moment)s: nobody is disturbed before.",
        spread.quiet,
    ) % {"count": number(spread.quiet), "moment": moment(spread.opens_at)}


def forecast_in_words(forecast: Forecast) -> str:
    """Before the reminders go: what of today's budget is left for this one."""
    if not forecast.beyond:
        return ""
    return _(
        "WhatsApp lets a new number begin with %(limit)s people a day. %(fit)s of the people of this page "
        "fit in today, the nearest first; %(beyond)s get it by the next channel that reaches them."
    ) % {
        "limit": number(settings.WHATSAPP_NEW_PEOPLE_A_DAY),
        "fit": number(forecast.fit),
        "beyond": number(forecast.beyond),
    }


def _by(count: int, channel: Channel) -> str:
    return _("%(count)s by %(channel)s") % {"count": number(count), "channel": channel.label}
