"""When rooms are open and trainers are away."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from trainings.models.session import Trainer, Venue


class VenueHours(models.Model):
    """Opening hours of one weekday (0 is Monday). A venue without any row is open whenever it is asked."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering = ["venue", "weekday"]
        constraints = [
            models.UniqueConstraint(name="trainings_venuehours_once", fields=["venue", "weekday"]),
            models.CheckConstraint(name="trainings_venuehours_weekday", condition=Q(weekday__lte=6)),
            models.CheckConstraint(name="trainings_venuehours_in_order", condition=Q(closes__gt=F("opens"))),
        ]

    def __str__(self) -> str:
        return f"{self.venue_id}: {self.weekday}"


class VenueClosure(models.Model):
    """Days on which a room cannot be used: repairs, elections, a flood."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="closures")
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=120)

    class Meta:
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                name="trainings_venueclosure_in_order", condition=Q(last_day__gte=F("first_day"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.venue_id}: {self.first_day}"


class TrainerAbsence(models.Model):
    """Days on which a trainer cannot come. Why is nobody's business here."""

    trainer = models.ForeignKey(Trainer, on_delete=models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                name="trainings_trainerabsence_in_order", condition=Q(last_day__gte=F("first_day"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.trainer_id}: {self.first_day}"
