"""Finding people who may be registered twice, and what officers say about them.

Pairs are looked for after every registration and import, and every night for whoever has changed: set by set
in the database by what two rows must share (birth date, phone, family card, a near NIK), then weighed one by
one (participants.duplicates).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from okoce.audit.services import record
from okoce.db.encryption import decrypt, lookup
from okoce.values import names
from participants import nearby
from participants.duplicates import FREQUENT, Likeness, Person, likeness, niks_near
from participants.models import DuplicateCandidate, ImportRow, NameWord, PairState, Participant
from participants.models.imports import BatchState

AT_ONCE = 4_000  # people whose pairs are looked for in one statement
NIKS_AT_ONCE = 500  # people for whom all near NIKs are tried; of a long list those with a common birth date
SHARED_PHONE = 3  # so many people on one number are worth a word (docs/programme.md, "Phone")
_COMPARED = ("pk", "uid", "name_key", "birth_date", "sex", "nik_ciphertext", "phone_lookup", "kk_lookup")
CHANGED_WITHIN = timedelta(days=3)

_REGISTERED = """
    SELECT id, name_key, birth_date, phone_lookup, kk_lookup FROM participants_participant
    WHERE id = ANY(%(ids)s) AND merged_into_id IS NULL AND erased_at IS NULL
"""
_TYPED = """
    SELECT 0::bigint AS id, %(name_key)s::text AS name_key, %(birth_date)s::date AS birth_date,
        %(phone)s::bytea AS phone_lookup, %(kk)s::bytea AS kk_lookup
