"""How sending stands, in sentences."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.notifications import kinds
from okoce.notifications.health import Health


def how_long(seconds: int) -> str:
    if seconds < 60:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = seconds // 60
    if minutes < 120:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    return ngettext("%(count)d hour", "%(count)d hours", minutes // 60) % {"count": minutes // 60}


def alarms_in_words(health: Health) -> list[str]:
    said = []
    for alarm in health.alarms:
        kind, _colon, code = alarm.partition(":")
        if kind == "oldest_unsent":
            said.append(
                _("A message that should have gone has waited for %(time)s. Look whether the workers run.")
                % {"time": how_long(health.oldest_unsent_seconds)}
            )
        elif kind == "webhooks":
            said.append(
                _("What WhatsApp tells us has waited for %(time)s. Look whether the workers run.")
                % {"time": how_long(health.oldest_webhook_seconds)}
            )
        elif kind == "campaign_stopped":
            said.append(_("The portal stopped a message to many because of complaints. Look at it first."))
        else:
            channel = next(one for one in health.channels if one.code == code)
            said.append(
                _("%(channel)s rests: %(why)s.")
                % {
                    "channel": channel.label,
                    "why": kinds.words_for(channel.reason) if channel.reason else "-",
                }
            )
    return said
