"""The outbox: whatever leaves the house is a row here first, written in the transaction of its cause."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from okoce.db.models import AppendOnly
from okoce.notifications.campaign_models import Campaign as Campaign
from okoce.notifications.campaign_models import ChannelPrice as ChannelPrice
from okoce.notifications.enums import (
    Channel,
    Form,
    InboundState,
    Meaning,
    Receipt,
    State,
    TemplateState,
    Topic,
)
from okoce.notifications.querysets import (
    InboundQuerySet,
    MessageQuerySet,
    MessageTextQuerySet,
    PauseQuerySet,
    RegisteredTemplateQuerySet,
    SendingTimesQuerySet,
    TemplateNewsQuerySet,
)


class Message(models.Model):
    """One message to one person by one channel. ``key`` makes a second one impossible.

    No address is stored: the recipient is resolved when the message is sent, and so is the situation (is the
    session still on, does the person still want it). ``context`` holds what the text needs and never a
    personal number; a secret such as a sign-in code is sealed in ``secret_ciphertext``.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(
        max_length=40, help_text="what it says: a name registered in okoce.notifications.kinds"
    )
    channel = models.CharField(max_length=12, choices=Channel.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    participant_id = models.BigIntegerField(null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    language = models.CharField(max_length=2, default="id")
    context = models.JSONField(default=dict, blank=True)
    secret_ciphertext = models.BinaryField(null=True, blank=True)
    cause_type = models.CharField(
        max_length=60, blank=True, help_text="what it is about, e.g. trainings.trainingsession"
    )
    cause_id = models.BigIntegerField(null=True, blank=True)
    campaign = models.ForeignKey(
        Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    city = models.CharField(max_length=5, blank=True)
    kecamatan = models.CharField(max_length=8, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    priority = models.PositiveSmallIntegerField(
        default=5, help_text="smaller goes first: a sign-in code does not wait behind reminders"
    )
    due_at = models.DateTimeField(help_text="not before; moved on by the backoff after a failed try")
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="never after, e.g. the start of the session"
    )
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="tries begun: one that killed its worker counts too"
    )
    lease_owner = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(
        max_length=80, blank=True, help_text="why it is in this state: a code, never text of others"
    )

    provider_id = models.CharField(
        max_length=200, blank=True, db_default="", default="", help_text="the channel's own id of the message"
    )
    receipt = models.CharField(
        max_length=10, choices=Receipt.choices, blank=True, db_default="", default="",
        help_text="what the channel told of it later; never moved back",
    )  # fmt: skip
    receipt_at = models.DateTimeField(null=True, blank=True)
    falls_back_at = models.DateTimeField(
        null=True, blank=True, help_text="when the person's next channel takes over unless it has arrived"
    )
    text = models.ForeignKey(
        "notifications.MessageText", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        db_index=False, help_text="the version it was sent in; empty: the portal's own text",
    )  # fmt: skip

    one_of_day = models.DateField(
        null=True, blank=True, help_text="the day whose one message to this person it is (or tries to be)"
    )
    joined_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="parts",
        db_index=False, db_constraint=False, help_text="goes, or went, inside that message",
    )  # fmt: skip

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="notifications_message_one_a_day",
                fields=["participant_id", "one_of_day"],
                condition=models.Q(one_of_day__isnull=False, participant_id__isnull=False),
            ),
            models.CheckConstraint(
                name="notifications_message_has_recipient",
                condition=models.Q(participant_id__isnull=False) | models.Q(user__isnull=False),
            ),
            models.CheckConstraint(
                name="notifications_message_lease_whole",
                condition=models.Q(lease_owner__isnull=True, lease_until__isnull=True)
                | models.Q(lease_owner__isnull=False, lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="notifications_message_lease_only_while_pending",
                condition=models.Q(lease_owner__isnull=True) | models.Q(state="pending"),
            ),
            models.CheckConstraint(
                name="notifications_message_finished_when_final",
                condition=models.Q(state__in=["pending", "ready", "held"], finished_at__isnull=True)
                | models.Q(state__in=["sent", "cancelled", "expired", "dead"], finished_at__isnull=False),
            ),
        ]
        indexes = [
            # Partial: five million old rows cost the claim nothing.
            models.Index(
                name="notifications_message_queue",
                fields=["channel", "priority", "due_at", "id"],
                condition=models.Q(state="pending"),
            ),
            models.Index(
                name="notifications_message_nearest",
                fields=["channel", "priority", "expires_at", "due_at", "id"],
                condition=models.Q(state="pending", channel="whatsapp"),
            ),
            models.Index(
                name="notifications_message_expiry",
                fields=["expires_at"],
                condition=models.Q(state__in=["pending", "ready", "held"], expires_at__isnull=False),
            ),
            models.Index(
                name="notifications_message_open",
                fields=["state", "channel", "created_at"],
                condition=models.Q(state__in=["pending", "ready", "held", "dead"]),
            ),
            models.Index(
                name="notifications_message_done",
                fields=["finished_at"],
                condition=models.Q(state="sent"),
            ),
            models.Index(
                name="notifications_message_sent_as",
                fields=["provider_id"],
                condition=~models.Q(provider_id=""),
            ),
            models.Index(
                name="notifications_message_falls",
                fields=["falls_back_at"],
                condition=models.Q(falls_back_at__isnull=False),
            ),
            models.Index(
                name="notifications_message_parts",
                fields=["joined_to"],
                condition=models.Q(joined_to__isnull=False),
            ),
            models.Index(
                name="notifications_message_campaign",
                fields=["campaign", "state"],
                condition=models.Q(campaign__isnull=False),
            ),
            models.Index(name="notifications_message_cause", fields=["cause_type", "cause_id"]),
            models.Index(name="notifications_message_person", fields=["participant_id", "-created_at"]),
            models.Index(name="notifications_message_newest", fields=["-created_at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"


class MessageText(AppendOnly):
    """What the province wrote instead of a kind's own text, in one language for one channel. Every version
    stays.

    ``restores`` is the version whose words came back with this one, 0 the text that the portal brings. Which
    one is used: okoce.notifications.wording.
    """

    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=12, help_text="a channel, or “group” for the text of a group")
    language = models.CharField(max_length=2)
    version = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=120, blank=True)
    body = models.TextField(blank=True)
    restores = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = MessageTextQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "channel", "language", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="notifications_messagetext_version_once",
                fields=["kind", "channel", "language", "version"],
            ),
            models.CheckConstraint(
                name="notifications_messagetext_version_positive", condition=models.Q(version__gte=1)
            ),
            models.CheckConstraint(
                name="notifications_messagetext_restores_older",
                condition=models.Q(restores__isnull=True) | models.Q(restores__lt=models.F("version")),
            ),
            models.CheckConstraint(
                name="notifications_messagetext_says_something",
                condition=~models.Q(body="") | models.Q(restores__isnull=False, restores=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.channel}.{self.language} {self.version}"

    @property
    def words_of(self) -> int:
        """The version that first had these words; 0 for the portal's own."""
        return self.version if self.restores is None else self.restores


class RegisteredTemplate(models.Model):
    """A text as WhatsApp knows it: under a name and a language, with the state that Meta gave it.

    ``version`` 0 is the text that the portal brings; it counts as usable until somebody says otherwise.
    """

    kind = models.CharField(max_length=40)
    language = models.CharField(max_length=2)
    version = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    state = models.CharField(
        max_length=13, choices=TemplateState.choices, default=TemplateState.NOT_SUBMITTED
    )
    state_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True, help_text="for the first time")

    objects = RegisteredTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "language", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="notifications_registeredtemplate_version_once", fields=["kind", "language", "version"]
            ),
            models.UniqueConstraint(
                name="notifications_registeredtemplate_name_once", fields=["name", "language"]
            ),
            models.CheckConstraint(
                name="notifications_registeredtemplate_approved_has_day",
                condition=~models.Q(state="approved") | models.Q(approved_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class TemplateNews(AppendOnly):
    """What WhatsApp or somebody of ours said about a registered text, in the words' order of time; also about
    one that we do not know (yet).
    """

    name = models.CharField(max_length=120)
    language = models.CharField(max_length=12)
    state = models.CharField(max_length=13, choices=TemplateState.choices)
    event = models.CharField(max_length=40, blank=True, help_text="WhatsApp's own word")
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(help_text="as WhatsApp says, never later than we heard of it")
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = TemplateNewsQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="notifications_templatenews_once", fields=["name", "language", "event", "at"]
            )
        ]
        indexes = [models.Index(name="notifications_templatenews_of", fields=["name", "language", "-at"])]

    def __str__(self) -> str:
        return f"{self.name} ({self.language}): {self.state}"


