"""Messages that did not leave the house."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.accounts.roles import has_permission
from okoce.dashboard.work.item import INFO, SOON, Work, url_of
from okoce.notifications.models import Message
from okoce.ui.templatetags.okoce_ui import number


def messages(user: Any, now: datetime) -> Iterator[Work]:
    """Ready texts to be sent by hand, and messages the portal gave up."""
    if not has_permission(user, "notifications.view"):
        return
    waiting = (
        Message.objects.visible_to(user)
        .filter(state__in=["ready", "dead"])
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    counts = dict(waiting)
    url = url_of("notifications:messages")
    if (ready := counts.get("ready")) and has_permission(user, "notifications.send_ready"):
        yield Work(
            SOON,
            "whatsapp",
            ngettext(
                "%(count)s message is ready to be sent by hand",
                "%(count)s messages are ready to be sent by hand",
                ready,
            )
            % {"count": number(ready)},
            _("Each opens in WhatsApp with its text; tick it off afterwards."),
            f"{url}?state=ready",
            _("Send the messages"),
        )
    if dead := counts.get("dead"):
        yield Work(
            INFO,
            "envelope",
            ngettext("%(count)s message could not be sent", "%(count)s messages could not be sent", dead)
            % {"count": number(dead)},
            _("The page says why. Call the people, or correct the address."),
            f"{url}?state=dead",
            _("See the messages"),
        )
