"""A few people who want less: one no news of bazaars, one nothing by SMS, one nothing by e-mail."""

from __future__ import annotations

from okoce.dashboard.demo.accounts import PALMERAH
from okoce.notifications import wishes
from okoce.notifications.enums import Channel, Topic
from okoce.notifications.opting_out import BY_LINK, BY_SELF
from participants.models import Participant

WISHES = (
    ({"topic": Topic.BAZAARS}, BY_LINK),
    ({"channel": Channel.SMS}, BY_SELF),
    ({"channel": Channel.EMAIL}, BY_LINK),
)


def tell_wishes() -> None:
    """Made through the services."""
    people = Participant.objects.of_kecamatan(PALMERAH).usable().order_by("-number")[50:53]
    for person, (thing, way) in zip(people, WISHES, strict=True):
        wishes.end(participant_id=person.pk, by=None, way=way, **thing)
