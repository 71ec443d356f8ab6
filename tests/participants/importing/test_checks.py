"""The rules for one row."""

from datetime import date, datetime, time

import pytest

from participants.importing import areas, checks
from participants.importing.cells import FORMULA
from participants.importing.checks import Checker, read_rt_rw, split_place_and_date
from participants.importing.codes import status_of
from participants.importing.rows import Row
from tests.participants.importing.lists import AS_OF, KOTA, nik

VALID = {
    "nama": "Rojali",
    "nik": nik(9001),
    "hp": "081200000001",
    "tgl_lahir": "17-08-1945",
    "jenis_kelamin": "L",
    "kelurahan": "Palmerah",
    "kecamatan": "Palmerah",
}


def check(**changes):
    return Checker(areas.load(), KOTA, AS_OF).check(Row("Daftar", 2, {**VALID, **changes}))


def codes(**changes):
    return sorted(check(**changes).codes)


def value(field, **changes):
    return check(**changes).values[field]


def test_a_whole_row_has_no_code():
    assert codes() == []


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, ["E_NIK_KOSONG"]),
        ("-", ["E_NIK_KOSONG"]),
        ("tidak ada", ["E_NIK_KOSONG"]),
        ("belum punya", ["E_NIK_KOSONG"]),
        ("menyusul", ["E_NIK_KOSONG"]),
        ("#N/A", ["E_NIK_KOSONG"]),
        (0, ["E_NIK_KOSONG"]),
        (FORMULA, ["E_NIK_KOSONG", "W_SEL_FORMULA"]),
        (3173071708459000.0, ["E_NIK_RUSAK_EXCEL"]),
        (3173071708459001.0, ["W_NIK_ANGKA"]),
        ("3.17307E+15", ["E_NIK_RUSAK_EXCEL"]),
        ("3,17307E+15", ["E_NIK_RUSAK_EXCEL"]),
        ("31730717084590O1", ["E_NIK_BUKAN_ANGKA"]),
        ("NIK 3173071708459001", ["E_NIK_BUKAN_ANGKA"]),
        ("317307170845900", ["E_NIK_PANJANG"]),
        (31730717084590, ["E_NIK_PANJANG"]),
        ("31730717084590011", ["E_NIK_PANJANG"]),
        ("9999071708459001", ["E_NIK_TIDAK_SAH"]),
        ("3173073508459001", ["E_NIK_TIDAK_SAH"]),
        ("3173071713459001", ["E_NIK_TIDAK_SAH"]),
        ("3173073002459001", ["E_NIK_TIDAK_SAH"]),
        ("3173071708450000", ["E_NIK_TIDAK_SAH"]),
        ("3173991708459001", ["W_NIK_WILAYAH"]),
        ("3509301708459001", []),
        ("'3173071708459001", []),
        (" 3173.0717-0845 9001 ", []),
        ("３１７３０７１７０８４５９００１", []),
        ("3173\u200b071708459001", []),
    ],
)
def test_rule_01_nik(cell, expected):
    assert codes(nik=cell) == expected


@pytest.mark.parametrize("cell", [3173071708459000.0, 3173071708459000, "3.17307E+15", "3,17307E+15"])
def test_rule_05_a_nik_that_excel_has_rounded_is_refused_and_never_guessed(cell):
    assert codes(nik=cell) == ["E_NIK_RUSAK_EXCEL"]


def test_rule_05_a_nik_kept_as_a_whole_number_is_warned_of():
    assert codes(nik=3173071708459001.0) == ["W_NIK_ANGKA"]


@pytest.mark.parametrize(
    ("cell", "expected", "birth"),
    [
        ("17/08/1945", [], "1945-08-17"),
        ("17.08.45", [], "1945-08-17"),
        ("17 Agustus 1945", [], "1945-08-17"),
        ("17 AGT 45", [], "1945-08-17"),
        ("17-Agu-1945", [], "1945-08-17"),
        ("1945-08-17", [], "1945-08-17"),
        ("1945-08-17 00:00:00", [], "1945-08-17"),
        ("17/08/1945 00:00", [], "1945-08-17"),
        (date(1945, 8, 17), [], "1945-08-17"),
        (datetime(1945, 8, 17), [], "1945-08-17"),
        ("08/17/1945", ["W_TGL_TERTUKAR"], "1945-08-17"),
        ("18/08/1945", ["W_NIK_TGL_BEDA"], "1945-08-18"),
        (date(1946, 8, 17), ["W_NIK_TGL_BEDA"], "1946-08-17"),
        (None, ["W_TGL_DARI_NIK"], "1945-08-17"),
        ("31 Februari 1980", ["W_TGL_DARI_NIK"], "1945-08-17"),
        ("lupa", ["W_TGL_DARI_NIK"], "1945-08-17"),
        ("1945", ["W_TGL_DARI_NIK"], "1945-08-17"),
        (1945, ["W_TGL_DARI_NIK"], "1945-08-17"),
        (time(3, 5), ["W_TGL_DARI_NIK"], "1945-08-17"),
        (FORMULA, ["W_SEL_FORMULA", "W_TGL_DARI_NIK"], "1945-08-17"),
    ],
)
def test_birth_date(cell, expected, birth):
    checked = check(tgl_lahir=cell)

    assert (sorted(checked.codes), checked.values["tgl_lahir"]) == (expected, birth)


