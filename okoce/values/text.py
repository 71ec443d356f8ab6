"""Text as people paste it: cleaned the same way wherever it comes from."""

import re
import unicodedata

# Characters that take no room but are not in category Cf (joiners and fillers).
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_SKIN_TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_EMOJI_MARKS = frozenset("\ufe0e\ufe0f\u20e3")
_WHITESPACE = re.compile(r"\s+")
_ASCII_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")


def clean(text: str) -> str:
    """NFKC, without invisible, direction and control characters; spaces collapsed and trimmed."""
    if text.isascii() and text.isprintable():
        return _WHITESPACE.sub(" ", text.strip()) if "  " in text else text.strip()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        if not text.isprintable():
            text = "".join(char for char in text if not _is_invisible(char))
        else:
            text = "".join(char for char in text if char not in _INVISIBLE)
    else:
        text = _ASCII_CONTROL.sub("", text)
    return _WHITESPACE.sub(" ", text).strip()


def without_emoji(text: str) -> str:
    """``text`` without emoji, their variation marks and skin tones; spaces collapsed again."""
    if text.isascii():
        return text
    kept = "".join(
        char
        for char in text
        if char not in _EMOJI_MARKS and char not in _SKIN_TONES and unicodedata.category(char) != "So"
    )
    return _WHITESPACE.sub(" ", kept).strip()


def letters_and_digits(text: str) -> str:
    """Only a-z and 0-9 of ``text``, case folded: how area names are compared."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def _is_invisible(char: str) -> bool:
    if char in _INVISIBLE:
        return True
    category = unicodedata.category(char)
    return category == "Cf" or (category == "Cc" and not char.isspace())
