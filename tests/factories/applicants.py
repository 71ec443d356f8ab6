"""People who register themselves, through the service as on the page."""

from datetime import timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from participants import self_steps
from participants.models import SelfRegistration
from participants.services import self_registration as services

_serials = count(9001)


def answers(**changes: Any) -> dict[str, Any]:
    """Everything a resident of Palmerah writes; born on 7 August 1990 by NIK and by birth date."""
    typed = {
        "nik": f"317307470890{next(_serials)}",
        "full_name": "Nurhayati",
        "birth_date": "1990-08-07",
        "sex": "P",
        "kelurahan": "31.73.07.1001",
        "is_outside_dki": False,
        "address": "Jalan Kemanggisan 4",
        "rt": "003",
        "rw": "011",
        "phone": "+6281200004417",
        "email": "",
        "category": "starter",
        "business_name": "Kue Nurhayati",
        "sector": "kuliner",
        "is_informed": True,
        "messages": True,
        "photos": False,
        "partners": False,
        **changes,
    }
    return {**typed, "kecamatan": typed["kelurahan"][:8]}


def begun(*, now: Any = None, **changes: Any) -> SelfRegistration:
    """Everything answered, not sent."""
    now = now or timezone.now()
    row = services.begin(address="192.0.2.1", language="id", now=now)
    typed = answers(**changes)
    for step in self_steps.steps_for(typed, today=timezone.localdate()):
        row = services.save_step(uid=row.uid, step=step, answers=typed, now=now)
    return row


def sent_in(*, days_ago: int = 0, **changes: Any) -> SelfRegistration:
    """Waiting in the queue of its kecamatan."""
    now = timezone.now() - timedelta(days=days_ago)
    row = begun(now=now, **changes)
    return services.send(uid=row.uid, today=timezone.localdate(), now=now)
