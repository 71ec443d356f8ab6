"""What can be said about a row. E_ rejects it, D_ says it stands there twice, W_ only warns."""

from collections.abc import Iterable
from enum import StrEnum


class Code(StrEnum):
    E_NIK_KOSONG = "E_NIK_KOSONG"
    E_NIK_RUSAK_EXCEL = "E_NIK_RUSAK_EXCEL"
    E_NIK_BUKAN_ANGKA = "E_NIK_BUKAN_ANGKA"
    E_NIK_PANJANG = "E_NIK_PANJANG"
    E_NIK_TIDAK_SAH = "E_NIK_TIDAK_SAH"
    E_USIA_KURANG = "E_USIA_KURANG"
    E_NAMA_KOSONG = "E_NAMA_KOSONG"
    E_NAMA_TIDAK_SAH = "E_NAMA_TIDAK_SAH"
    E_KEC_TIDAK_DIKENAL = "E_KEC_TIDAK_DIKENAL"
    E_LUAR_WILAYAH = "E_LUAR_WILAYAH"
    E_KEL_KEC_BEDA = "E_KEL_KEC_BEDA"
    E_KEL_AMBIGU = "E_KEL_AMBIGU"
    E_KEL_TIDAK_DIKENAL = "E_KEL_TIDAK_DIKENAL"
    D_NIK_SAMA = "D_NIK_SAMA"
    D_DUGAAN_NAMA_TGL = "D_DUGAAN_NAMA_TGL"
    W_NIK_ANGKA = "W_NIK_ANGKA"
    W_NIK_WILAYAH = "W_NIK_WILAYAH"
    W_TGL_TERTUKAR = "W_TGL_TERTUKAR"
    W_NIK_TGL_BEDA = "W_NIK_TGL_BEDA"
    W_TGL_DARI_NIK = "W_TGL_DARI_NIK"
    W_NIK_JK_BEDA = "W_NIK_JK_BEDA"
    W_KEL_DIKOREKSI = "W_KEL_DIKOREKSI"
    W_HP_KOSONG = "W_HP_KOSONG"
    W_HP_TIDAK_SAH = "W_HP_TIDAK_SAH"
    W_HP_GANDA = "W_HP_GANDA"
    W_EMAIL_TIDAK_SAH = "W_EMAIL_TIDAK_SAH"
    W_RTRW_TIDAK_TERBACA = "W_RTRW_TIDAK_TERBACA"
    W_STATUS_USAHA = "W_STATUS_USAHA"
    W_SEL_FORMULA = "W_SEL_FORMULA"


class Status(StrEnum):
    ACCEPTED = "accepted"
    WARNING = "warning"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"


# In the order of the truth files, which the JSON of the report follows. Rows are kept in this order without
# the names: a further one goes to the end.
FIELDS = (
    "nama",
    "nik",
    "hp",
    "tempat_lahir",
    "tgl_lahir",
    "jenis_kelamin",
    "alamat",
    "rt",
    "rw",
    "kelurahan",
    "kecamatan",
    "jenis_usaha",
    "nama_usaha",
    "email",
    "status_usaha",
)


class ImportRefused(Exception):
    """The whole file cannot be read. ``code`` names the cause; its words are in ``import_words``."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def status_of(codes: Iterable[str]) -> Status:
    """Rejected before duplicate before warning."""
    first = {code[0] for code in codes}
    if "E" in first:
        return Status.REJECTED
    if "D" in first:
        return Status.DUPLICATE
    return Status.WARNING if "W" in first else Status.ACCEPTED
