"""The words of messages in versions, how WhatsApp registered them, and when reminders go."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from okoce.db.models import AppendOnly
from okoce.notifications.enums import TemplateState
from okoce.notifications.querysets import (
    MessageTextQuerySet,
    RegisteredTemplateQuerySet,
    SendingTimesQuerySet,
    TemplateNewsQuerySet,
)


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