def test_a_date_cell_excel_has_turned_round_is_turned_back():
    checked = check(nik=nik(9001, birth="030580"), tgl_lahir=datetime(1980, 3, 5))

    assert (checked.codes, checked.values["tgl_lahir"]) == (["W_TGL_TERTUKAR"], "1980-05-03")


@pytest.mark.parametrize(("birth", "expected"), [("140301", []), ("150301", ["E_USIA_KURANG"])])
def test_seventeen_on_the_day_is_old_enough(birth, expected):
    assert codes(nik=nik(9001, birth=birth), tgl_lahir=f"{birth[:2]}-03-2001") == expected


@pytest.mark.parametrize(
    ("cell", "expected", "sex"),
    [
        ("laki-laki", [], "L"),
        ("Pria", [], "L"),
        ("P", ["W_NIK_JK_BEDA"], "P"),
        ("Wanita", ["W_NIK_JK_BEDA"], "P"),
        (None, [], "L"),
        ("?", [], "L"),
    ],
)
def test_sex(cell, expected, sex):
    checked = check(jenis_kelamin=cell)

    assert (checked.codes, checked.values["jenis_kelamin"]) == (expected, sex)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, ["E_NAMA_KOSONG"]),
        ("-", ["E_NAMA_KOSONG"]),
        ("\u200b ", ["E_NAMA_KOSONG"]),
        ("#REF!", ["E_NAMA_KOSONG"]),
        ("12345", ["E_NAMA_TIDAK_SAH"]),
        (12345, ["E_NAMA_TIDAK_SAH"]),
        ("Peserta 17", ["E_NAMA_TIDAK_SAH"]),
        ("***", ["E_NAMA_TIDAK_SAH"]),
        ('=HYPERLINK("http://contoh.example","Hadiah")', ["E_NAMA_TIDAK_SAH"]),
        (FORMULA, ["E_NAMA_TIDAK_SAH"]),
        ("Supriyadi", []),
        ("H. Ma'ruf, S.E.", []),
    ],
)
def test_name(cell, expected):
    assert codes(nama=cell) == expected


def test_emoji_leave_names_and_stay_in_business_names():
    checked = check(nama="Siti \U0001f60a", nama_usaha="Bakso \U0001f35c")

    assert (checked.values["nama"], checked.values["nama_usaha"]) == ("Siti", "Bakso \U0001f35c")


@pytest.mark.parametrize(
    ("kelurahan", "kecamatan", "expected", "code"),
    [
        ("Kel. PALMERAH", "Kec.PALMERAH", [], "31.73.07.1001"),
        ("tanjungduren utara", "Grogol  Petamburan", [], "31.73.02.1002"),
        ("Tj. Duren Utr", "Grogol Petamburan", ["W_KEL_DIKOREKSI"], "31.73.02.1002"),
        ("Jlambar", "Grogol Petamburan", ["W_KEL_DIKOREKSI"], "31.73.02.1004"),
        ("Tanjung Duren", "Grogol Petamburan", ["E_KEL_AMBIGU"], None),
        ("Kedoya", "Kebon Jeruk", ["E_KEL_AMBIGU"], None),
        ("Kb. Jeruk", "Kebon Jeruk", ["W_KEL_DIKOREKSI"], "31.73.05.1001"),
        ("Palmerah", "Kebon Jeruk", ["E_KEL_KEC_BEDA"], None),
        ("Gambir", "Palmerah", ["E_KEL_KEC_BEDA"], None),
        ("Bojong Kenyot", "Palmerah", ["E_KEL_TIDAK_DIKENAL"], None),
        ("RW 05", "Palmerah", ["E_KEL_TIDAK_DIKENAL"], None),
        (None, "Palmerah", ["E_KEL_TIDAK_DIKENAL"], None),
        (FORMULA, "Palmerah", ["E_KEL_TIDAK_DIKENAL"], None),
        ("Gambir", "Gambir", ["E_LUAR_WILAYAH"], None),
        ("Palmerah", "Ciledug", ["E_KEC_TIDAK_DIKENAL"], None),
        ("Palmerah", None, ["E_KEC_TIDAK_DIKENAL"], None),
    ],
)
def test_area(kelurahan, kecamatan, expected, code):
    checked = check(kelurahan=kelurahan, kecamatan=kecamatan)

    assert (checked.codes, checked.values["kelurahan"]) == (expected, code)


