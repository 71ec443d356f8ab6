"""Whom the call of a bazaar goes to, in words, for the officer who opens the applications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from bazaars.models import Site
from bazaars.services import calling
from bazaars.services.calling import Figures
from okoce.accounts.roles import has_permission
from okoce.notifications import reach
from okoce.notifications.campaign_words import (
    cost_in_words,
    dead_numbers_in_words,
    people,
    schedule_in_words,
)
from okoce.notifications.models import Message
from okoce.notifications.reach import Reach


@dataclass(frozen=True)
class Forecast:
    """What the page says before the call is told; ``told`` before now, when it was opened already."""

    reach: Reach
    lines: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    schedule: list[str]
    dead: str  # how many numbers WhatsApp does not reach
    told: Figures
    told_url: str


def forecast(site: Site, user: Any, *, now: datetime) -> Forecast:
    found = calling.forecast(site, now=now)
    return Forecast(
        reach=found,
        lines=[{"line": line, "cost": cost_in_words(line)} for line in found.lines],
        refused=_refusals(found),
        schedule=schedule_in_words(found, now=now),
        dead=dead_numbers_in_words(found),
        told=figures(site, user),
        told_url=messages_url(site),
    )


def telling(found: Forecast) -> str:
    return _("The call is being told to %(people)s. It goes out at hours that disturb nobody.") % {
        "people": people(found.reach.total)
    }


def figures(site: Site, user: Any) -> Figures:
    return calling.figures_of(site.bazaar_id, Message.objects.visible_to(user))


def messages_url(site: Site) -> str:
    """Everything that went out of the call."""
    about = f"{calling.CAUSE}:{site.bazaar_id}"
    return f"{reverse('notifications:messages')}?kind={calling.BAZAAR_CALL}&asal={about}"


def ready_url(site: Site, user: Any) -> str:
    """Where the calls that go by hand are sent, with the text for the group; empty for who may not."""
    if not has_permission(user, "notifications.send_ready"):
        return ""
    return reverse("notifications:ready_texts", args=[calling.CAUSE, site.bazaar_id])


def _refusals(found: Reach) -> list[dict[str, Any]]:
    words = {
        reach.NO_CONSENT: _("have not agreed to messages"),
        reach.ENDED: _("have ended messages about bazaars"),
        reach.PAUSED: _("are not to be written to for a while"),
        reach.NOBODY: _("are reached by none of the ways of this message"),
    }
    return [{"count": found.refused[code], "label": words[code]} for code in words if found.refused.get(code)]
