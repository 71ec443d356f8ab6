"""What a message can say. Each kind is registered by the app that owns it, in its AppConfig.ready.

The domain decides whom and when; a kind tells this app how to word it, whether it is still needed, and by
which channels it may go. Texts: ``templates/messages/<code>/{subject,email,text,group}.txt``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from okoce.notifications.directory import Person
from okoce.notifications.enums import Channel, ConsentRule, Manner, Meaning, Topic

if TYPE_CHECKING:
    from okoce.notifications.models import Message

Messages = Sequence["Message"]

URGENT, ORDINARY, BULK = 0, 5, 8
# The next one takes over where one does not reach somebody: first what costs nothing, last what people do.
USUAL_CHAIN = (Channel.PUSH, Channel.WHATSAPP, Channel.SMS, Channel.EMAIL, Channel.READY_TEXT)
# Hours without a receipt after which it does, unless a kind or the province (chains.py) says others.
WAITS: Mapping[Channel, float] = {Channel.PUSH: 1, Channel.WHATSAPP: 4, Channel.SMS: 4}
HURRIED: Mapping[Channel, float] = {Channel.PUSH: 0.25, Channel.WHATSAPP: 1, Channel.SMS: 1}

# Reason codes that any message may have.
REASONS: dict[str, Any] = {
    "email_not_configured": _("E-mail is not set up on this portal (EMAIL_URL is missing)"),
    "whatsapp_not_connected": _(
        "WhatsApp is not connected (WHATSAPP_TOKEN and WHATSAPP_PHONE_ID are missing)"
    ),
    "whatsapp_down": _("WhatsApp could not be reached"),
    "whatsapp": _("WhatsApp did not take the message"),
    "whatsapp:131026": _("This number is not on WhatsApp, or its WhatsApp is too old"),
    "whatsapp:131049": _("WhatsApp did not deliver it: the person gets very many messages of this kind"),
    "whatsapp:130472": _("WhatsApp did not deliver it to this person"),
    "whatsapp:131050": _("The person has stopped announcements in WhatsApp"),
    "whatsapp:131056": _("Too many messages to this person within seconds; it goes a little later"),
    "whatsapp:131048": _("WhatsApp has stopped us for a while: too many people reported our messages"),
    "whatsapp:131042": _("WhatsApp waits for its payment. Tell the administrator"),
    "whatsapp:190": _("WhatsApp does not accept the portal's key. Tell the administrator"),
    "whatsapp:132015": _("WhatsApp has paused this text. The province sees why under Texts"),
    "whatsapp_budget": _(
        "WhatsApp lets this portal begin with only so many people a day; nearer ones went first"
    ),
    "strange_answer": _("WhatsApp's address answered something that is not WhatsApp. Check WHATSAPP_URL"),
    "sms_not_connected": _("No SMS gateway is connected (SMS_GATEWAY is missing)"),
    "sms_description_faulty": _("The description of the SMS gateway cannot be used. See SMS_GATEWAY"),
    "sms_down": _("The SMS gateway could not be reached"),
    "sms": _("The SMS gateway did not take the message"),
    "sms_account": _("The SMS gateway refuses our account: its key or its balance. Tell the administrator"),
    "sms_strange_answer": _("The SMS gateway sent us on to another address. Check SMS_GATEWAY"),
    "sms_too_long": _("With its values the text has more parts than an SMS may have here"),
    "sms_undelivered": _("The SMS gateway says that the message did not arrive"),
    "push_not_connected": _("Notices on phones are not set up (VAPID_PRIVATE_KEY is missing)"),
    "push_down": _("The notice service of the browser could not be reached"),
    "push_account": _("The notice service does not accept the portal's key (VAPID_PRIVATE_KEY)"),
    "push": _("The notice service of the browser did not take the notice"),
    "push_strange_answer": _("The notice service sent us on to another address"),
    "push_gone": _("The phone does not take notices any more"),
    "push_too_long": _("The notice is longer than a browser takes"),
    "channel_ended": _("The person wants nothing by this channel any more"),
    "topic_ended": _("The person wants no messages of this kind any more"),
    "arrived_otherwise": _("It arrived by another channel in the meantime"),
    "no_address": _("We know no address or phone number that this message can go to"),
    "no_way": _("None of the ways that this message may take now reaches the person"),
    "person_gone": _("The person is not in the list any more"),
    "consent_refused": _("The person does not want messages"),
    "consent_missing": _("The person has not agreed to this kind of message"),
    "unknown_kind": _("This portal does not know this kind of message. Tell the administrator"),
    "template_missing": _("This kind of message has no text. Tell the administrator"),
    "kind_failed": _("Preparing the message failed. The administrator finds the cause in the log"),
    "template_off": _("WhatsApp has switched this text off. The province sees why under Texts"),
    "text_too_long": _("With its values the text is longer than WhatsApp allows"),
    "unsafe_text": _("The text held a personal number, an amount or an address, so it was not sent"),
    "interrupted": _("Sending was interrupted too often"),
    "connection_lost": _("The line to the mail server broke while sending"),
    "channel_down": _("The mail server could not be reached"),
    "refused": _("The mail server refused the message"),
    "address_refused": _("The mail server refused the address"),
    "expired": _("It could not be sent in time"),
    "by_hand": _("Sent by hand"),
    "with_group": _("Told together with the group"),
    "lease_lost": _("Another worker had taken over"),
    "campaign_stopped": _("The sending was stopped"),
    "quiet_hours": _("At this hour nobody is disturbed"),
    "holiday": _("On a holiday nobody is disturbed"),
    "iftar": _("At the hour of breaking the fast nobody is disturbed"),
    "one_a_day": _("The person had a message today already; the next goes tomorrow"),
    "no_decent_hour": _("It could not be sent at a decent hour in time. Call the person"),
    "paused": _("Messages to this person are paused"),
    "pause_over": _("The pause is over"),
    "joined": _("Went inside another message to the same person"),
    "joined_again": _("What it was to go with has changed"),
}

PERSONAL = frozenset(
    {"name", "number", "secret", "answer_link", "answer_by", "report_link", "stall", "before", "product"}
)


# What can still be answered, and how much is waited for it: an invitation that needs no answer takes one only
# where nothing else was asked; an answered question can still be answered otherwise.
BESIDE, ANSWERED, UNANSWERED = 1, 2, 3


@dataclass(frozen=True)
class Answered:
    """What became of an answer: a code, and what the person is told, in their language."""

    code: str
    words: str


@dataclass(frozen=True)
class Answers:
    """How a kind that asks something takes YES, NO and MOVE.

    ``still_open`` answers {key: BESIDE, ANSWERED or UNANSWERED} for the messages whose question can still
    be answered. ``take`` has the effect, repeatably, under the person's language, and never raises for what
    the rules refuse: it says so. ``about`` names what was asked in a few words.
    """

    still_open: Callable[[Messages], Mapping[str, int]]
    take: Callable[[Message, Meaning, datetime], Answered]
    about: Callable[[Messages], Mapping[str, str]]


@dataclass(frozen=True)
class Kind:
    """One kind of message. Every callable gets messages of this kind only and answers by ``message.key``."""

    code: str
    label: Any
    channels: tuple[Channel, ...]  # for which it has words, in the order in which they usually go
    recipients: Callable[[Messages], Mapping[str, Person]] | None = None
    recheck: Callable[[Messages], Mapping[str, str]] | None = None
    details: Callable[[Messages], Mapping[str, Mapping[str, Any]]] | None = None
    reasons: Mapping[str, Any] = field(default_factory=dict)
    consent: ConsentRule = ConsentRule.UNLESS_REFUSED
    urgent: bool = False
    topic: Topic = Topic.PROGRAMME  # a person can end each topic
    waits: Mapping[Channel, float | None] = field(default_factory=dict)  # hours, instead of those of WAITS
    chosen: tuple[Channel, ...] = ()  # the channels as the province orders them (okoce.notifications.chains)
    is_bulk: bool = False  # to many at once: everything else goes before it
    manner: Manner = Manner.ORDINARY
    sample: Mapping[str, Any] = field(default_factory=dict)
    answers: Answers | None = None  # for kinds that can be answered by WhatsApp
    is_free_text: bool = False  # no registered text: only to somebody who has written to us
    gaps: Mapping[str, Any] = field(default_factory=dict)  # what its texts may name, and what that means
    required: tuple[str, ...] = ()  # gaps without which a text is of no use
    personal: frozenset[str] = PERSONAL  # gaps that differ from person to person: not in a group's text
    times: tuple[timedelta, ...] = ()  # how long before its occasion it goes, unless the province says so

    @property
    def priority(self) -> int:
        if self.urgent:
            return URGENT
        return BULK if self.is_bulk else ORDINARY

    @property
    def haste(self) -> Manner:
        return Manner.AT_ONCE if self.urgent else self.manner

    def template(self, part: str) -> str:
        """``part`` is subject, email, text or group, or ``whatsapp.id`` for a registered text."""
        return f"messages/{self.code}/{part}.txt"

    @property
    def usual_way(self) -> Channel:
        """The channel that a message is noted under when none reaches the person."""
        return next((way for way in self.ways if way != Channel.PUSH), self.ways[0])

    def hours(self, channel: str) -> float | None:
        """How long this kind waits for a receipt of ``channel``; None where only a refusal counts."""
        return self.waits.get(Channel(channel), WAITS.get(Channel(channel)))

    def receipt_within(self, channel: str) -> float | None:
        """Seconds in which a receipt should come before the next channel takes over; None: nobody waits.

        Only of channels that give receipts.
        """
        hours = self.hours(channel) if self.after(channel) else None
        return None if hours is None else hours * 3600

    @property
    def chain(self) -> tuple[Channel, ...]:
        return self.chosen or self.channels

    def after(self, channel: str) -> tuple[Channel, ...]:
        """The channels that take over when ``channel`` does not reach somebody, in their order.

        Behind one that the province uses no more come all that it uses.
        """
        if channel not in self.channels:
            return ()
        at = self.chain.index(Channel(channel)) + 1 if channel in self.chain else 0
        return tuple(way for way in self.chain[at:] if way in self.ways)

    @property
    def ways(self) -> tuple[Channel, ...]:
        """Its chain on this portal: WHATSAPP_KINDS and SMS_KINDS may leave them to some kinds only."""
        if len(self.channels) == 1:
            return self.chain
        of_others = {
            channel
            for channel, codes in (
                (Channel.WHATSAPP, settings.WHATSAPP_KINDS), (Channel.SMS, settings.SMS_KINDS),
            )
            if codes and self.code not in codes
        }  # fmt: skip
        if not of_others:
            return self.chain
        allowed = tuple(way for way in self.chain if way not in of_others)
        return allowed or tuple(way for way in self.channels if way not in of_others) or self.chain


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Registering the same kind twice replaces it; a kind needs at least one channel."""
    if not kind.channels:
        raise ValueError(f"the kind {kind.code!r} has no channel")
    _kinds[kind.code] = kind
    return kind


def unregister(code: str) -> None:
    _kinds.pop(code, None)


def get(code: str) -> Kind:
    """KeyError for a kind that nobody registered: queueing it is a mistake in the code."""
    return _kinds[code]


def find(code: str) -> Kind | None:
    return _kinds.get(code)


def registered() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda kind: kind.code)


def with_haste(*hastes: Manner) -> list[str]:
    """The codes of the kinds that may disturb that much."""
    return [kind.code for kind in registered() if kind.haste in hastes]


def label_of(code: str) -> Any:
    kind = _kinds.get(code)
    return kind.label if kind is not None else code


def words_for(reason: str, kind: str = "") -> Any:
    """The sentence behind a reason code; the code itself when nobody has words for it."""
    known = _kinds.get(kind)
    if known is not None and reason in known.reasons:
        return known.reasons[reason]
    code, _colon, number = reason.partition(":")
    words = REASONS.get(reason) or REASONS.get(code, code)
    return _("%(words)s (answer %(number)s)") % {"words": words, "number": number} if number else words
