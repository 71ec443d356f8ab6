"""What an officer should know before deciding a self-registration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from okoce.db.encryption import lookup
from okoce.values import names, spelling
from okoce.values import nik as nik_values
from participants import areas, duplicate_words
from participants.duplicates import Person
from participants.enums import Sex
from participants.forms.registration import DOUBT_WORDS
from participants.models import Participant, SelfRegistration
from participants.querysets import SelfRegistrationQuerySet
from participants.services import duplicates, registration
from participants.services.registration import Doubt, Whereabouts
from participants.services.self_registration import CHECKED_BY_ONE, as_registered, typed_in

SHOWN = 5
READ_FOR_A_NAME = 3_000


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be the applicant, and why. ``person`` only when the officer may see them."""

    person: Participant | None
    place: str
    certainty: str
    tone: str
    reasons: list[str]


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
    def must_compare(self) -> bool:
        """Whether accepting asks for a tick that the identity card was seen."""
        return bool(self.doubts or self.candidates)

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
    """Registered people with another NIK who may be this one, as the queue of duplicates finds them."""
    one = Person(
        name_key=names.key(fields["full_name"]),
        birth_date=fields["birth_date"],
        sex=fields["sex"],
        nik=fields["nik"],
        phone=lookup(fields["phone"], column="participants.phone") if fields["phone"] else None,
    )
    alike = duplicates.alike(one, limit=SHOWN)
    ids = [pk for pk, _like in alike]
    people = Participant.objects.in_bulk(ids)
    visible = set(Participant.objects.visible_to(by).filter(pk__in=ids).values_list("pk", flat=True))
    found = []
    for pk, like in alike:
        certainty, tone = duplicate_words.certainty(like.score)
        person = people[pk]
        found.append(
            Candidate(
                person=person if pk in visible else None,
                place=areas.name_of(person.kecamatan_id) or areas.short_name(person.city_id),
                certainty=certainty,
                tone=tone,
                reasons=duplicate_words.reasons(list(like.reasons)),
            )
        )
    return found


def named(rows: SelfRegistrationQuerySet, words: str) -> list[int]:
    """Ids of those whose name has every word, begun or as it sounds. Names are sealed: read one by one."""
    wanted = names.words(names.key(words))
    newest = rows.order_by("-pk")[:READ_FOR_A_NAME]
    return [row.pk for row in newest if _has_words(typed_in(row).get("full_name", ""), wanted)]


def _has_words(name: str, wanted: list[str]) -> bool:
    own = names.words(names.key(name))
    return bool(wanted) and all(
        any(word.startswith(one) or spelling.is_near(one, word) for word in own) for one in wanted
    )


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