class SendingTimes(AppendOnly):
    """How long before its occasion a kind is sent, as the province wants it; the highest version counts."""

    kind = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    minutes_before = ArrayField(models.PositiveIntegerField(), size=5, blank=True)
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = SendingTimesQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="notifications_sendingtimes_version_once", fields=["kind", "version"]
            ),
            models.CheckConstraint(
                name="notifications_sendingtimes_version_positive", condition=models.Q(version__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class DecentHours(AppendOnly):
    """When messages disturb nobody, as the province set it; the newest row counts, without one the defaults.

    ``begins``-``ends`` are for everything, ``urgent_begins``-``urgent_ends`` for changes and cancellations of
    what begins within a day. In Ramadan nothing ordinary goes between ``iftar_begins`` and ``iftar_ends``.
    """

    set_at = models.DateTimeField(auto_now_add=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begins = models.TimeField()
    ends = models.TimeField()
    urgent_begins = models.TimeField()
    urgent_ends = models.TimeField()
    iftar_begins = models.TimeField()
    iftar_ends = models.TimeField()
    rests_on_holidays = models.BooleanField(default=True)
    one_a_day = models.BooleanField(default=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="notifications_decenthours_in_order",
                condition=models.Q(
                    ends__gt=models.F("begins"),
                    urgent_ends__gt=models.F("urgent_begins"),
                    iftar_ends__gt=models.F("iftar_begins"),
                ),
            ),
            models.CheckConstraint(
                name="notifications_decenthours_urgent_is_wider",
                condition=models.Q(urgent_begins__lte=models.F("begins"), urgent_ends__gte=models.F("ends")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.begins:%H.%M}-{self.ends:%H.%M}"


class MessagePause(models.Model):
    """Nobody writes to this person for a while, for a reason: an illness, a death in the family, a quarrel.

    ``until`` is the last day, empty: until somebody ends it. It is open while ``ended_at`` is empty and the
    last day is not over.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant_id = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    until = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="notifications_messagepause_one_open",
                fields=["participant_id"],
                condition=models.Q(ended_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                name="notifications_messagepause_due",
                fields=["until"],
                condition=models.Q(ended_at__isnull=True, until__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d}"


class DeliveryEvent(AppendOnly):
    """What happened to a message, in order."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    event = models.CharField(max_length=20)
    reason = models.CharField(max_length=80, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.event


class WebhookCall(models.Model):
    """A signed word from WhatsApp as it came, kept sealed until it is worked through, then emptied.

    ``digest`` is of the raw bytes: the same call twice is one row. ``problem`` is a code.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    received_at = models.DateTimeField(auto_now_add=True)
    digest = models.BinaryField(max_length=32, unique=True)
    content_ciphertext = models.BinaryField(null=True, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["received_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="notifications_webhookcall_emptied_when_done",
                condition=models.Q(processed_at__isnull=True) | models.Q(content_ciphertext__isnull=True),
            )
        ]
        indexes = [
            models.Index(
                name="notifications_webhookcall_open",
                fields=["received_at"],
                condition=models.Q(processed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.received_at:%Y-%m-%d %H:%M:%S}"


class DeliveryReceipt(AppendOnly):
    """What WhatsApp told of one message, each status once. One whose message is not known is kept too."""

    provider_id = models.CharField(max_length=200)
    reference = models.UUIDField(null=True, blank=True, help_text="the uid we gave the message")
    status = models.CharField(max_length=10, choices=Receipt.choices)
    code = models.IntegerField(null=True, blank=True, help_text="why it failed: Meta's error code")
    at = models.DateTimeField(help_text="as WhatsApp says, never later than we heard of it")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="notifications_deliveryreceipt_once", fields=["provider_id", "status"]
            )
        ]

    def __str__(self) -> str:
        return self.status


class OptOut(models.Model):
    """What a person does not want any more: a topic by every channel, or a channel for every topic.

    Wanting nothing at all is a withdrawn consent, not a row here. Wanting it again deletes the row.
    """

    participant_id = models.BigIntegerField()
    topic = models.CharField(max_length=12, choices=Topic.choices, blank=True)
    channel = models.CharField(max_length=12, choices=Channel.choices, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["participant_id", "topic", "channel"]
        constraints = [
            models.UniqueConstraint(
                name="notifications_optout_once", fields=["participant_id", "topic", "channel"]
            ),
            models.CheckConstraint(
                name="notifications_optout_of_one_thing",
                condition=models.Q(topic="") ^ models.Q(channel=""),
            ),
        ]

    def __str__(self) -> str:
        return self.topic or self.channel


class PushSubscription(models.Model):
    """A browser on a phone that a person lets us send notices to, until it or they end it.

    The address and the keys are sealed and emptied when it ends; ``digest`` is of the address, so that one
    browser is one row.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant_id = models.BigIntegerField(db_index=True)
    label = models.CharField(max_length=40, blank=True, help_text="browser and system, e.g. Chrome, Android")
    digest = models.BinaryField(max_length=32)
    secret_ciphertext = models.BinaryField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=20, blank=True, help_text="a code: removed, gone, another_person")

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="notifications_pushsubscription_once",
                fields=["digest"],
                condition=models.Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="notifications_pushsubscription_emptied_when_ended",
                condition=models.Q(ended_at__isnull=True, secret_ciphertext__isnull=False, ended_why="")
                | (
                    models.Q(ended_at__isnull=False, secret_ciphertext__isnull=True) & ~models.Q(ended_why="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.label or str(self.uid)


class Inbound(models.Model):
    """What somebody wrote to the portal's number, each of their messages once (``provider_id``).

    Words and number are sealed. ``message`` is the one that it answers: the quoted one, else the newest open
    question to that phone. ``participant_id`` stays empty until it is certain who of several people with one
    phone has written.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provider_id = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField(help_text="as WhatsApp says, never later than we heard of it")
    received_at = models.DateTimeField(auto_now_add=True)
    form = models.CharField(max_length=10, choices=Form.choices)
    phone_lookup = models.BinaryField(null=True, blank=True, max_length=32)
    phone_ciphertext = models.BinaryField(null=True, blank=True)
    words_ciphertext = models.BinaryField(null=True, blank=True)
    quotes = models.CharField(max_length=200, blank=True, help_text="the channel's id of the quoted message")
    participant_id = models.BigIntegerField(null=True, blank=True)
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="answers"
    )
    meaning = models.CharField(max_length=10, choices=Meaning.choices, blank=True)
    state = models.CharField(max_length=10, choices=InboundState.choices, default=InboundState.NEW)
    outcome = models.CharField(max_length=40, blank=True, help_text="what became of it: a code")
    options = models.JSONField(
        default=list, blank=True, help_text="ids of the messages that were offered to choose from, in order"
    )
    city = models.CharField(max_length=5, blank=True)
    kecamatan = models.CharField(max_length=8, blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = InboundQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(
                name="notifications_inbound_new", fields=["at", "id"], condition=models.Q(state="new")
            ),
            models.Index(
                name="notifications_inbound_tray",
                fields=["kecamatan", "-at", "-id"],
                condition=models.Q(state="tray"),
            ),
            models.Index(name="notifications_inbound_newest", fields=["-at", "-id"]),
            models.Index(name="notifications_inbound_phone", fields=["phone_lookup", "-at"]),
            models.Index(name="notifications_inbound_person", fields=["participant_id", "-at"]),
        ]

    def __str__(self) -> str:
        return f"{self.form} ({self.state})"


class Reply(models.Model):
    """Words of our own that follow what somebody wrote, inside WhatsApp's 24 hours; ``message`` carries them.

    ``by`` is the officer who wrote them; the portal itself when empty.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="reply")
    inbound = models.ForeignKey(Inbound, on_delete=models.CASCADE, related_name="replies")
    words_ciphertext = models.BinaryField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"


class DeadNumber(models.Model):
    """A phone number that WhatsApp does not reach, known by its digest only, so that it holds for whoever
    has it. It is forgotten as soon as something arrives there or somebody writes from it.
    """

    phone_lookup = models.BinaryField(max_length=32, unique=True)
    since = models.DateTimeField()
    reason = models.CharField(max_length=80, help_text="a code of kinds.REASONS")

    class Meta:
        ordering = ["since", "pk"]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d}"
