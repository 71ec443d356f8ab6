"""Names that are nearly what somebody typed: the words are mended one by one, then sought together.

The words that occur in names are few (participants.models.NameWord), the people are many: slips are looked
for among the words, and people only by whole words, through the index that every search uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db import connection

from okoce.values import names, spelling
from participants.models import NameWord, Participant
from participants.querysets import HasWords, ParticipantQuerySet, names_searched, words_query

SHORTEST = 3  # letters; less is no name to mend
PER_WORD = 24  # other spellings of one word that are tried, the nearest and the most frequent first
LOOKED_AT = 3_000  # people with the mended words, of whom the nearest names are taken
# What a word costs that is not as it was typed; beyond FAR it is another word.
SLIP, SOUND, BEGUN, LEFT_OUT, FAR = 1.0, 0.4, 0.2, 1.6, 9.0
TOO_FAR = 2.0  # when even the nearest name costs so much, slips in several words are looked for


@dataclass(frozen=True, slots=True)
class Near:
    """A name of the register. ``cost``: 0 as typed, about 1 a slip; ``name``: as one of them writes it."""

    name_key: str
    people: int
    cost: float
    name: str


def names_near(people: ParticipantQuerySet, query: str, *, limit: int = 5) -> list[Near]:
    """The names of ``people`` most like ``query``, nearest first. Two to four questions to the database."""
    words = names_searched(query)
    if sum(map(len, words)) < SHORTEST:
        return []
    known = _known(words)
    readings = list(_readings(words, known))
    # First with a slip in one word, then in several, then without the words that nobody is called by.
    found: list[Near] = []
    for make in (_one_slip, _whole, _partly):
        patterns = dict.fromkeys(pattern for reading in readings for pattern in make(reading, known))
        found = (_found(people, words, patterns) if patterns else []) or found
        if found and found[0].cost < TOO_FAR:
            break
    return found[:limit]


def _found(people: ParticipantQuerySet, words: Sequence[str], patterns: Iterable[str]) -> list[Near]:
    wanted = " | ".join(f"({pattern})" for pattern in patterns)
    rows = people.filter(HasWords(wanted)).order_by()
    counts: dict[str, int] = {}
    written: dict[str, str] = {}
    for key, name in rows.values_list("name_key", "full_name")[:LOOKED_AT]:
        counts[key] = counts.get(key, 0) + 1
        written.setdefault(key, name)
    costs = _Costs()
    near = (Near(key, count, costs.of(words, key), written[key]) for key, count in counts.items())
    return sorted(near, key=lambda one: (one.cost, -one.people, one.name_key))


def _known(words: Sequence[str]) -> dict[str, list[str]]:
    """For each word, pair and half that may have been meant: the words of the register near it."""
    asked = {*words, *(a + b for a, b in pairwise(words)), *(h for w in words for s in _splits(w) for h in s)}
    whole = {*words, *(a + b for a, b in pairwise(words))}
    traces = {trace for word in whole for trace in spelling.traces(word)}
    with connection.cursor() as cursor:
        cursor.execute(
            # One look into the index a trace: asked for all at once, the planner reads the whole table.
            "SELECT DISTINCT w.word, w.seen, true FROM unnest(%s::varchar[]) AS t(trace) "
            "JOIN participants_nameword w ON w.traces @> ARRAY[t.trace] "
            "UNION ALL SELECT word, seen, false FROM participants_nameword WHERE word = ANY(%s)",
            [list(traces), list(asked - whole)],
        )
        rows = cursor.fetchall()
    found: dict[str, list[tuple[float, int, str]]] = {word: [] for word in asked}
    for other, seen, is_near in rows:
        for word in whole if is_near else (other,):
            if (cost := _word_cost(word, other)) <= SLIP:
                found[word].append((cost, -seen, other))
    return {word: [other for _cost, _seen, other in sorted(near)[:PER_WORD]] for word, near in found.items()}


def _splits(word: str) -> Iterable[tuple[str, str]]:
    """The two words that may have been written as one."""
    return ((word[:at], word[at:]) for at in range(3, len(word) - 2)) if len(word) >= 6 else ()


def _readings(words: list[str], known: dict[str, list[str]]) -> Iterable[list[str]]:
    """``words`` as typed, with two joined that were written apart, and with one parted that was joined."""
    yield words
    for at, (one, other) in enumerate(pairwise(words)):
        if known[one + other]:
            yield [*words[:at], one + other, *words[at + 2 :]]
    for at, word in enumerate(words):
        for one, other in _splits(word):
            if known[one] and known[other]:
                yield [*words[:at], one, other, *words[at + 1 :]]


def _one_slip(reading: list[str], known: dict[str, list[str]]) -> Iterable[str]:
    """All words as typed but one, which may be spelt otherwise."""
    for at, word in enumerate(reading):
        others = [*reading[:at], *reading[at + 1 :]]
        if known[word] and all(other in known[other] for other in others):
            yield words_query([known[word], *([other] for other in others)])


def _whole(reading: list[str], known: dict[str, list[str]]) -> Iterable[str]:
    """All words, each in a known spelling; the last may be only begun."""
    choices = [known[word] for word in reading]
    pattern = words_query(choices) if all(choices) else _begun(reading, choices)
    return [pattern] if pattern else []


def _partly(reading: list[str], known: dict[str, list[str]]) -> Iterable[str]:
    """Without the words that nobody is called by; one word of two says too little."""
    choices = [known[word] for word in reading if known[word]]
    return [words_query(choices)] if len(choices) > 1 else []


def _begun(reading: list[str], choices: list[list[str]]) -> str:
    """The last word is not finished yet: ``siti am``."""
    *before, last = reading
    if not all(choices[:-1]) or len(last) < SHORTEST:
        return ""
    begun = words_query([[last]], beginnings=True)
    return f"{words_query(choices[:-1])} & {begun}" if before else begun


def _word_cost(word: str, other: str) -> float:
    if word == other:
        return 0.0
    if spelling.sound(word) == spelling.sound(other):
        return SOUND
    return SLIP if spelling.is_near(word, other) else FAR


class _Costs:
    """How far names are from the words typed; what was compared once is remembered."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], float] = {}

    def of(self, words: Sequence[str], key: str) -> float:
        """Each typed word takes the nearest word of the name that is left; order costs next to nothing."""
        left, cost = names.words(key), 0.0
        whole = list(left)
        for at, word in enumerate(words):
            best = min(left, key=lambda other: self._word(word, other), default=None)
            if best is None or self._word(word, best) > SLIP:
                cost += LEFT_OUT
                continue
            cost += self._word(word, best)
            if at >= len(whole) or whole[at] != best:
                cost += 0.01
            left.remove(best)
        cost += 0.3 * len(left)
        if len(whole) != len(words):  # perhaps only the spaces differ
            typed, name = "".join(words), "".join(whole)
            if typed == name:
                return 0.02
            if spelling.is_one_slip(typed, name):
                return min(cost, SLIP + 0.02)
        return cost

    def _word(self, word: str, other: str) -> float:
        if (kept := self._known.get((word, other))) is not None:
            return kept
        cost = _word_cost(word, other)
        if cost >= SLIP and len(word) >= SHORTEST and other.startswith(word):
            cost = BEGUN
        self._known[word, other] = cost
        return cost


