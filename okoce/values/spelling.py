"""How words of Indonesian names are misspelt, and which words are therefore nearly the same. Pure.

Old and new spelling live side by side (Soekarno and Sukarno, Djoko and Joko, Tjahyadi and Cahyadi), Arabic
names are written as they are heard (Khairul, Hairul; Syarif, Sarif), letters are doubled or not.
"""

from __future__ import annotations

import re
from functools import lru_cache

SHORTEST = 4  # below this a letter more or less makes another name: Ani and Ina, Eka and Eko

# In this order: the longer first.
_SPELLINGS = [
    ("oe", "u"), ("ou", "u"), ("tj", "c"), ("dj", "j"), ("nj", "ny"), ("sj", "sy"), ("ch", "c"),
    ("sy", "s"), ("sh", "s"), ("ts", "s"), ("kh", "h"), ("ph", "f"), ("th", "t"), ("dh", "d"), ("dz", "z"),
    ("dl", "d"), ("gh", "g"), ("bh", "b"), ("ck", "k"), ("qu", "k"),
    ("q", "k"), ("v", "f"), ("p", "f"), ("x", "ks"), ("z", "s"), ("j", "i"), ("y", "i"),
    ("ee", "i"), ("ie", "i"), ("ae", "ai"), ("'", ""), ("-", ""), ("`", ""),
]  # fmt: skip
_DOUBLED = re.compile(r"(.)\1+")
_SILENT_H = re.compile(r"h$")


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """What spellings of one word have in common; ``word`` as it stands in a name key."""
    for written, heard in _SPELLINGS:
        if written in word:
            word = word.replace(written, heard)
    return _DOUBLED.sub(r"\1", _SILENT_H.sub("", word) or word)


def traces(word: str) -> list[str]:
    """``word``, its sound, and each form of the two with a letter missing.

    Words that differ by a letter more, less, other, or by two neighbours swapped share one of these. Both,
    because a slip may change how the rest is heard: Waano for Wasano.
    """
    found = {word, sound(word)}
    for form in list(found):
        if len(form) >= SHORTEST:
            found.update(form[:at] + form[at + 1 :] for at in range(len(form)))
    return sorted(found)


def is_one_slip(one: str, other: str) -> bool:
    """Whether a letter more, less or other, or two neighbours changed about, is all that differs."""
    if len(one) < len(other):
        one, other = other, one
    if len(one) - len(other) > 1:
        return False
    at = 0
    while at < len(other) and one[at] == other[at]:
        at += 1
    if len(one) > len(other):
        return one[at + 1 :] == other[at:]
    if one[at + 1 :] == other[at + 1 :]:
        return True
    return one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]


def is_one_letter_replaced(one: str, other: str) -> bool:
    """Rudi and Budi: the same length, one letter other. Both may well be names."""
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def is_near(one: str, other: str) -> bool:
    """Whether two words sound alike or are one slip apart."""
    heard, also = sound(one), sound(other)
    if heard == also:
        return True
    if len(one) < SHORTEST or len(other) < SHORTEST:
        return False
    return is_one_slip(one, other) or is_one_slip(heard, also)
