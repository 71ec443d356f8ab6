"""What an officer should know before deciding a self-registration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from okoce.values import names
from okoce.values import nik as nik_values
from participants import areas
from participants.enums import Sex
from participants.forms.registration import DOUBT_WORDS
from participants.models import Participant, SelfRegistration
from participants.services import registration
from participants.services.registration import Doubt, Whereabouts
from participants.services.self_registration import CHECKED_BY_ONE, as_registered, typed_in

SHOWN = 5


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be the applicant. ``person`` only when the officer may see them."""

    person: Participant | None
    place: str


@dataclass(frozen=True)
class Found:
    """``clash``: the NIK is registered. ``nik_says``: birth date and sex of the NIK, where it has a date."""

    clash: Whereabouts | None
    same_nik_waiting: int
    doubts: list[Doubt]
    nik_born: date | None
    nik_sex: str
    agrees_born: bool
    agrees_sex: bool
    candidates: list[Candidate]

    @property
    def doubt_words(self) -> list[Any]:
        return [DOUBT_WORDS[doubt] for doubt in self.doubts]


def check(row: SelfRegistration, *, by: Any, today: date) -> Found:
    """Everything that the answers alone tell; no number is shown for it. A fixed number of queries."""
    fields = as_registered(row)
    parsed = nik_values.parse(fields["nik"])
    known = registration.whereabouts(nik=fields["nik"], by=by, is_new_question=False)
    doubts = registration.doubts_about(
        today=today,
        is_outside_dki=row.is_outside_dki,
        **{name: fields[name] for name in ("nik", "full_name", "birth_date", "sex", "phone")},
    )
    born = parsed.birth_date(today)
    others = SelfRegistration.objects.open().filter(nik_lookup=row.nik_lookup).exclude(pk=row.pk)
    return Found(
        clash=known if known.is_registered else None,
        same_nik_waiting=others.count(),
        doubts=doubts,
        nik_born=born,
        nik_sex=str(Sex(parsed.sex).label),
        agrees_born=born == fields["birth_date"],
        agrees_sex=parsed.sex == fields["sex"],
        candidates=_candidates(fields, by=by),
    )


def _candidates(fields: dict[str, Any], *, by: Any) -> list[Candidate]:
    """Others with the same name and birth date, or the same name and phone; with another NIK."""
    key = names.key(fields["full_name"])
    same = Participant.objects.filter(name_key=key).exclude(
        pk__in=Participant.objects.with_nik(fields["nik"]).values("pk")
    )
    by_phone = set()
    if fields["phone"]:
        by_phone = set(same.with_phone(fields["phone"]).values_list("pk", flat=True)[:SHOWN])
    rows = [p for p in same[: SHOWN * 4] if p.birth_date == fields["birth_date"] or p.pk in by_phone][:SHOWN]
    visible = set(
        Participant.objects.visible_to(by).filter(pk__in=[p.pk for p in rows]).values_list("pk", flat=True)
    )
    return [Candidate(p if p.pk in visible else None, areas.name_of(p.kecamatan_id)) for p in rows]


def colleague(row: SelfRegistration, *, by: Any, now: datetime) -> Any:
    """Who else is checking this one at the moment; None when nobody is."""
    if not row.is_open or row.opened_at is None or row.opened_by_id == by.pk:
        return None
    return row.opened_by if now - row.opened_at < CHECKED_BY_ONE else None


def line(row: SelfRegistration, *, now: datetime) -> dict[str, Any]:
    """One row of the queue. The name is opened, numbers stay sealed."""
    waiting = (now - row.submitted_at).days if row.submitted_at else 0
    is_taken = row.is_open and row.opened_at is not None and now - row.opened_at < CHECKED_BY_ONE
    return {
        "row": row,
        "name": typed_in(row).get("full_name", ""),
        "days": waiting,
        "tone": {"waiting": "bad" if waiting >= 3 else "warn", "asked": "info", "accepted": "ok"}.get(
            row.state, ""
        ),
        "opened_by": row.opened_by if is_taken else None,
    }