# ---------------------------------------------------------------- the words


def learn(name_keys: Iterable[str]) -> int:
    """Take in the words of new names; how many were new. Repeating it changes nothing."""
    words = {word for key in name_keys for word in names.words(key)}
    new = words - set(NameWord.objects.filter(word__in=words).values_list("word", flat=True))
    rows = [NameWord(word=word, traces=spelling.traces(word)) for word in sorted(new)]
    NameWord.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2_000)
    return len(new)


_COUNTED = """
SELECT word, count(*) FROM participants_participant,
    unnest(array_remove(string_to_array(translate(name_key, '''-', '  '), ' '), '')) AS word
WHERE merged_into_id IS NULL GROUP BY word
"""


def relearn() -> tuple[int, int]:
    """Count all words anew, take in those missed and forget those nobody is called by: (new, forgotten)."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED)
        seen = dict(cursor.fetchall())
        new = learn(seen)
        cursor.execute(
            "UPDATE participants_nameword w SET seen = n.seen FROM unnest(%s::text[], %s::int[]) "
            "AS n(word, seen) WHERE w.word = n.word AND w.seen <> n.seen",
            [list(seen), list(seen.values())],
        )
        cursor.execute("DELETE FROM participants_nameword WHERE word <> ALL(%s)", [list(seen)])
        return new, cursor.rowcount


def forget(name_key: str, *, participant_id: int) -> int:
    """Take out the words that nobody else's name holds, merged rows counted too; how many."""
    others = Participant.everybody.exclude(pk=participant_id)
    alone = [
        word
        for word in set(names.words(name_key))
        if not others.filter(HasWords(words_query([[word]]))).exists()
    ]
    return NameWord.objects.filter(word__in=alone).delete()[0]
