"""The rules for one row: from raw cells to codes and values. See docs/registration-lists.md."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from okoce.values import names, phone
from okoce.values.nik import birth_date_of_parts, normalise
from okoce.values.period import age_on
from participants.importing import dates
from participants.importing.areas import Areas
from participants.importing.cells import FORMULA, Cell, is_formula, is_placeholder, text_of
from participants.importing.codes import Code, Status, status_of
from participants.importing.rows import Row

MIN_AGE = 17  # completed years; this project's choice until the programme names one
NIK_LENGTH = 16

Values = dict[str, str | None]

_SCIENTIFIC = re.compile(r"\d[.,]?\d*\s*e\s*\+?\s*\d{1,3}", re.IGNORECASE)
_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)
_LONGEST_EMAIL = 254
_RT_RW = re.compile(
    r"(?:rt)?\W{0,3}(\d{1,3})\s*(?:[/\\|-]|,(?=\s*rw)|\s*rw|\s+)\W{0,3}(?:rw)?\W{0,3}(\d{1,3})", re.IGNORECASE
)
_RW_RT = re.compile(r"rw\W{0,3}(\d{1,3})\W{1,3}rt\W{0,3}(\d{1,3})", re.IGNORECASE)
_RT_OR_RW = re.compile(r"(?:r[tw])?\W{0,3}(\d{1,3})", re.IGNORECASE)
_PHONE_MARKS = str.maketrans("", "", " -.()")
_FEMALE_DAY_OFFSET = 40
_MOST_AREAS = 50_000
_DIGIT = re.compile(r"\d")
_STARTED = re.compile(r"(?:sudah|sdh|udah|sudh)\b", re.IGNORECASE)
_NOT_STARTED = re.compile(r"(?:belum|blm|blum|blom)\b", re.IGNORECASE)
SEX = {
    **dict.fromkeys(("l", "laki", "lakilaki", "lk", "lakilak", "pria", "male", "cowok", "cowo"), "L"),
    **dict.fromkeys(("p", "perempuan", "pr", "wanita", "female", "pere", "prmpn", "cewek"), "P"),
}


@dataclass(slots=True)
class Checked:
    """One row after its own checks; duplicates are found afterwards, over all rows."""

    row: Row
    codes: list[Code]
    values: Values
    nik: str | None = None
    birth: date | None = None
    duplicate_of: str | None = None  # "sheet!row" of the earlier row

    @property
    def status(self) -> Status:
        return status_of(self.codes) if self.codes else Status.ACCEPTED


Texts = dict[str, str]
Area = tuple[str | None, str | None, Code | None]


@dataclass(slots=True)
class Checker:
    """What the checks depend on besides the row.

    Every cell becomes cleaned text once; a formula becomes "=", whatever it says. What most rows have in
    common (areas, RT/RW, sex) is looked up; what most rows have right is seen at a glance.
    """

    areas: Areas
    kota: str  # '31.73'
    as_of: date
    min_age: int = MIN_AGE
    date_1904: bool = False
    _add: Callable[[Code], None] = field(init=False, repr=False)
    _areas_seen: dict[tuple[str, str], Area] = field(init=False, repr=False, default_factory=dict)

    def check(self, row: Row) -> Checked:
        codes: list[Code] = []
        self._add = codes.append
        cells = row.cells
        texts = texts_of(cells)
        digits, sex_of_nik, birth_of_nik = self._nik(cells.get("nik"), texts.get("nik", ""))
        birth_cell: Cell = cells.get("tgl_lahir", "")
        birth_text, place = texts.get("tgl_lahir", ""), texts.get("tempat_lahir", "")
        if both := cells.get("tempat_tgl_lahir"):
            place_cell, birth_cell = split_place_and_date(both)
            place, birth_text = _text(place_cell), _text(birth_cell)
        birth = self._birth(birth_cell, birth_text, birth_of_nik)
        name = self._name(texts.get("nama", ""))
        kecamatan, kelurahan = self._area(texts.get("kecamatan", ""), texts.get("kelurahan", ""))
        mobile = self._mobile(texts.get("hp", ""))
        rt, rw = self._rt_rw(cells, texts)
        optional = self._optional
        values: Values = {
            "nama": name,
            "nik": digits,
            "hp": mobile,
            "tempat_lahir": optional(place),
            "tgl_lahir": birth.isoformat() if birth is not None else None,
            "jenis_kelamin": self._sex(texts.get("jenis_kelamin", ""), sex_of_nik),
            "alamat": optional(texts.get("alamat", "")),
            "rt": rt,
            "rw": rw,
            "kelurahan": kelurahan,
            "kecamatan": kecamatan,
            "jenis_usaha": optional(texts.get("jenis_usaha", "")),
            "nama_usaha": optional(texts.get("nama_usaha", "")),
            "email": self._email(texts.get("email", "")),
            "status_usaha": self._business_status(texts.get("status_usaha", "")),
        }
        return Checked(row, codes, values, digits, birth)

    # ------------------------------------------------------------ NIK, birth, sex
    def _nik(self, cell: Cell, text: str) -> tuple[str | None, str | None, date | None]:
        """The digits of a NIK that can be, with the sex and the birth date it says."""
        digits = text if len(text) == NIK_LENGTH and _is_digits(text) else None
        if digits is None or type(cell) is not str:
            digits = self._nik_digits(cell, text)
            if digits is None:
                return None, None, None
            if len(digits) != NIK_LENGTH:
                self._add(Code.E_NIK_PANJANG)
                return None, None, None
        day = int(digits[6:8])
        sex = "L"
        if day > _FEMALE_DAY_OFFSET:
            day -= _FEMALE_DAY_OFFSET
            sex = "P"
        birth = birth_date_of_parts(day, int(digits[8:10]), int(digits[10:12]), self.as_of)
        if birth is None or digits[12:] == "0000" or digits[:4] not in self.areas.nik_regions:
            self._add(Code.E_NIK_TIDAK_SAH)
            return None, None, None
        if digits[:6] not in self.areas.nik_prefixes:
            self._add(Code.W_NIK_WILAYAH)
        return digits, sex, birth

    def _nik_digits(self, cell: Cell, text: str) -> str | None:
        """The digits of a NIK cell, or None when they cannot be a NIK at all."""
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return self._nik_of_number(cell)
        if not text or is_placeholder(text):
            self._add(Code.E_NIK_KOSONG)
            return None
        if is_formula(text):
            self._add(Code.W_SEL_FORMULA)
            self._add(Code.E_NIK_KOSONG)
            return None
        if _SCIENTIFIC.fullmatch(text):
            self._add(Code.E_NIK_RUSAK_EXCEL)
            return None
        digits = normalise(text)
        if _is_digits(digits):
            return digits
        if not _DIGIT.search(digits):
            self._add(Code.E_NIK_KOSONG)  # a word such as "belum punya"
            return None
        if any(char.isalpha() for char in digits) or not digits.isascii():
            self._add(Code.E_NIK_BUKAN_ANGKA)
            return None
        self._add(Code.E_NIK_PANJANG)
        return None

    def _nik_of_number(self, number: float) -> str | None:
        """A numeric cell: Excel keeps fifteen digits, so a sixteenth that is 0 was lost."""
        if number == 0:
            self._add(Code.E_NIK_KOSONG)
            return None
        if not math.isfinite(number) or number != int(number) or number < 0:
            self._add(Code.E_NIK_PANJANG)
            return None
        digits = str(int(number))
        if len(digits) == NIK_LENGTH:
            if digits.endswith("0"):
                self._add(Code.E_NIK_RUSAK_EXCEL)
                return None
            self._add(Code.W_NIK_ANGKA)
        return digits

    def _birth(self, cell: Cell, text: str, of_nik: date | None) -> date | None:
        """The column's date where it can be read, else the NIK's; and whether the two agree."""
        if of_nik is not None and (cell == of_nik or _says(text, of_nik)):
            birth: date | None = of_nik
        else:
            birth = self._birth_compared(cell, text, of_nik)
        if (
            birth is not None
            and birth.year >= self.as_of.year - self.min_age
            and age_on(birth, self.as_of) < self.min_age
        ):
            self._add(Code.E_USIA_KURANG)
        return birth

    def _birth_compared(self, cell: Cell, text: str, of_nik: date | None) -> date | None:
        if is_formula(text):
            self._add(Code.W_SEL_FORMULA)
            cell = ""
        written = dates.read(cell, as_of=self.as_of, date_1904=self.date_1904)
        birth = written.day_first
        if of_nik is None or birth == of_nik:
            return birth
        if written.month_first == of_nik:
            self._add(Code.W_TGL_TERTUKAR)
            return of_nik
        if birth is not None:
            self._add(Code.W_NIK_TGL_BEDA)
            return birth
        self._add(Code.W_TGL_DARI_NIK)
        return of_nik

    def _sex(self, text: str, of_nik: str | None) -> str | None:
        sex = sex_of(text)
        if sex is None and is_formula(text):
            self._add(Code.W_SEL_FORMULA)
        if of_nik is None:
            return sex
        if sex is None:
            return of_nik
        if sex != of_nik:
            self._add(Code.W_NIK_JK_BEDA)
        return sex

    # ------------------------------------------------------------ name, area
    def _name(self, text: str) -> str | None:
        if not text.isascii():
            text = names.clean(text)
        if not text or is_placeholder(text):
            self._add(Code.E_NAMA_KOSONG)
            return None
        if is_formula(text) or not names.is_valid(text):
            self._add(Code.E_NAMA_TIDAK_SAH)
        return text

    def _area(self, kecamatan_text: str, kelurahan_text: str) -> tuple[str | None, str | None]:
        key = (kecamatan_text, kelurahan_text)
        found = self._areas_seen.get(key)
        if found is None:
            found = self._area_of(kecamatan_text, kelurahan_text)
            if len(self._areas_seen) < _MOST_AREAS:
                self._areas_seen[key] = found
        if found[2] is not None:
            self._add(found[2])
        return found[0], found[1]

    def _area_of(self, kecamatan_text: str, kelurahan_text: str) -> Area:
        kecamatan = self.areas.kecamatan(kecamatan_text)
        if kecamatan is None:
            return None, None, Code.E_KEC_TIDAK_DIKENAL
        if kecamatan[:5] != self.kota:
            return kecamatan, None, Code.E_LUAR_WILAYAH
        if not kelurahan_text or is_placeholder(kelurahan_text) or is_formula(kelurahan_text):
            return kecamatan, None, Code.E_KEL_TIDAK_DIKENAL
        kelurahan, code = self.areas.kelurahan(kelurahan_text, kecamatan)
        return kecamatan, kelurahan, code

    # ------------------------------------------------------------ what may be missing
    def _optional(self, text: str) -> str | None:
        """The text of a cell that may be empty; a formula is reported and counts as nothing."""
        if not text or is_placeholder(text):
            return None
        if text[0] == "=":
            self._add(Code.W_SEL_FORMULA)
            return None
        return text

    def _mobile(self, text: str) -> str | None:
        if (mobile := plain_mobile(text)) is not None:
            return mobile
        if is_formula(text):
            self._add(Code.W_SEL_FORMULA)
            return None
        if not text or is_placeholder(text) or not _DIGIT.search(text):
            self._add(Code.W_HP_KOSONG)
            return None
        # 6,28123E+12: Excel has lost digits here too.
        mobile, count = (None, 1) if _SCIENTIFIC.fullmatch(text) else phone.mobile_in(text)
        if mobile is None:
            self._add(Code.W_HP_TIDAK_SAH)
        elif count > 1:
            self._add(Code.W_HP_GANDA)
        return mobile

    def _email(self, text: str) -> str | None:
        text_or_none = self._optional(text)
        if text_or_none is None:
            return None
        email = text_or_none.lower()
        if len(email) > _LONGEST_EMAIL or not _EMAIL.fullmatch(email):
            self._add(Code.W_EMAIL_TIDAK_SAH)
            return None
        return email

    def _rt_rw(self, cells: dict[str, Cell], texts: Texts) -> tuple[str | None, str | None]:
        if "rtrw" in cells:
            text = self._optional(texts["rtrw"])
            if text is None:
                return None, None
            pair = read_rt_rw(text) if isinstance(cells["rtrw"], str) else None
        else:
            rt, rw = self._optional(texts.get("rt", "")), self._optional(texts.get("rw", ""))
            if rt is None and rw is None:
                return None, None
            pair = _rt_and_rw(rt, rw)
        if pair is None:
            self._add(Code.W_RTRW_TIDAK_TERBACA)
            return None, None
        return pair

    def _business_status(self, text: str) -> str | None:
        status = business_status_of(text)
        if status is None:
            optional = self._optional(text)
            if optional is not None:
                self._add(Code.W_STATUS_USAHA)
        return status


# ---------------------------------------------------------------- text of cells
def _text(cell: Cell) -> str:
    return "=" if cell is FORMULA else text_of(cell)


def texts_of(cells: dict[str, Cell]) -> Texts:
    """Cleaned text by field; a formula is "=". Most rows have nothing to be cleaned: one look shows it."""
    joined = "|".join([cell for cell in cells.values() if type(cell) is str])
    if (
        joined.isascii()
        and joined.isprintable()
        and "  " not in joined
        and " |" not in joined
        and "| " not in joined
        and "|'" not in joined
        and joined[:1] not in (" ", "'")
        and joined[-1:] != " "
    ):
        return {name: cell if type(cell) is str else _text(cell) for name, cell in cells.items()}
    return {name: _text(cell) for name, cell in cells.items()}


def _is_digits(text: str) -> bool:
    return text.isdigit() and text.isascii()


def _says(text: str, day: date) -> bool:
    """Whether ``text`` writes the day as almost everybody does: 17-08-1945, with any of the usual marks."""
    if len(text) != 10 or text[2] not in "-/." or text[5] != text[2]:
        return False
    iso = day.isoformat()
    return text[6:] == iso[:4] and text[3:5] == iso[5:7] and text[:2] == iso[8:]


def plain_mobile(text: str) -> str | None:
    """A number written as 0812… or +62 812… with the usual marks between; None for anything less plain."""
    digits = text.translate(_PHONE_MARKS)
    if digits[:1] == "+":
        digits = digits[1:]
        if digits[:3] != "628":
            return None
    if not _is_digits(digits):
        return None
    if digits[:2] == "08":
        digits = "62" + digits[1:]
    elif digits[:3] != "628":
        return None
    return f"+{digits}" if 11 <= len(digits) <= 14 and digits[3] != "0" else None


@lru_cache(maxsize=2000)
def sex_of(text: str) -> str | None:
    return (
        SEX.get(names.letters(text)) if text and not is_placeholder(text) and not is_formula(text) else None
    )


@lru_cache(maxsize=2000)
def business_status_of(text: str) -> str | None:
    if _NOT_STARTED.match(text) and not _STARTED.search(text):
        return "belum"
    if _STARTED.match(text) and not _NOT_STARTED.search(text):
        return "sudah"
    return None


@lru_cache(maxsize=20_000)
def read_rt_rw(text: str) -> tuple[str, str] | None:
    """'3/5', 'RT 03 RW 05' and '003/005' as three digits each; None when it cannot be read."""
    if match := _RW_RT.fullmatch(text):
        return _three_digits(match[2], match[1])
    if match := _RT_RW.fullmatch(text):
        return _three_digits(match[1], match[2])
    return None


def _rt_and_rw(rt: str | None, rw: str | None) -> tuple[str, str] | None:
    """From two columns; one of them may hold both."""
    if rt is None or rw is None:
        return read_rt_rw(rt or rw or "")
    first, second = _RT_OR_RW.fullmatch(rt), _RT_OR_RW.fullmatch(rw)
    return _three_digits(first[1], second[1]) if first and second else None


def _three_digits(rt: str, rw: str) -> tuple[str, str] | None:
    return (rt.zfill(3), rw.zfill(3)) if int(rt) and int(rw) else None


def split_place_and_date(cell: Cell) -> tuple[Cell, Cell]:
    """'Jakarta, 12-05-1980' in two; a cell may hold only one of them."""
    if cell is FORMULA or not isinstance(cell, str):
        return ("", cell) if cell is not FORMULA else (FORMULA, FORMULA)
    text = text_of(cell)
    place, comma, birth = text.rpartition(",")
    if comma:
        return place.strip(" ,/"), birth.strip()
    match = dates.DATE_IN_TEXT.search(text)
    if match:
        return text[: match.start()].strip(" ,/-:"), match[0].strip()
    place, slash, birth = text.partition("/")
    return (place.strip(), birth.strip()) if slash else (text, "")
