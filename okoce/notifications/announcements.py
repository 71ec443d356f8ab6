"""A short announcement of an office to many: fixed words around one line that the office writes.

The line may hold ``{name}`` and ``{number}`` of whoever reads it; it never holds a personal number, an amount
or an address (okoce.notifications.safety).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.notifications import audiences, causes, directory, kinds, safety, texts
from okoce.notifications.enums import Category, ConsentRule
from okoce.notifications.models import Campaign

KIND = "announcement"
CAUSE = "notifications.campaign"
GAPS = ("name", "number")
LONGEST = 280
LASTS = timedelta(days=7)  # what has not gone by then is old news
CATEGORY = Category.MARKETING
SAMPLE = {
    "announcement": "Pendaftaran pelatihan tahap 2 dibuka sampai Jumat. Kuota terbatas.",
    "office": "Kecamatan Palmerah",
    "read_path": "/pelatihan/jadwal/",
}


def register() -> None:
    causes.register(CAUSE, describe_cause)
    kinds.register(
        kinds.Kind(
            code=KIND,
            label=gettext_lazy("Announcement"),
            channels=kinds.USUAL_CHAIN,
            details=details,
            consent=ConsentRule.REQUIRED,
            is_bulk=True,
            sample=SAMPLE,
            gaps={
                "announcement": gettext_lazy("What the office has written"),
                "office": gettext_lazy("Name of the office that writes"),
                "read_link": gettext_lazy("Link to read on"),
            },
            required=("announcement", "office"),
        )
    )


def details(messages: Sequence[Any]) -> Mapping[str, Mapping[str, Any]]:
    """The words of each message's campaign, with the reader's name where the office wants it. Two queries."""
    written = Campaign.objects.in_bulk({m.campaign_id for m in messages if m.campaign_id})
    asks = any(texts.gaps(campaign.announcement) for campaign in written.values())
    people = directory.of_messages(messages) if asks else {}
    found = {}
    for message in messages:
        campaign = written.get(message.campaign_id)
        if campaign is None:
            continue
        person = people.get(message.key)
        values = {"name": person.name, "number": person.number} if person else {}
        path = audiences.path_of(campaign.page)
        found[message.key] = {
            "announcement": texts.fill(campaign.announcement, values),
            "office": campaign.office,
            "read_path": path,
            "page_path": path,  # where a notice on the phone leads to
        }
    return found


def problems_of(line: str) -> list[str]:
    """Why this line cannot be sent, in sentences; empty when it can."""
    found = texts.problems_of(line, known=GAPS, longest=LONGEST)
    if problem := safety.problem_in(line):
        found.append(_FORBIDDEN[problem]())
    return found


_FORBIDDEN = {
    "nik": lambda: _("The text holds a NIK or KK number. Messages never do: leave it out."),
    "phone": lambda: _("The text holds a phone number. Messages never do: link to a page of the portal."),
    "amount": lambda: _("The text holds an amount in rupiah. Messages never do: leave it out."),
    "address": lambda: _("The text holds an address with RT and RW. Name the place instead."),
}


def describe_cause(user: Any, campaign_id: int) -> causes.Described | None:
    campaign = Campaign.objects.visible_to(user).filter(pk=campaign_id).first()
    return causes.Described(campaign.title, campaign.get_absolute_url()) if campaign else None
