"""Three people who ask for something about their data: one early, one nearly due, one overdue."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import PALMERAH
from participants.enums import Channel, Purpose, RequestKind
from participants.models import Participant
from participants.services import consents, rights

# kind, way, hours ago, in the person's words, proposed values
ASKED = (
    (RequestKind.COPY, Channel.COUNTER, 8, "Mohon salinan data untuk mengurus NIB.", {}),
    (
        RequestKind.CORRECTION,
        Channel.SELF,
        55,
        "RT dan RW saya tertulis lama, mohon disesuaikan dengan KTP baru.",
        {"rt": "007", "rw": "011"},
    ),
    (RequestKind.ERASURE, Channel.LETTER, 80, "Saya pindah ke luar kota dan tidak ikut program lagi.", {}),
)


def tell_rights(users: dict[str, User]) -> None:
    """Made through the services; the first of them has also withdrawn a consent."""
    now, officer = timezone.now(), users["sudin.jakbar"]
    people = Participant.objects.of_kecamatan(PALMERAH).usable().order_by("-number")[40:43]
    for person, (kind, way, hours, note, values) in zip(people, ASKED, strict=True):
        came = now - timedelta(hours=hours)
        rights.receive(
            participant_id=person.pk, kind=kind, channel=way, by=officer, now=now, note=note, values=values,
            received_at=came,
        )  # fmt: skip
        consents.give(
            participant_id=person.pk, purpose=Purpose.PHOTOS, channel=Channel.COUNTER, by=officer, now=came
        )
    consents.withdraw(
        participant_id=people[0].pk, purpose=Purpose.PHOTOS, channel=Channel.PHONE, by=officer, now=now
    )
