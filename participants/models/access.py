"""How a participant gets in: a code sent to the registered phone, or the link on the card (status only)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from participants.models.participant import Participant


class SignInCode(models.Model):
    """Six digits, five minutes, three tries, one use, for one phone and one browser.

    Only keyed digests are stored. A row is written for numbers nobody registered too, so that they cost
    the same work; nothing is sent for those.
    """

    phone_lookup = models.BinaryField(max_length=32)
    code_lookup = models.BinaryField(max_length=32)
    browser = models.CharField(
        max_length=64, help_text="digest of the browser that asked: a code works only there"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(name="participants_code_browser", fields=["browser", "-id"])]
        constraints = [
            models.CheckConstraint(name="participants_signincode_three_tries", condition=Q(tries__lte=3)),
            models.CheckConstraint(
                name="participants_signincode_lives_a_while", condition=Q(expires_at__gt=F("created_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"code {self.pk}"


class CardToken(models.Model):
    """The random address on a participant card. It shows the status and nothing that names anybody else."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="card_tokens")
    token_lookup = models.BinaryField(max_length=32, unique=True)
    token_ciphertext = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="participants_cardtoken_one_valid",
                fields=["participant"],
                condition=Q(revoked_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"card of {self.participant_id}"
