"""The person: one row per NIK, whatever agency registered them."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left
from django.urls import reverse

from okoce.db.encryption import PersonalNumber
from okoce.db.models import AppendOnly, Dated, Period
from okoce.organisations.models import Organisation
from okoce.regions.models import Region
from okoce.values import nik as nik_values
from okoce.values import phone as phone_values
from participants.enums import Category, Channel, Purpose, Sex, Source, Status, Step
from participants.querysets import (
    FosterLinkQuerySet,
    ParticipantManager,
    ParticipantQuerySet,
    StepReachedQuerySet,
)

NOT_MERGED = Q(merged_into__isnull=True)


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["updated_at"]
)
class Participant(Dated):
    """A resident in the programme.

    NIK and phone are sealed (okoce.db.encryption); ``nik_lookup`` and ``phone_lookup`` find them exactly. A
    phone may belong to several people, and so may a family card (KK). Kecamatan and city are repeated from
    the kelurahan, so that scope and counts need no join.

    ``merged_into``: this row turned out to be the same person as another, who carries everything now
    (participants.merging). ``objects`` leaves such rows out, everywhere; ``everybody`` does not.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(
        max_length=16, unique=True, help_text="e.g. JB-PM-00417: city, kecamatan, serial"
    )
    full_name = models.CharField(max_length=100)
    name_key = models.CharField(max_length=100, help_text="okoce.values.names.key(full_name)")
    nik_ciphertext = models.BinaryField(null=True)
    nik_lookup = models.BinaryField(null=True, max_length=32)
    phone_ciphertext = models.BinaryField(null=True, blank=True)
    phone_lookup = models.BinaryField(null=True, blank=True, max_length=32)
    kk_ciphertext = models.BinaryField(null=True, blank=True)
    kk_lookup = models.BinaryField(null=True, blank=True, max_length=32)
    email = models.EmailField(blank=True)
    birth_date = models.DateField()
    birth_place = models.CharField(max_length=60, blank=True)
    sex = models.CharField(max_length=1, choices=Sex.choices)
    address = models.CharField(max_length=200, blank=True)
    rt = models.CharField(max_length=3, blank=True)
    rw = models.CharField(max_length=3, blank=True)
    kelurahan = models.ForeignKey(Region, null=True, on_delete=models.PROTECT, related_name="+")
    kecamatan = models.ForeignKey(
        Region, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    city = models.ForeignKey(Region, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_outside_dki = models.BooleanField(default=False, help_text="kept, but in no target count")
    category = models.CharField(max_length=12, choices=Category.choices, default=Category.WOULD_BE)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    source = models.CharField(max_length=8, choices=Source.choices)
    registered_on = models.DateField()
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    registered_at_unit = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="participant"
    )
    restricted_at = models.DateTimeField(
        null=True, blank=True, help_text="since when the data is kept but not used, as the person asked"
    )
    erased_at = models.DateTimeField(
        null=True, blank=True, help_text="since when nothing here names anybody (participants.erasing)"
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_from", db_index=False
    )

    nik = PersonalNumber("participants.nik")
    phone = PersonalNumber("participants.phone")
    kk = PersonalNumber("participants.kk")

    objects = ParticipantManager()
    everybody = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ["-registered_on", "-pk"]
        constraints = [
            models.UniqueConstraint(name="participants_participant_nik_once", fields=["nik_lookup"]),
            models.CheckConstraint(
                name="participants_participant_nik_whole",
                condition=Q(nik_ciphertext__isnull=False, nik_lookup__isnull=False)
                | Q(nik_ciphertext__isnull=True, nik_lookup__isnull=True),
            ),
            models.CheckConstraint(
                name="participants_participant_phone_whole",
                condition=Q(phone_ciphertext__isnull=False, phone_lookup__isnull=False)
                | Q(phone_ciphertext__isnull=True, phone_lookup__isnull=True),
            ),
            models.CheckConstraint(
                name="participants_participant_kk_whole",
                condition=Q(kk_ciphertext__isnull=False, kk_lookup__isnull=False)
                | Q(kk_ciphertext__isnull=True, kk_lookup__isnull=True),
            ),
            models.CheckConstraint(
                name="participants_participant_not_into_itself",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
            ),
            models.CheckConstraint(
                name="participants_participant_area_whole",
                condition=Q(is_outside_dki=True)
                | Q(kelurahan__isnull=False, kecamatan__isnull=False, city__isnull=False),
            ),
            models.CheckConstraint(
                name="participants_participant_kelurahan_in_kecamatan",
                condition=Q(kelurahan__isnull=True) | Q(kecamatan=Left(F("kelurahan"), 8)),
            ),
            models.CheckConstraint(
                name="participants_participant_kecamatan_in_city",
                condition=Q(kecamatan__isnull=True) | Q(city=Left(F("kecamatan"), 5)),
            ),
            models.CheckConstraint(
                name="participants_participant_erased_whole",
                condition=Q(erased_at__isnull=True)
                | Q(
                    full_name="",
                    name_key="",
                    nik_lookup__isnull=True,
                    phone_lookup__isnull=True,
                    email="",
                    address="",
                    birth_place="",
                ),
            ),
        ]
        indexes = [
            # Partial, as every question is asked of those who are not merged: counts need the index alone.
            models.Index(name="participants_newest", fields=["-registered_on", "-id"], condition=NOT_MERGED),
            models.Index(
                name="participants_city_newest",
                fields=["city", "-registered_on", "-id"],
                condition=NOT_MERGED,
            ),
            models.Index(
                name="participants_kec_newest",
                fields=["kecamatan", "-registered_on", "-id"],
                condition=NOT_MERGED,
            ),
            models.Index(name="participants_by_name", fields=["name_key", "id"]),
            models.Index(
                name="participants_merged", fields=["merged_into"], condition=Q(merged_into__isnull=False)
            ),
            models.Index(name="participants_kk", fields=["kk_lookup"], condition=Q(kk_lookup__isnull=False)),
            models.Index(name="participants_phone", fields=["phone_lookup"]),
            models.Index(name="participants_born", fields=["birth_date"], condition=NOT_MERGED),
        ]

    def __str__(self) -> str:
        return self.full_name or self.number

    def get_absolute_url(self) -> str:
        return reverse("participants:detail", args=[self.number])

    @property
    def masked_nik(self) -> str:
        return nik_values.mask(self.nik) if self.nik_ciphertext else ""

    @property
    def masked_kk(self) -> str:
        return nik_values.mask(self.kk) if self.kk_ciphertext else ""

    @property
    def masked_phone(self) -> str:
        return phone_values.mask(self.phone) if self.phone_ciphertext else ""


class NumberSeries(models.Model):
    """The last serial of each kecamatan's participant numbers; locked while numbers are given."""

    kecamatan = models.OneToOneField(Region, primary_key=True, on_delete=models.PROTECT, related_name="+")
    prefix = models.CharField(max_length=8, unique=True, help_text="e.g. JB-PM")
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.prefix


class Enrolment(models.Model):
    """A participant in a programme year."""

    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="enrolments", db_index=False
    )
    year = models.PositiveSmallIntegerField()
    enrolled_on = models.DateField()

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(
                name="participants_enrolment_once_a_year", fields=["participant", "year"]
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)


