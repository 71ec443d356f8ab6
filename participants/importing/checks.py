"""The rules for one row: from raw cells to codes and values. See docs/registration-lists.md."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from okoce.values import names, phone
from okoce.values.nik import Nik, NikError, normalise
from okoce.values.nik import parse as parse_nik
from okoce.values.period import age_on
from participants.importing import dates
from participants.importing.areas import Areas
from participants.importing.cells import FORMULA, Cell, is_formula, is_placeholder, text_of
from participants.importing.codes import Code, Status, status_of
from participants.importing.rows import Row

MIN_AGE = 17  # completed years; this project's choice until the programme names one
NIK_LENGTH = 16

Values = dict[str, str | None]

_SCIENTIFIC = re.compile(r"\d[.,]?\d*\s*e\s*\+?\s*\d{1,2}", re.IGNORECASE)
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
        return status_of(self.codes)


@dataclass(slots=True)
class Checker:
    """What the checks depend on besides the row."""

    areas: Areas
    kota: str  # '31.73'
    as_of: date
    min_age: int = MIN_AGE
    date_1904: bool = False
    _add: Callable[[Code], None] = field(init=False, repr=False)

    def check(self, row: Row) -> Checked:
        codes: list[Code] = []
        self._add = codes.append
        cells = row.cells
        nik = self._nik(cells.get("nik"))
        birth_cell = cells.get("tgl_lahir", "")
        place = cells.get("tempat_lahir", "")
        if both := cells.get("tempat_tgl_lahir"):
            place, birth_cell = split_place_and_date(both)
        birth = self._birth(birth_cell, nik)
        name = self._name(cells.get("nama"))
        kecamatan, kelurahan = self._area(cells.get("kecamatan"), cells.get("kelurahan"))
        mobile = self._mobile(cells.get("hp"))
        rt, rw = self._rt_rw(cells)
        values: Values = {
            "nama": name,
            "nik": nik.digits if nik else None,
            "hp": mobile,
            "tempat_lahir": self._text(place),
            "tgl_lahir": birth.isoformat() if birth else None,
            "jenis_kelamin": self._sex(cells.get("jenis_kelamin"), nik),
            "alamat": self._text(cells.get("alamat")),
            "rt": rt,
            "rw": rw,
            "kelurahan": kelurahan,
            "kecamatan": kecamatan,
            "jenis_usaha": self._text(cells.get("jenis_usaha")),
            "nama_usaha": self._text(cells.get("nama_usaha")),
            "email": self._email(cells.get("email")),
            "status_usaha": self._business_status(cells.get("status_usaha")),
        }
        return Checked(row, codes, values, nik.digits if nik else None, birth)

    # ------------------------------------------------------------ NIK, birth, sex
    def _nik(self, cell: Cell) -> Nik | None:
        digits = self._nik_digits(cell)
        if digits is None:
            return None
        if len(digits) != NIK_LENGTH or not (digits.isascii() and digits.isdigit()):
            self._add(Code.E_NIK_PANJANG)
            return None
        try:
            nik = parse_nik(digits)
        except NikError:
            self._add(Code.E_NIK_TIDAK_SAH)
            return None
        if nik.region4 not in self.areas.nik_regions:
            self._add(Code.E_NIK_TIDAK_SAH)
            return None
        if nik.region6 not in self.areas.nik_prefixes:
            self._add(Code.W_NIK_WILAYAH)
        return nik

    def _nik_digits(self, cell: Cell) -> str | None:
        """The characters of a NIK cell, or None when they cannot be a NIK at all."""
        if cell is FORMULA:
            self._add(Code.W_SEL_FORMULA)
            self._add(Code.E_NIK_KOSONG)
            return None
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return self._nik_of_number(cell)
        text = text_of(cell)
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
        if digits.isascii() and digits.isdigit():
            return digits
        if not _DIGIT.search(digits):
            self._add(Code.E_NIK_KOSONG)  # a word such as "belum punya"
            return None
        if any(char.isalpha() for char in digits) or not digits.isascii():
            self._add(Code.E_NIK_BUKAN_ANGKA)
            return None
        return digits

    def _nik_of_number(self, number: float) -> str | None:
        """A numeric cell: Excel keeps fifteen digits, so a sixteenth that is 0 was lost."""
        if number == 0:
            self._add(Code.E_NIK_KOSONG)
            return None
        if number != int(number) or number < 0:
            self._add(Code.E_NIK_PANJANG)
            return None
        digits = str(int(number))
        if len(digits) == NIK_LENGTH:
            if digits.endswith("0"):
                self._add(Code.E_NIK_RUSAK_EXCEL)
                return None
            self._add(Code.W_NIK_ANGKA)
        return digits

    def _birth(self, cell: Cell, nik: Nik | None) -> date | None:
        """The column's date where it can be read, else the NIK's; and whether the two agree."""
        if cell is FORMULA or (isinstance(cell, str) and is_formula(text_of(cell))):
            self._add(Code.W_SEL_FORMULA)
            cell = ""
        written = dates.read(cell, as_of=self.as_of, date_1904=self.date_1904)
        birth = written.day_first
        if nik is not None:
            of_nik = nik.birth_date(self.as_of)
            if birth == of_nik:
                pass
            elif written.month_first == of_nik:
                self._add(Code.W_TGL_TERTUKAR)
                birth = of_nik
            elif birth is not None:
                self._add(Code.W_NIK_TGL_BEDA)
            else:
                self._add(Code.W_TGL_DARI_NIK)
                birth = of_nik
        if birth is not None and age_on(birth, self.as_of) < self.min_age:
            self._add(Code.E_USIA_KURANG)
        return birth

    def _sex(self, cell: Cell, nik: Nik | None) -> str | None:
        text = self._optional(cell)
        sex = SEX.get(names.letters(text)) if text else None
        if nik is None:
            return sex
        if sex is None:
            return nik.sex
        if sex != nik.sex:
            self._add(Code.W_NIK_JK_BEDA)
        return sex

    # ------------------------------------------------------------ name, area
    def _name(self, cell: Cell) -> str | None:
        if cell is FORMULA:
            self._add(Code.E_NAMA_TIDAK_SAH)
            return None
        text = text_of(cell)
        if not text.isascii():
            text = names.clean(text)
        if not text or is_placeholder(text):
            self._add(Code.E_NAMA_KOSONG)
            return None
        if is_formula(text) or not names.is_valid(text):
            self._add(Code.E_NAMA_TIDAK_SAH)
        return text

    def _area(self, kecamatan_cell: Cell, kelurahan_cell: Cell) -> tuple[str | None, str | None]:
        kecamatan = self.areas.kecamatan(text_of(kecamatan_cell))
        if kecamatan is None:
            self._add(Code.E_KEC_TIDAK_DIKENAL)
            return None, None
        if kecamatan[:5] != self.kota:
            self._add(Code.E_LUAR_WILAYAH)
            return kecamatan, None
        text = text_of(kelurahan_cell)
        if not text or is_placeholder(text) or is_formula(text):
            self._add(Code.E_KEL_TIDAK_DIKENAL)
            return kecamatan, None
        kelurahan, code = self.areas.kelurahan(text, kecamatan)
        if code is not None:
            self._add(code)
        return kecamatan, kelurahan

    # ------------------------------------------------------------ what may be missing
    def _optional(self, cell: Cell) -> str | None:
        """The text of a cell that may be empty; a formula is reported and counts as nothing."""
        if cell is FORMULA:
            self._add(Code.W_SEL_FORMULA)
            return None
        text = text_of(cell)
        if not text or is_placeholder(text):
            return None
        if is_formula(text):
            self._add(Code.W_SEL_FORMULA)
            return None
        return text

    _text = _optional

    def _mobile(self, cell: Cell) -> str | None:
        if cell is FORMULA:
            self._add(Code.W_SEL_FORMULA)
            return None
        text = text_of(cell)
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

    def _email(self, cell: Cell) -> str | None:
        text = self._optional(cell)
        if text is None:
            return None
        email = text.lower()
        if len(email) > _LONGEST_EMAIL or not _EMAIL.fullmatch(email):
            self._add(Code.W_EMAIL_TIDAK_SAH)
            return None
        return email

    def _rt_rw(self, cells: dict[str, Cell]) -> tuple[str | None, str | None]:
        if "rtrw" in cells:
            cell = cells["rtrw"]
            text = self._optional(cell)
            if text is None:
                return None, None
            pair = read_rt_rw(text) if isinstance(cell, str) else None
        else:
            rt, rw = self._optional(cells.get("rt")), self._optional(cells.get("rw"))
            if rt is None and rw is None:
                return None, None
            pair = _rt_and_rw(rt, rw)
        if pair is None:
            self._add(Code.W_RTRW_TIDAK_TERBACA)
            return None, None
        return pair

    def _business_status(self, cell: Cell) -> str | None:
        text = self._optional(cell)
        if text is None:
            return None
        if _NOT_STARTED.match(text) and not _STARTED.search(text):
            return "belum"
        if _STARTED.match(text) and not _NOT_STARTED.search(text):
            return "sudah"
        self._add(Code.W_STATUS_USAHA)
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
