"""People's names: one field, kept as written; compared by a key. Source: docs/programme.md, "Names".

One word is a full name, and ``str.title()`` is never used: it writes ``Nur'Aini``.
"""

# ruff: noqa: SIM905 (word lists read better as text)

import re

from okoce.values import text as text_values

MAX_LENGTH = 100

_LETTER, _DIGIT = re.compile("[A-Za-z]"), re.compile("[0-9]")
_NO_LETTERS = re.compile(r"[\W\d_]+")

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´ʻ′", "'"))
_TITLES = frozenset(
    "h hj hajjah haji kh drs dra dr ir prof ust ustadz ustad ustadzah tn ny bpk bapak ibu sdr sdri".split()
)
_DEGREE = re.compile(
    r"(?:s|m|b|a|d|sp|ph)\.?(?:e|h|m|t|i|p|d|pd|pdi|ag|kom|si|sos|ip|ikom|kep|kes|farm|md|mdkom|ak|hum|psi|ked|kp|ked"
    r"|tp|pt|pi|st|sn|ds|gz|keb|tr|trkom|trt|ab|ap|an|or|og|pdsd|mpd|sc|ba|b|a|eng)\.?",
)
_WELL_KNOWN_DEGREES = frozenset(
    "se sh mm mh st mt ssos skom mkom spd mpd sag mag amd amdkom ssi msi skep skm mba phd sip "
    "mip sikom sfarm spsi shum dipl dipling apt ns mkes sst str".split()
)
_MUHAMMAD = frozenset(
    "m moh moch mohd mhd muh much muhd md muhammad muhamad mohammad mohamad mochamad mochammad "
    "muchamad muchammad muhammed".split()
)
_SITI = frozenset(("st", "siti", "sitti"))


def clean(text: str) -> str:
    """The name as it may be stored: invisible characters and emoji gone, spaces collapsed."""
    return text_values.without_emoji(text_values.clean(text))


def is_valid(name: str) -> bool:
    """Whether a cleaned name has letters and no digits; one word is enough."""
    if name.isascii():
        return _LETTER.search(name) is not None and _DIGIT.search(name) is None
    return any(char.isalpha() for char in name) and not any(char.isdigit() for char in name)


def key(text: str) -> str:
    """What two ways of writing one name have in common; never shown.

    Case and apostrophes are folded, titles and degrees dropped, dots removed, and the usual short
    forms of Muhammad and Siti at the beginning spelt out.
    """
    folded = clean(text).translate(_APOSTROPHES).casefold()
    head, *tail = folded.split(",")
    words = (_join_initials(head).replace(".", " ") if "." in head else head).split()
    while len(words) > 1 and words[0] in _TITLES:
        words.pop(0)
    while len(words) > 1 and words[-1] in _WELL_KNOWN_DEGREES:
        words.pop()
    if words and words[0] in _MUHAMMAD and len(words) > 1:
        words[0] = "muhammad"
    elif words and words[0] in _SITI and len(words) > 1:
        words[0] = "siti"
    words += [word for part in tail if not _is_degree(part) for word in re.split(r"[\s.]+", part) if word]
    return " ".join(words)


def words(name_key: str) -> list[str]:
    """The words of a key; Nur'aini and Nur-aini are two, as the index of the register has them."""
    return name_key.replace("'", " ").replace("-", " ").split()


def letters(text: str) -> str:
    """Only the letters of a name, case folded: the spreadsheet rules compare names this way."""
    return _NO_LETTERS.sub("", text.casefold())


def _join_initials(text: str) -> str:
    """``s.e.`` and ``s.pd`` become one word, so that degrees written with dots can be seen."""
    return re.sub(
        r"\b[a-z]{1,3}\.(?:[a-z]{1,4}\.?)+(?=\s|$)",
        lambda match: (
            match[0].replace(".", "")
            if match[0].replace(".", "") in _WELL_KNOWN_DEGREES
            else match[0].replace(".", " ")
        ),
        text,
    )


def _is_degree(part: str) -> bool:
    bare = part.strip()
    return (
        not bare
        or bare.replace(".", "").replace(" ", "") in _WELL_KNOWN_DEGREES
        or _DEGREE.fullmatch(bare) is not None
    )