class FosterLink(Period):
    """An agency fosters a participant, from a day on. Each counts its own, the province counts once."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="foster_links")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="foster_links", db_index=False
    )

    objects = FosterLinkQuerySet.as_manager()

    class Meta:
        ordering = ["valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="participants_fosterlink_once_at_a_time",
                fields=["participant", "organisation"],
                condition=Q(valid_until__isnull=True),
            ),
        ]
        # Not the key's own index: that one has a twin for codes that begin alike, and nobody asks for those.
        indexes = [models.Index(name="participants_fosterlink_unit", fields=["organisation"])]

    def __str__(self) -> str:
        return str(self.organisation_id)


class MentorAssignment(Period):
    """A mentor looks after a participant."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="mentor_assignments")
    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mentees")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="participants_mentorassignment_one_at_a_time",
                fields=["participant"],
                condition=Q(valid_until__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.mentor_id)


class Consent(AppendOnly):
    """A consent given or withdrawn, for one purpose, with the text that was read. The newest row counts."""

    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="consents", db_index=False
    )
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    is_given = models.BooleanField()
    text_version = models.CharField(max_length=20)
    language = models.CharField(max_length=2, default="id")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(name="participants_consent_newest", fields=["participant", "purpose", "-at", "-id"])
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.is_given}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class StepReached(models.Model):
    """One of the seven milestones of a participant, reached on a day, with its evidence."""

    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="steps", db_index=False
    )
    step = models.PositiveSmallIntegerField(choices=Step.choices)
    reached_on = models.DateField()
    evidence = models.CharField(max_length=120, help_text="what proves it, e.g. import:12 or session:34")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    recorded_at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(
        max_length=200, blank=True, db_default="", help_text="why it was recorded by hand; else empty"
    )

    objects = StepReachedQuerySet.as_manager()

    class Meta:
        ordering = ["step"]
        constraints = [
            models.UniqueConstraint(name="participants_stepreached_once", fields=["participant", "step"]),
            models.CheckConstraint(
                name="participants_stepreached_one_of_seven", condition=Q(step__range=(1, 7))
            ),
            models.CheckConstraint(
                name="participants_stepreached_by_hand_has_a_reason",
                condition=~Q(evidence__startswith="manual:") | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"P{self.step}"
