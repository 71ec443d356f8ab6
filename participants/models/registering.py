"""Registrations on their way: what an officer has typed, what a resident has sent in, photos of the card."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from okoce.db.encryption import PersonalNumber
from okoce.db.sealed_files import SealedFileField
from okoce.regions.models import Region
from participants.enums import Relation, SelfState
from participants.models.participant import Participant
from participants.querysets import (
    IdentityPhotoQuerySet,
    RegistrationDraftQuerySet,
    SelfRegistrationQuerySet,
)


class RegistrationDraft(models.Model):
    """One person at the counter whose form is not finished. Belongs to the officer, not to a browser.

    ``typed_ciphertext`` is the sealed JSON of NIK and fields (participants.drafts). A finished draft is empty
    and keeps the participant's number for some days: the same form sent again leads to the same result.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    nik_lookup = models.BinaryField(null=True, max_length=32)
    typed_ciphertext = models.BinaryField(null=True)
    number = models.CharField(max_length=16, blank=True, help_text="of the participant it became")
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(default=timezone.now)

    objects = RegistrationDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-touched_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="participants_registrationdraft_one_per_nik", fields=["user", "nik_lookup"]
            ),
            models.CheckConstraint(
                name="participants_registrationdraft_open_or_finished",
                condition=Q(number="", nik_lookup__isnull=False, typed_ciphertext__isnull=False)
                | (~Q(number="") & Q(nik_lookup__isnull=True, typed_ciphertext__isnull=True)),
            ),
        ]
        indexes = [models.Index(name="participants_draft_touched", fields=["touched_at"])]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class SelfRegistration(models.Model):
    """A resident's own registration, from the first answer to the decision of the kecamatan.

    What was typed lies sealed in one column and is emptied when the person has become a participant, or some
    days after a refusal (participants.services.self_registration). ``code`` opens it again; it is no name and
    no number of anybody.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code_ciphertext = models.BinaryField(null=True)
    code_lookup = models.BinaryField(null=True, max_length=32, unique=True)
    state = models.CharField(max_length=10, choices=SelfState.choices, default=SelfState.DRAFT)
    typed_ciphertext = models.BinaryField(null=True)
    nik_lookup = models.BinaryField(null=True, max_length=32)
    kelurahan = models.ForeignKey(Region, null=True, on_delete=models.PROTECT, related_name="+")
    kecamatan = models.ForeignKey(Region, null=True, on_delete=models.PROTECT, related_name="+")
    city = models.ForeignKey(Region, null=True, on_delete=models.PROTECT, related_name="+")
    is_outside_dki = models.BooleanField(default=False)
    language = models.CharField(max_length=2, default="id")
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(default=timezone.now, help_text="the applicant's last answer")
    submitted_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=12, blank=True, help_text="code of a refusal")
    participant = models.ForeignKey(
        Participant, null=True, blank=True, on_delete=models.PROTECT, related_name="self_registrations"
    )
    blanked_at = models.DateTimeField(null=True, blank=True)

    code = PersonalNumber("participants.self_registration_code")

    objects = SelfRegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["submitted_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="participants_selfregistration_sent_whole",
                condition=Q(state=SelfState.DRAFT, submitted_at__isnull=True)
                | Q(state=SelfState.CANCELLED)
                | Q(submitted_at__isnull=False, kecamatan__isnull=False, city__isnull=False),
            ),
            models.CheckConstraint(
                name="participants_selfregistration_accepted_is_somebody",
                condition=Q(state=SelfState.ACCEPTED, participant__isnull=False)
                | (~Q(state=SelfState.ACCEPTED) & Q(participant__isnull=True)),
            ),
            models.CheckConstraint(
                name="participants_selfregistration_decided_whole",
                condition=Q(
                    state__in=[SelfState.DRAFT, SelfState.WAITING, SelfState.ASKED], decided_at__isnull=True
                )
                | Q(
                    state__in=[SelfState.ACCEPTED, SelfState.REJECTED],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                )
                | Q(state__in=[SelfState.EXPIRED, SelfState.CANCELLED], decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="participants_selfregistration_open_ones_are_full",
                condition=Q(blanked_at__isnull=True)
                | Q(typed_ciphertext__isnull=True, nik_lookup__isnull=True, decided_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="participants_self_kecamatan", fields=["kecamatan", "state", "submitted_at", "id"]
            ),
            models.Index(name="participants_self_city", fields=["city", "state", "submitted_at", "id"]),
            models.Index(name="participants_self_nik", fields=["nik_lookup"]),
            models.Index(name="participants_self_touched", fields=["state", "touched_at"]),
        ]

    def __str__(self) -> str:
        return f"self-registration {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in (SelfState.WAITING, SelfState.ASKED)


class SelfRegistrationEvent(models.Model):
    """What happened to a self-registration: sent, asked, answered, decided. ``by``: empty for the applicant.

    ``text_ciphertext`` seals what was asked, answered or explained; it is emptied with the registration.
    """

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    registration = models.ForeignKey(SelfRegistration, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    text_ciphertext = models.BinaryField(null=True)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(name="participants_selfevent_order", fields=["registration", "at", "id"])]

    def __str__(self) -> str:
        return self.kind


class IdentityPhoto(models.Model):
    """A photo of an identity card, for one comparison. Deleted with the decision, or after some days."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    registration = models.OneToOneField(
        SelfRegistration, null=True, blank=True, on_delete=models.CASCADE, related_name="photo"
    )
    participant = models.OneToOneField(
        Participant, null=True, blank=True, on_delete=models.PROTECT, related_name="identity_photo"
    )
    file = SealedFileField()
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = IdentityPhotoQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="participants_identityphoto_of_one",
                condition=Q(registration__isnull=False, participant__isnull=True)
                | Q(registration__isnull=True, participant__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"photo {self.pk}"


class CardSeen(models.Model):
    """Why a NIK whose date part is impossible was accepted: an officer saw it on the card.

    A NIK is never changed, not even when its date part is wrong (docs/programme.md, "NIK").
    """

    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="card_seen")
    reason = models.CharField(max_length=120)
    seen_at = models.DateTimeField()
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"card of {self.participant_id}"


class Guardian(models.Model):
    """Who agreed for somebody under eighteen (UU 27/2022 art. 25)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="guardians")
    full_name = models.CharField(max_length=100)
    relation = models.CharField(max_length=10, choices=Relation.choices)
    phone_ciphertext = models.BinaryField(null=True, blank=True)
    phone_lookup = models.BinaryField(null=True, blank=True, max_length=32)
    agreed_at = models.DateTimeField()
    text_version = models.CharField(max_length=20)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    phone = PersonalNumber("participants.guardian_phone")

    class Meta:
        verbose_name = _("guardian")
        ordering = ["-agreed_at", "-pk"]

    def __str__(self) -> str:
        return self.full_name
