"""How long a text is as an SMS: in parts, each of which is paid for (3GPP TS 23.038).

A text of the small alphabet has 160 places, or 153 in each of several parts; one single letter outside of it
makes that 70 and 67. So a text is first written with the letters of the small alphabet where that loses
nothing: a curly apostrophe must not double the price.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

ALPHABET: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWO_PLACES: Final = frozenset("\f^{}\\[~]|€")
ONE_PART, OF_SEVERAL = 160, 153
ONE_PART_WIDE, OF_SEVERAL_WIDE = 70, 67

_INSTEAD: Final = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "ʼ": "'", "`": "'", "´": "'", "′": "'",
        "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "″": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "•": "-", "·": "-",
        "…": "...", "×": "x", "→": "->", "←": "<-", "½": "1/2", "\t": " ",
        "\u00a0": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ",
        "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "", "\u00ad": "", "\ufe0f": "",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SmsLength:
    """``places`` are what the parts are counted in; ``left`` how many the last part still has.

    ``odd`` are the letters, in their order, for whose sake the text needs more parts; empty for an ordinary
    text.
    """

    parts: int
    places: int
    left: int
    odd: str

    @property
    def is_small_alphabet(self) -> bool:
        return not self.odd


def as_sms(text: str) -> str:
    """``text`` in the small alphabet as far as nothing is lost by it; other letters stay as they are."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_INSTEAD)
    return "".join(_plain(letter) for letter in unicodedata.normalize("NFC", text))


def sms_parts(text: str) -> int:
    """How many parts ``text`` has as an SMS; 0 for an empty one."""
    return sms_length(text).parts


def sms_length(text: str) -> SmsLength:
    """The length of ``text`` as it would be sent (see ``as_sms``)."""
    text = as_sms(text)
    odd = "".join(dict.fromkeys(one for one in text if not _is_small(one)))
    if odd:
        widths = [2 if ord(one) > 0xFFFF else 1 for one in text]
        return _measured(widths, alone=ONE_PART_WIDE, several=OF_SEVERAL_WIDE, odd=odd)
    widths = [2 if one in TWO_PLACES else 1 for one in text]
    return _measured(widths, alone=ONE_PART, several=OF_SEVERAL, odd="")


def _measured(widths: list[int], *, alone: int, several: int, odd: str) -> SmsLength:
    """A letter of two places never lies across the end of a part."""
    places = sum(widths)
    if places <= alone:
        return SmsLength(1 if places else 0, places, alone - places, odd)
    parts, left = 1, several
    for width in widths:
        if width > left:
            parts, left = parts + 1, several
        left -= width
    return SmsLength(parts, places, left, odd)


def _plain(letter: str) -> str:
    """The letter itself, or without its accents when the small alphabet has only that."""
    if _is_small(letter):
        return letter
    bare = "".join(one for one in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(one))
    return bare if bare and all(map(_is_small, bare)) else letter


def _is_small(letter: str) -> bool:
    return letter in ALPHABET or letter in TWO_PLACES
