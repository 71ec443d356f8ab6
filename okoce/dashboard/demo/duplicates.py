"""A few people who were registered twice: what the queue of possible duplicates looks like."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import KEMBANGAN, PALMERAH
from okoce.values import nik as nik_values
from participants import nearby
from participants.duplicates import niks_near
from participants.enums import Category, Purpose, Source
from participants.models import Participant
from participants.services import duplicates, merging
from participants.services.registration import register_participant


def _doubled(name: str) -> str:
    """Siti Rahmawati as Siti Rahmawatti."""
    return name[:-1] + name[-2:] if len(name) > 2 else name


def _swapped(name: str) -> str:
    """Two letters of the last word changed about."""
    return name[:-3] + name[-2] + name[-3] + name[-1]


def _shorter(name: str) -> str:
    """One letter of the last word left out."""
    return name[:-2] + name[-1]


# Whose entry, how the name was written the second time, by whom, with the same phone.
STORIES: tuple[tuple[str, Callable[[str], str], str, bool], ...] = (
    (PALMERAH, str, "camat.palmerah", True),
    (PALMERAH, _swapped, "camat.palmerah", True),
    (PALMERAH, _doubled, "camat.kembangan", False),
    (KEMBANGAN, _shorter, "sudin.jakbar", True),
    (PALMERAH, _shorter, "sudin.jakbar", True),
)


def tell_duplicates(users: dict[str, User], *, today: date, now: datetime) -> None:
    """Five pairs found when somebody was registered again, and one of them joined already."""
    nearby.relearn()
    taken: set[int] = set()
    made: list[tuple[Participant, Participant]] = []
    for kecamatan, written, officer, same_phone in STORIES:
        base = _somebody(kecamatan, taken)
        taken.add(base.pk)
        made.append((base, _again(base, written, users[officer], same_phone, today, now)))
    first, again = made[-1]
    merging.merge(
        survivor_id=first.pk,
        merged_id=again.pk,
        chosen={},
        reason="KTP dibandingkan di loket",
        by=users["sudin.jakbar"],
        now=now,
    )
    duplicates.look_for([first.pk], now=now)


def _somebody(kecamatan: str, taken: set[int]) -> Participant:
    people = Participant.objects.in_programme().of_kecamatan(kecamatan).exclude(pk__in=taken)
    fitting = people.filter(
        source=Source.IMPORT, phone_lookup__isnull=False, name_key__regex=r"^[a-z]{4,} [a-z]{6,}$"
    )
    return fitting.order_by("-number")[0]


def _again(
    base: Participant,
    written: Callable[[str], str],
    officer: User,
    same_phone: bool,
    today: date,
    now: datetime,
) -> Participant:
    kelurahan = base.kelurahan_id or ""
    if officer.username == "camat.kembangan":
        kelurahan = f"{KEMBANGAN}.1001"
    return register_participant(
        nik=_other_nik(base.nik),
        full_name=written(base.full_name),
        birth_date=base.birth_date,
        sex=base.sex,
        phone=base.phone if same_phone else "",
        kelurahan=kelurahan,
        category=Category.WOULD_BE,
        consents={Purpose.MESSAGES: True} if same_phone else {},
        by=officer,
        today=today,
        now=now,
    )


def _other_nik(nik: str) -> str:
    """A free NIK with one digit of the serial mistyped."""
    for other in niks_near(nik):
        if other[:12] == nik[:12] and not Participant.objects.with_nik(other).exists():
            return nik_values.parse(other).digits
    raise LookupError("no free NIK near this one")
