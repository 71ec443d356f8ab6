"""Somebody to whom nobody writes for a while."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import PALMERAH
from okoce.notifications import pauses
from participants.models import Participant

RESTS_FOR = timedelta(days=14)


def tell_pauses(users: dict[str, User]) -> None:
    """Made through the service; the officer of Palmerah knows why."""
    person = Participant.objects.of_kecamatan(PALMERAH).usable().order_by("-number")[45]
    pauses.pause(
        participant_id=person.pk,
        reason="Sedang berduka, keluarga minta tidak dihubungi lewat pesan",
        until=timezone.localdate() + RESTS_FOR,
        by=users["camat.palmerah"],
    )
