"""Messages that did not leave the house."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.accounts.roles import has_permission
from okoce.dashboard.work.item import INFO, SOON, URGENT, Work, url_of
from okoce.notifications import decency, health
from okoce.notifications.enums import OFF, TemplateState
from okoce.notifications.health_words import alarms_in_words
from okoce.notifications.models import Campaign, Inbound, Message, RegisteredTemplate
from okoce.ui.templatetags.okoce_ui import number
from participants.models import Participant

TO_CALL = (decency.NO_DECENT_HOUR, decency.PAUSED)


def messages(user: Any, now: datetime) -> Iterator[Work]:
    """Ready texts to be sent by hand, and messages the portal gave up."""
    if not has_permission(user, "notifications.view"):
        return
    waiting = (
        Message.objects.visible_to(user)
        .filter(Q(state__in=["ready", "dead"]) | Q(state="held", reason__in=TO_CALL))
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    counts = dict(waiting)
    url = url_of("notifications:messages")
    yield from _tray(user)
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
    if to_call := counts.get("held"):
        yield Work(
            SOON,
            "telephone",
            ngettext(
                "%(count)s message is for you to tell by phone",
                "%(count)s messages are for you to tell by phone",
                to_call,
            )
            % {"count": number(to_call)},
            _("No decent hour was left, or messages to the person are paused."),
            f"{url}?state=held",
            _("See whom to call"),
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


def sending(user: Any, now: datetime) -> Iterator[Work]:
    """What keeps messages from going out in time, for those who look after the portal."""
    if not has_permission(user, "notifications.health"):
        return
    for sentence in alarms_in_words(health.look(now=now)):
        yield Work(
            URGENT, "exclamation-triangle-fill", _("Messages are late"), sentence,
            url_of("notifications:sending"), _("See how sending stands"),
        )  # fmt: skip


def to_approve(user: Any, now: datetime) -> Iterator[Work]:
    """Messages to many that wait for a second person."""
    if not has_permission(user, "notifications.approve"):
        return
    waiting = Campaign.objects.visible_to(user).filter(asked_at__isnull=False, started_at=None)
    if count := waiting.exclude(made_by=user).count():
        yield Work(
            SOON,
            "send",
            ngettext(
                "%(count)s message to many waits for your agreement",
                "%(count)s messages to many wait for your agreement",
                count,
            )
            % {"count": number(count)},
            _("A colleague wrote it; nothing goes before a second person has looked."),
            url_of("notifications:campaigns"),
            _("See the messages to many"),
        )


def texts(user: Any, now: datetime) -> Iterator[Work]:
    """Registered texts that WhatsApp has switched off, and texts that wait to be handed in."""
    if not has_permission(user, "notifications.texts"):
        return
    rows = RegisteredTemplate.objects.visible_to(user)
    counts = rows.aggregate(
        off=Count("pk", filter=Q(state__in=OFF)),
        new=Count("pk", filter=Q(state=TemplateState.NOT_SUBMITTED)),
    )
    url = url_of("notifications:texts")
    if off := counts["off"]:
        yield Work(
            URGENT,
            "whatsapp",
            ngettext(
                "WhatsApp has switched off %(count)s text", "WhatsApp has switched off %(count)s texts", off
            )
            % {"count": number(off)},
            _("People get these messages by another channel, or not at all. The page says which and why."),
            f"{url}?hanya=perhatian",
            _("See the texts"),
        )
    if new := counts["new"]:
        yield Work(
            INFO,
            "whatsapp",
            ngettext(
                "%(count)s new text is to be handed in to WhatsApp",
                "%(count)s new texts are to be handed in to WhatsApp",
                new,
            )
            % {"count": number(new)},
            _("Until WhatsApp approves it, the text before stays in use."),
            f"{url}?hanya=perhatian",
            _("See the texts"),
        )


def _tray(user: Any) -> Iterator[Work]:
    """What people wrote that somebody has to read."""
    if not has_permission(user, "notifications.answer"):
        return
    if waiting := Inbound.objects.visible_to(user).in_tray().count():
        yield Work(
            SOON,
            "envelope",
            ngettext(
                "%(count)s message from a person is to be read",
                "%(count)s messages from people are to be read",
                waiting,
            )
            % {"count": number(waiting)},
            _("The portal did not understand them. Free text goes back for 24 hours only."),
            url_of("notifications:tray"),
            _("Open the in-tray"),
        )


def dead_numbers(user: Any, now: datetime) -> Iterator[Work]:
    """Phone numbers that WhatsApp does not reach, for the office that can ask for the right one."""
    if not (has_permission(user, "participants.change") and has_permission(user, "notifications.answer")):
        return
    people = Participant.objects.visible_to(user).taking_part().off_whatsapp()
    if count := people.count():
        yield Work(
            SOON,
            "telephone",
            ngettext(
                "%(count)s number does not work on WhatsApp",
                "%(count)s numbers do not work on WhatsApp",
                count,
            )
            % {"count": number(count)},
            _("Ask the people for the right number and change it; messages go there from then on."),
            f"{url_of('participants:list')}?hp=mati",
            _("See the numbers"),
        )
