"""What the pages of one person share: the person inside the area, and the crumbs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from participants import areas
from participants.models import Business, Participant


def person_of(request: HttpRequest, number: str) -> Participant:
    people = Participant.objects.visible_to(request.user).open_to(request.user).named()
    people = people.select_related("registered_at_unit")
    return get_object_or_404(people, number=number)


def business_of(request: HttpRequest, number: str, pk: int) -> Business:
    businesses = Business.objects.visible_to(request.user).select_related("participant", "sector")
    return get_object_or_404(businesses, pk=pk, participant__number=number)


def crumbs_of(participant: Participant, *here: Any) -> list[dict[str, str]]:
    """Participants / kecamatan / the person / …; each of ``here`` is a label or (label, address)."""
    items = [{"label": _("Participants"), "url": reverse("participants:list")}]
    if participant.kecamatan_id:
        url = f"{items[0]['url']}?kecamatan={participant.kecamatan_id}"
        items.append({"label": areas.name_of(participant.kecamatan_id), "url": url})
    items.append({"label": participant.full_name, "url": participant.get_absolute_url() if here else ""})
    for part in here:
        label, url = part if isinstance(part, tuple) else (part, "")
        items.append({"label": str(label), "url": url})
    return items
