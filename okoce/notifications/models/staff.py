"""The own number of somebody of the staff, for tests of messages."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class OwnPhone(models.Model):
    """A number to which somebody of the staff lets tests of messages go, and nothing else.

    It is sealed. It counts once ``confirmed_at`` is set: the code of ``code_digest`` came back from there.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="own_phone")
    phone_ciphertext = models.BinaryField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    code_digest = models.BinaryField(max_length=32, null=True, blank=True)
    code_until = models.DateTimeField(null=True, blank=True)
    codes = models.PositiveSmallIntegerField(default=0, help_text="how many codes were sent")
    tries = models.PositiveSmallIntegerField(default=0, help_text="wrong ones for the newest code")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="notifications_ownphone_confirmed_or_asked",
                condition=models.Q(confirmed_at__isnull=False, code_digest__isnull=True)
                | models.Q(confirmed_at__isnull=True, code_digest__isnull=False, code_until__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.uid)
