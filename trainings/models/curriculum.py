"""What is taught: the activities, as data. Which ones are required is a fact of the programme year."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from trainings.querysets import ActivityQuerySet


class Activity(models.Model):
    """One of the activities (kegiatan). Three required ones completed in one year make "tuntas"."""

    code = models.SlugField(primary_key=True, max_length=30)
    position = models.PositiveSmallIntegerField(unique=True)
    name_id = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    is_required = models.BooleanField(default=True)
    closed_to = ArrayField(
        models.CharField(max_length=12),
        default=list,
        blank=True,
        help_text="participants.enums.Category codes that do not take it",
    )

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" else self.name_id

    @property
    def label(self) -> str:
        """Kegiatan 2: as everybody calls it."""
        return _("Activity %(number)s") % {"number": self.position}

    @property
    def title(self) -> str:
        return _("Activity %(number)s: %(name)s") % {"number": self.position, "name": self.name}
