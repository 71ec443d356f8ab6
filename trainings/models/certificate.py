"""The proof that somebody completed a year: one number for ever, printed as often as needed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from okoce.db.models import Dated
from okoce.organisations.models import Organisation
from okoce.regions.models import Region
from participants.models import Participant
from trainings.querysets import CertificateQuerySet, NameConfirmationQuerySet


class NameConfirmation(models.Model):
    """Somebody says that the name is written as on the identity card. It counts while the name stays."""

    participant = models.OneToOneField(
        Participant, primary_key=True, on_delete=models.PROTECT, related_name="name_confirmation"
    )
    name = models.CharField(max_length=100)
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = NameConfirmationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"name of {self.participant_id}"


class CertificateSeries(models.Model):
    """The last serial of a city's year; locked while a number is given, so that none is left out."""

    city = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="trainings_certificateseries_once", fields=["city", "year"])
        ]

    def __str__(self) -> str:
        return f"{self.city_id}/{self.year}"


class Certificate(Dated):
    """One for a participant and a year. The number never changes; what is printed is an edition of it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="certificates")
    year = models.PositiveSmallIntegerField()
    city = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    kecamatan = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    serial = models.PositiveIntegerField()
    number = models.CharField(max_length=24, unique=True, help_text="OKOCE/JB/2018/00001")
    issuer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoke_reason = models.CharField(max_length=200, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["city", "year", "serial"]
        constraints = [
            models.UniqueConstraint(name="trainings_certificate_once_a_year", fields=["participant", "year"]),
            models.UniqueConstraint(
                name="trainings_certificate_serial_once", fields=["city", "year", "serial"]
            ),
            models.CheckConstraint(
                name="trainings_certificate_revoked_whole",
                condition=Q(revoked_at__isnull=True, revoke_reason="")
                | Q(revoked_at__isnull=False) & ~Q(revoke_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def current(self) -> CertificateEdition:
        return self.editions.get(superseded_at=None)


class CertificateEdition(models.Model):
    """What stands on a printed certificate. A newer edition ends the one before; the code of each is its own.

    ``facts``: {"completed_on": "2018-08-12", "minutes": 540, "activities": [{"code", "title", "day",
    "starts", "ends", "minutes", "place", "kecamatan", "session"}]}, days ISO, times HH.MM in Jakarta.
    """

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="editions")
    edition = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100, help_text="as on the identity card, confirmed")
    facts = models.JSONField()
    reason = models.CharField(max_length=200, blank=True, help_text="why it was issued anew")
    code_lookup = models.BinaryField(max_length=32, unique=True)
    code_ciphertext = models.BinaryField()
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["certificate", "edition"]
        constraints = [
            models.UniqueConstraint(
                name="trainings_certificateedition_once", fields=["certificate", "edition"]
            ),
            models.UniqueConstraint(
                name="trainings_certificateedition_one_current",
                fields=["certificate"],
                condition=Q(superseded_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id}.{self.edition}"
