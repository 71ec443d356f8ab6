"""People who have written, two of them unclear, and a number that WhatsApp does not reach."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from okoce.dashboard.demo.accounts import PALMERAH
from okoce.notifications import inbound, numbers
from participants.models import Participant

WROTE = (
    ("text", "Bu, kalau telat setengah jam masih boleh masuk? Saya antar anak sekolah dulu."),
    ("audio", ""),
    ("text", "Terima kasih infonya bu 🙏"),
)


def tell_answers(now: datetime) -> None:
    """Yesterday, so that nothing is sent back when the demonstration starts."""
    phones = _phones(len(WROTE) + 1)
    for n, (phone, (form, text)) in enumerate(zip(phones, WROTE, strict=False)):
        said: dict[str, Any] = {
            "from": phone,
            "id": f"wamid.demo-{n}",
            "timestamp": int((now - timedelta(hours=26 + n)).timestamp()),
            "type": form,
            form: {"body": text} if text else {"id": "1"},
        }
        inbound.keep({"messages": [said]}, until=now)
    inbound.work_through()
    numbers.is_dead(phones[len(WROTE) :])


def _phones(count: int) -> list[str]:
    """Of people with a number of their own; the third shares it with somebody, as happens in families."""
    people = Participant.objects.filter(kecamatan=PALMERAH, phone_lookup__isnull=False).taking_part()
    newest = list(people.order_by("-pk")[:200])
    owners = Counter(bytes(person.phone_lookup) for person in newest)
    alone = [person for person in newest if owners[bytes(person.phone_lookup)] == 1][:count]
    shared = [person for person in newest if owners[bytes(person.phone_lookup)] > 1][:1]
    return [person.phone for person in [*alone[:2], *shared, *alone[2:]]][:count]