"""
_SHARED = """
WITH mine AS ({mine}), pairs AS (
    SELECT m.id AS a, p.id AS b FROM mine m JOIN participants_participant p
        ON p.birth_date = m.birth_date AND p.id <> m.id AND p.merged_into_id IS NULL
        WHERE similarity(p.name_key, m.name_key) > 0.2
    UNION
    SELECT m.id, p.id FROM mine m JOIN participants_participant p
        ON p.phone_lookup = m.phone_lookup AND p.id <> m.id AND p.merged_into_id IS NULL
    UNION
    SELECT m.id, p.id FROM mine m JOIN participants_participant p
        ON p.kk_lookup = m.kk_lookup AND p.id <> m.id AND p.merged_into_id IS NULL
    UNION
    SELECT m.id, p.id FROM mine m JOIN participants_participant p
        ON extract(day FROM m.birth_date) <= 12
        AND p.birth_date = make_date(extract(year FROM m.birth_date)::int,
            extract(day FROM m.birth_date)::int, extract(month FROM m.birth_date)::int)
        AND p.id <> m.id AND p.merged_into_id IS NULL
        AND similarity(p.name_key, m.name_key) > 0.5
    UNION
    SELECT m.id, p.id FROM unnest(%(near_of)s::bigint[], %(near)s::bytea[]) AS n(id, nik_lookup)
        JOIN mine m ON m.id = n.id JOIN participants_participant p ON p.nik_lookup = n.nik_lookup
        WHERE p.merged_into_id IS NULL AND p.id <> m.id
)
SELECT DISTINCT least(a, b), greatest(a, b) FROM pairs
"""


def look_for(ids: Iterable[int], *, now: datetime) -> int:
    """Find the pairs of these people with anybody; how many are new. Repeating it finds no more.

    A pair that was decided is left alone, also when one of the two has been joined to another row since.
    """
    whole = sorted(set(ids))
    return sum(_look(whole[at : at + AT_ONCE], now) for at in range(0, len(whole), AT_ONCE))


def _look(ids: list[int], now: datetime) -> int:
    nearby.learn(Participant.objects.filter(pk__in=ids).values_list("name_key", flat=True))
    near = _near_niks(ids) if len(ids) <= NIKS_AT_ONCE else []
    with connection.cursor() as cursor:
        cursor.execute(
            _SHARED.format(mine=_REGISTERED),
            {"ids": ids, "near_of": [pk for pk, _nik in near], "near": [nik for _pk, nik in near]},
        )
        pairs = cursor.fetchall()
    found = _weigh(pairs)
    return _store(found, now) if found else 0


def alike(one: Person, *, limit: int) -> list[tuple[int, Likeness]]:
    """Registered people who may be somebody who is not registered yet, the most likely first.

    The same questions and weights as for two rows of the register. Nobody with the very same NIK.
    """
    near = [lookup(nik, column="participants.nik") for nik in niks_near(one.nik)] if one.nik else []
    with connection.cursor() as cursor:
        cursor.execute(
            _SHARED.format(mine=_TYPED),
            {
                "name_key": one.name_key,
                "birth_date": one.birth_date,
                "phone": one.phone,
                "kk": one.kk,
                "near_of": [0] * len(near),
                "near": near,
            },
        )
        ids = [other for _zero, other in cursor.fetchall()]
    rows = {row["pk"]: row for row in Participant.objects.filter(pk__in=ids).values(*_COMPARED)}
    frequent = frequent_words([one.name_key, *(row["name_key"] for row in rows.values())])
    found = []
    for pk, row in rows.items():
        other = _person(row)
        if other.nik == one.nik:
            continue
        if (like := likeness(one, other, frequent=frequent)) is not None:
            found.append((pk, like))
    return sorted(found, key=lambda pair: (-pair[1].score, pair[0]))[:limit]


def _near_niks(ids: Sequence[int]) -> list[tuple[int, bytes]]:
    people = Participant.objects.filter(pk__in=ids, nik_ciphertext__isnull=False)
    return [
        (person.pk, lookup(near, column="participants.nik"))
        for person in people.only("uid", "nik_ciphertext")
        for near in niks_near(person.nik)
    ]


def _weigh(pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Likeness]:
    ids = {pk for pair in pairs for pk in pair}
    rows = {row["pk"]: row for row in Participant.objects.filter(pk__in=ids).values(*_COMPARED)}
    frequent = frequent_words(row["name_key"] for row in rows.values())
    people: dict[int, Person] = {}
    found = {}
    for pair in pairs:
        if pair[0] not in rows or pair[1] not in rows:
            continue
        for pk in pair:
            if pk not in people:
                people[pk] = _person(rows[pk])
        if (like := likeness(people[pair[0]], people[pair[1]], frequent=frequent)) is not None:
            found[pair] = like
    return found


def _person(row: dict[str, Any]) -> Person:
    sealed = row["nik_ciphertext"]
    return Person(
        name_key=row["name_key"],
        birth_date=row["birth_date"],
        sex=row["sex"],
        nik=decrypt(sealed, column="participants.nik", row=row["uid"]) if sealed else "",
        phone=bytes(row["phone_lookup"]) if row["phone_lookup"] else None,
        kk=bytes(row["kk_lookup"]) if row["kk_lookup"] else None,
    )


def frequent_words(name_keys: Iterable[str]) -> Collection[str]:
    words = {word for key in name_keys for word in names.words(key)}
    known = NameWord.objects.filter(word__in=words, seen__gte=FREQUENT)
    return frozenset(known.values_list("word", flat=True))


_STORE = """
INSERT INTO participants_duplicatecandidate
    (uid, first_id, second_id, score, reasons, state, found_at, note)
SELECT gen_random_uuid(), n.a, n.b, n.score, string_to_array(n.reasons, ','), 'open', %(now)s, ''
FROM unnest(%(a)s::bigint[], %(b)s::bigint[], %(score)s::int[], %(reasons)s::text[])
    AS n(a, b, score, reasons)