@pytest.mark.parametrize(
    ("cell", "expected", "mobile"),
    [
        ("0812.0000.001", [], "+628120000001"),
        (8120000001, [], "+628120000001"),
        ("WA: 0812 0000 001", [], "+628120000001"),
        ("0812-0000-001 / 0813-0000-002", ["W_HP_GANDA"], "+628120000001"),
        ("-", ["W_HP_KOSONG"], None),
        ("tidak punya", ["W_HP_KOSONG"], None),
        ("021-5550000", ["W_HP_TIDAK_SAH"], None),
        ("0812", ["W_HP_TIDAK_SAH"], None),
        ("6,28120000001E+11", ["W_HP_TIDAK_SAH"], None),
        (FORMULA, ["W_SEL_FORMULA"], None),
    ],
)
def test_phone(cell, expected, mobile):
    checked = check(hp=cell)

    assert (checked.codes, checked.values["hp"]) == (expected, mobile)


@pytest.mark.parametrize(
    ("cell", "expected", "email"),
    [
        ("Siti@Example.COM", [], "siti@example.com"),
        ("siti@", ["W_EMAIL_TIDAK_SAH"], None),
        ("siti.example.com", ["W_EMAIL_TIDAK_SAH"], None),
        ("nama @ example", ["W_EMAIL_TIDAK_SAH"], None),
        (None, [], None),
        ("tidak ada", [], None),
    ],
)
def test_email(cell, expected, email):
    checked = check(email=cell)

    assert (checked.codes, checked.values["email"]) == (expected, email)


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("3/5", ("003", "005")),
        ("003/005", ("003", "005")),
        ("03 / 05", ("003", "005")),
        ("RT 03 RW 05", ("003", "005")),
        ("RT.003/RW.005", ("003", "005")),
        ("rt03/rw05", ("003", "005")),
        ("RT 3, RW 5", ("003", "005")),
        ("RW 05 RT 03", ("003", "005")),
        ("RT 03", None),
        ("05-Mar", None),
        ("2018-05-03", None),
        ("03/05/2018", None),
        ("0/0", None),
        ("1234/5", None),
    ],
)
def test_rt_rw(text, pair):
    assert read_rt_rw(text) == pair


def test_rt_rw_that_excel_made_a_date_of_is_not_guessed():
    checked = check(rtrw=datetime(2018, 5, 3))

    assert (checked.codes, checked.values["rt"], checked.values["rw"]) == (
        ["W_RTRW_TIDAK_TERBACA"],
        None,
        None,
    )


def test_rt_and_rw_in_columns_of_their_own():
    checked = check(rt=3.0, rw="05")

    assert (checked.codes, checked.values["rt"], checked.values["rw"]) == ([], "003", "005")


@pytest.mark.parametrize(
    ("cell", "expected", "status"),
    [
        ("Sudah", [], "sudah"),
        ("sdh", [], "sudah"),
        ("BLM", [], "belum"),
        ("belum ada usaha", [], "belum"),
        ("sudah/belum", ["W_STATUS_USAHA"], None),
        ("mungkin", ["W_STATUS_USAHA"], None),
        (None, [], None),
    ],
)
def test_business_status(cell, expected, status):
    checked = check(status_usaha=cell)

    assert (checked.codes, checked.values["status_usaha"]) == (expected, status)


def test_a_name_that_begins_with_an_at_sign_is_kept():
    assert value("nama_usaha", nama_usaha="@dapur.sari") == "@dapur.sari"


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("Jakarta, 12-05-1980", ("Jakarta", "12-05-1980")),
        ("Jakarta 12 Mei 1980", ("Jakarta", "12 Mei 1980")),
        ("Gunung Kidul / 12-05-1980", ("Gunung Kidul", "12-05-1980")),
        ("12-05-1980", ("", "12-05-1980")),
        ("Jakarta", ("Jakarta", "")),
        ("Jakarta, lupa", ("Jakarta", "lupa")),
        (datetime(1980, 5, 12), ("", datetime(1980, 5, 12))),
        (FORMULA, (FORMULA, FORMULA)),
    ],
)
def test_place_and_date_are_parted(cell, parts):
    assert split_place_and_date(cell) == parts


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ([], "accepted"),
        (["W_HP_KOSONG"], "warning"),
        (["D_NIK_SAMA", "W_HP_KOSONG"], "duplicate"),
        (["W_A", "E_B", "D_C"], "rejected"),
    ],
)
def test_the_worst_code_decides(given, status):
    assert status_of(given) == status


def test_the_minimum_age_is_an_argument():
    checker = Checker(areas.load(), KOTA, AS_OF, min_age=18)

    assert checker.check(
        Row("a", 1, {**VALID, "nik": nik(9001, birth="140301"), "tgl_lahir": None})
    ).codes == [
        checks.Code.W_TGL_DARI_NIK,
        checks.Code.E_USIA_KURANG,
    ]
