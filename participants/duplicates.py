"""Whether two rows may be one person, and why. Pure: plain values in, a score and its reasons out.

Letters alone never decide: a name that sounds the same, with one slip, or with a word more is the same name
here; birth date, phone, family card and NIK say how much. Twins are two people: born on one day, of one
family name, with another first name. Source: docs/programme.md, "Duplicates".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from okoce.values import names, spelling

ENOUGH = 55  # of 100; below this nobody is asked to compare
FREQUENT = 20  # a word in so many names is a name of its own, not a slip of another


class Reason(StrEnum):
    NAME_SAME = "name_same"
    NAME_NEAR = "name_near"
    NAME_PART = "name_part"
    BIRTH_SAME = "birth_same"
    BIRTH_SWAPPED = "birth_swapped"
    BIRTH_NEAR = "birth_near"
    PHONE = "phone"
    KK = "kk"
    NIK_NEAR = "nik_near"
    SEX_DIFFERS = "sex_differs"


WEIGHTS = {
    Reason.NAME_SAME: 40, Reason.NAME_NEAR: 32, Reason.NAME_PART: 25,
    Reason.BIRTH_SAME: 30, Reason.BIRTH_SWAPPED: 18, Reason.BIRTH_NEAR: 12,
    Reason.PHONE: 20, Reason.KK: 10, Reason.NIK_NEAR: 28, Reason.SEX_DIFFERS: -10,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """``nik`` only where it is worth comparing; phone and KK as anything that is equal or not."""

    name_key: str
    birth_date: date
    sex: str
    nik: str = ""
    phone: bytes | None = None
    kk: bytes | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    score: int
    reasons: tuple[Reason, ...]


def likeness(one: Person, other: Person, *, frequent: Collection[str] = ()) -> Likeness | None:
    """None when nobody needs to compare them. ``frequent``: words of either that many people are called."""
    name = name_reason(names.words(one.name_key), names.words(other.name_key), frequent=frequent)
    if name is None:
        return None
    reasons = [name]
    if (birth := birth_reason(one.birth_date, other.birth_date)) is not None:
        reasons.append(birth)
    if one.phone and one.phone == other.phone:
        reasons.append(Reason.PHONE)
    if one.kk and one.kk == other.kk:
        reasons.append(Reason.KK)
    if one.nik and other.nik and is_nik_near(one.nik, other.nik):
        reasons.append(Reason.NIK_NEAR)
    if one.sex != other.sex:
        reasons.append(Reason.SEX_DIFFERS)
    score = min(100, sum(WEIGHTS[reason] for reason in reasons))
    return Likeness(score, tuple(reasons)) if score >= ENOUGH else None


def name_reason(one: Sequence[str], other: Sequence[str], *, frequent: Collection[str] = ()) -> Reason | None:
    """How two names, as the words of their keys, are alike. None: they are different names."""
    if not one or not other:
        return None
    if sorted(one) == sorted(other):
        return Reason.NAME_SAME
    if spelling.sound("".join(one)) == spelling.sound("".join(other)):
        return Reason.NAME_NEAR  # also Nur Aini and Nuraini
    shorter, longer = (one, other) if len(one) <= len(other) else (other, one)
    left, worst = list(longer), Reason.NAME_SAME
    for at, word in enumerate(shorter):
        match = next((w for w in left if w == word), None) or next(
            (w for w in left if _is_slip(word, w, frequent)), None
        )
        if match is None and at and left:
            match = next((w for w in left if _is_initial(word, w)), None)
            worst = Reason.NAME_PART if match else worst
        if match is None:
            return None
        if match != word and worst is Reason.NAME_SAME:
            worst = Reason.NAME_NEAR
        left.remove(match)
    if left:
        # Budi alone is in too many names to say anything.
        return Reason.NAME_PART if len(shorter) > 1 and worst is not Reason.NAME_PART else None
    return worst


def _is_slip(word: str, other: str, frequent: Collection[str]) -> bool:
    """One slip apart, and not two names that many people have, as Rini and Rani or Budi and Rudi."""
    if spelling.sound(word) == spelling.sound(other):
        return True
    if word in frequent and other in frequent:
        return False
    return spelling.is_near(word, other)


def _is_initial(word: str, other: str) -> bool:
    return (len(word) == 1 or len(other) == 1) and word[0] == other[0]


def birth_reason(one: date, other: date) -> Reason | None:
    """Same day, day and month changed about, or one digit other."""
    if one == other:
        return Reason.BIRTH_SAME
    if one.year == other.year and (one.day, one.month) == (other.month, other.day):
        return Reason.BIRTH_SWAPPED
    if spelling.is_one_letter_replaced(one.isoformat(), other.isoformat()):
        return Reason.BIRTH_NEAR
    return None


def is_nik_near(one: str, other: str) -> bool:
    """One digit other, or two neighbours changed about."""
    if one == other or len(one) != len(other):
        return False
    differing = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differing) == 1:
        return True
    if len(differing) != 2 or differing[1] - differing[0] != 1:
        return False
    first, second = differing
    return one[first] == other[second] and one[second] == other[first]


def niks_near(nik: str) -> list[str]:
    """All 159 or fewer numbers that ``is_nik_near`` holds for."""
    places = range(len(nik))
    found = {nik[:at] + digit + nik[at + 1 :] for at in places for digit in "0123456789"}
    found |= {nik[:at] + nik[at + 1] + nik[at] + nik[at + 2 :] for at in places[:-1]}
    found.discard(nik)
    return sorted(found)