WHERE NOT EXISTS (
    -- the same two people under rows that were joined to theirs since
    SELECT 1 FROM participants_duplicatecandidate d
    JOIN participants_participant f ON f.id = d.first_id
    JOIN participants_participant s ON s.id = d.second_id
    WHERE d.state = 'different'
      AND least(coalesce(f.merged_into_id, f.id), coalesce(s.merged_into_id, s.id)) = n.a
      AND greatest(coalesce(f.merged_into_id, f.id), coalesce(s.merged_into_id, s.id)) = n.b
)
ON CONFLICT (first_id, second_id) DO UPDATE SET score = excluded.score, reasons = excluded.reasons
WHERE participants_duplicatecandidate.state = 'open'
RETURNING (xmax = 0)
"""


def _store(found: dict[tuple[int, int], Likeness], now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE,
            {
                "now": now,
                "a": [a for a, _b in found],
                "b": [b for _a, b in found],
                "score": [like.score for like in found.values()],
                "reasons": [",".join(like.reasons) for like in found.values()],
            },
        )
        return sum(is_new for (is_new,) in cursor.fetchall())


def look_for_changed(*, now: datetime) -> int:
    """Whoever was registered or corrected in the last days. Runs at night; a missed night is caught up."""
    changed = Participant.objects.filter(updated_at__gte=now - CHANGED_WITHIN, erased_at__isnull=True)
    return look_for(changed.values_list("pk", flat=True), now=now)


def look_for_batch(batch_id: int, *, now: datetime) -> int:
    """The people of a saved list."""
    new = Participant.objects.came_of(ImportRow.objects.filter(batch=batch_id, batch__state=BatchState.SAVED))
    return look_for(new.values_list("pk", flat=True), now=now)


# ---------------------------------------------------------------- what officers say


@transaction.atomic
def say_different(*, candidate_id: int, note: str, by: Any, now: datetime) -> DuplicateCandidate:
    """Two people, for good: the pair is not shown again. Saying it twice changes nothing."""
    pair = DuplicateCandidate.objects.select_for_update().get(pk=candidate_id)
    if pair.state == PairState.DIFFERENT:
        return pair
    pair.state, pair.note, pair.decided_at, pair.decided_by = PairState.DIFFERENT, note, now, by
    pair.save()
    record(by, "participants.duplicate.different", pair)
    return pair


@transaction.atomic
def ask_above(*, candidate_id: int, by: Any, now: datetime) -> DuplicateCandidate:
    """Ask the office that sees both. Asking twice changes nothing."""
    pair = DuplicateCandidate.objects.select_for_update().get(pk=candidate_id)
    if pair.asked_at is None:
        pair.asked_at, pair.asked_by = now, by
        pair.save(update_fields=["asked_at", "asked_by"])
        record(by, "participants.duplicate.asked", pair)
    return pair


def propose(*, one_id: int, other_id: int, now: datetime) -> DuplicateCandidate:
    """The pair of two people an officer wants to compare, whatever the rules think of them."""
    first, second = sorted((one_id, other_id))
    like = _weigh([(first, second)]).get((first, second))
    pair, _created = DuplicateCandidate.objects.get_or_create(
        first_id=first,
        second_id=second,
        defaults={
            "score": like.score if like else 0,
            "reasons": [str(reason) for reason in like.reasons] if like else [],
            "found_at": now,
        },
    )
    return pair


def holder_of_nik(nik: str) -> int | None:
    """Whoever carries a NIK, in whatever area; what is shown of them is the page's question."""
    return Participant.objects.with_nik(nik).values_list("pk", flat=True).first()


def shared_phones(people: Iterable[Participant]) -> set[bytes]:
    """Those of their phone numbers (lookups) that SHARED_PHONE people or more have. One query."""
    theirs = {bytes(person.phone_lookup) for person in people if person.phone_lookup}
    rows = Participant.objects.filter(phone_lookup__in=theirs).order_by().values("phone_lookup")
    counted = rows.annotate(n=Count("pk")).filter(n__gte=SHARED_PHONE)
    return {bytes(phone) for phone in counted.values_list("phone_lookup", flat=True)}


def people_on_phone(participant: Participant) -> int:
    """How many people, this one among them, have the participant's phone number."""
    if not participant.phone_lookup:
        return 0
    return Participant.objects.filter(phone_lookup=bytes(participant.phone_lookup)).count()
