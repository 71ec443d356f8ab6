"""Which kecamatan and kelurahan a cell means, and which NIK prefixes exist.

Built from the CSV files of ``okoce/regions/data``, so that the child process needs no database.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from okoce.values.text import letters_and_digits
from participants.importing.codes import Code

DATA_DIRECTORY = Path(__file__).resolve().parents[2] / "okoce" / "regions" / "data"

MAX_EDITS = 2  # a misspelt kelurahan is at most this far from its name ...
CLEAR_LEAD = 2  # ... and the next one at least this much farther
SHORTEST_STEM = 3

_ABBREVIATIONS = {
    "kb": "kebon",
    "tj": "tanjung",
    "pd": "pondok",
    "kp": "kampung",
    "gn": "gunung",
    "rw": "rawa",
    "utr": "utara",
    "sel": "selatan",
    "slt": "selatan",
    "brt": "barat",
    "tmr": "timur",
    "tim": "timur",
    "bsr": "besar",
}
_KECAMATAN_WORD = re.compile(r"^\s*kec(?:amatan)?\b[\s.:]*", re.IGNORECASE)
_KELURAHAN_WORD = re.compile(r"^\s*kel(?:urahan)?\b[\s.:]*", re.IGNORECASE)


@dataclass
class Areas:
    """Jakarta's kecamatan and kelurahan by name, and the prefixes a NIK may begin with.

    Codes are Kemendagri's (``31.73.05.1001``); its first two parts are the kota.
    """

    names: dict[str, str]
    nik_regions: frozenset[str]
    nik_prefixes: frozenset[str]
    kecamatan_by_name: dict[str, str] = field(init=False)
    kelurahan_by_name: dict[str, str] = field(init=False)
    kelurahan_of: dict[str, list[tuple[str, str]]] = field(init=False)
    _matched: dict[tuple[str, str], tuple[str | None, Code | None]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.kecamatan_by_name, self.kelurahan_by_name, self.kelurahan_of = {}, {}, {}
        for code, name in self.names.items():
            folded = letters_and_digits(name)
            if code.count(".") == 2:
                self.kecamatan_by_name[folded] = code
                self.kelurahan_of.setdefault(code, [])
            elif code.count(".") == 3:
                self.kelurahan_by_name[folded] = code
                self.kelurahan_of.setdefault(code[:8], []).append((folded, code))

    def kecamatan(self, written: str) -> str | None:
        """The code of the kecamatan; 'Kec.', blanks, dots and case do not matter."""
        folded = letters_and_digits(written)
        return self.kecamatan_by_name.get(folded) or self.kecamatan_by_name.get(
            letters_and_digits(_KECAMATAN_WORD.sub("", written))
        )

    def kelurahan_named(self, written: str) -> str | None:
        """The code of the kelurahan that is written in full, in whichever kecamatan; names are unique."""
        for text in (written, _KELURAHAN_WORD.sub("", written)):
            if (code := self.kelurahan_by_name.get(letters_and_digits(text))) is not None:
                return code
        return None

    def kelurahan(self, written: str, kecamatan: str) -> tuple[str | None, Code | None]:
        """The kelurahan of ``kecamatan`` that is meant, and what has to be said about it."""
        key = (written, kecamatan)
        if key not in self._matched:
            self._matched[key] = self._match(written, kecamatan)
        return self._matched[key]

    def _match(self, written: str, kecamatan: str) -> tuple[str | None, Code | None]:
        exact = self.kelurahan_named(written)
        if exact is not None:
            return (exact, None) if exact[:8] == kecamatan else (None, Code.E_KEL_KEC_BEDA)
        spelt_out = expand(_KELURAHAN_WORD.sub("", written))
        if not spelt_out:
            return None, Code.E_KEL_TIDAK_DIKENAL
        here = self.kelurahan_of[kecamatan]
        stems = sum(name.startswith(spelt_out) for name, _code in here)
        if stems > 1 and len(spelt_out) >= SHORTEST_STEM:
            return None, Code.E_KEL_AMBIGU
        nearest = sorted((edits(spelt_out, name), code) for name, code in here)
        if not nearest or nearest[0][0] > MAX_EDITS:
            return None, Code.E_KEL_TIDAK_DIKENAL
        if len(nearest) > 1 and nearest[1][0] < nearest[0][0] + CLEAR_LEAD:
            return None, Code.E_KEL_AMBIGU
        return nearest[0][1], Code.W_KEL_DIKOREKSI


def expand(written: str) -> str:
    """``written`` with the usual short forms spelt out, letters and digits only."""
    words = re.findall(r"[a-z0-9]+", written.casefold().replace("'", "").replace("’", ""))
    return "".join(_ABBREVIATIONS.get(word, word) for word in words)


def edits(left: str, right: str) -> int:
    """Insertions, deletions and replacements that make ``right`` of ``left``."""
    previous = list(range(len(right) + 1))
    for row, a in enumerate(left, 1):
        current = [row]
        for column, b in enumerate(right, 1):
            current.append(min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (a != b)))
        previous = current
    return previous[-1]


def build(regions: Iterable[dict[str, str]], prefixes: Iterable[str]) -> Areas:
    """Areas from rows with ``kode`` and ``nama``, and six-digit NIK prefixes."""
    six = frozenset(prefixes)
    return Areas(
        names={row["kode"]: row["nama"] for row in regions},
        nik_regions=frozenset(code[:4] for code in six),
        nik_prefixes=six,
    )


@lru_cache(maxsize=2)
def load(directory: Path = DATA_DIRECTORY) -> Areas:
    """Areas of the shipped tables."""
    with (directory / "wilayah.csv").open(encoding="utf-8", newline="") as file:
        regions = list(csv.DictReader(file))
    with (directory / "nik_prefixes.csv").open(encoding="utf-8") as file:
        next(file)
        prefixes = [line[:6] for line in file]
    return build(regions, prefixes)
