"""Lists laid out as offices lay them out. Every test makes its own file."""

import re
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from participants.importing.codes import ImportRefused
from tests.participants.importing.lists import HEADER, check, fill, nik, outcome, person, rows_found, save


@pytest.fixture
def path(tmp_path):
    return tmp_path / "daftar.xlsx"


def test_a_plain_table_is_read(path):
    report = check(save(path, [HEADER, person(1), person(2)]))

    assert outcome(report) == [(2, "accepted", []), (3, "accepted", [])]


def test_a_table_that_begins_elsewhere_keeps_its_row_numbers(path):
    report = check(save(path, [HEADER, person(1), person(2)], at=(6, 4)))

    assert outcome(report) == [(7, "accepted", []), (8, "accepted", [])]


def test_a_header_below_the_first_twenty_rows_is_no_header(path):
    with pytest.raises(ImportRefused) as refused:
        check(save(path, [HEADER, person(1)], at=(21, 1)))

    assert refused.value.code == "no_header"


def test_a_header_in_row_twenty_is_found(path):
    assert outcome(check(save(path, [HEADER, person(1)], at=(20, 1)))) == [(21, "accepted", [])]


def test_a_header_of_two_lines_with_merged_cells(path):
    top = ["No", "Nama", "NIK", "Tempat, Tgl Lahir", "Jenis Kelamin", "", "Alamat", "", "", "", "Usaha", ""]
    below = ["", "", "", "", "L", "P", "Jalan", "RT/RW", "Kel.", "Kec.", "Nama", "Jenis"]
    row = [
        1,
        "Rojali",
        nik(9001),
        "Jakarta, 17-08-1945",
        "v",
        "",
        "Jl. Mawar",
        "1/2",
        "Palmerah",
        "Palmerah",
        "Kopi",
        "Minuman",
    ]
    workbook = Workbook()
    sheet = fill(workbook.active, [top, below, row])
    for area in ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1", "G1:J1", "K1:L1"):
        sheet.merge_cells(area)
    workbook.save(path)

    values = check(path).rows[0].values
    shown = {
        name: values[name]
        for name in (
            "nama",
            "tempat_lahir",
            "jenis_kelamin",
            "alamat",
            "rw",
            "kelurahan",
            "nama_usaha",
            "jenis_usaha",
        )
    }

    assert shown == {
        "nama": "Rojali",
        "tempat_lahir": "Jakarta",
        "jenis_kelamin": "L",
        "alamat": "Jl. Mawar",
        "rw": "002",
        "kelurahan": "31.73.07.1001",
        "nama_usaha": "Kopi",
        "jenis_usaha": "Minuman",
    }


def test_a_header_of_two_lines_without_merged_cells(path):
    top = ["No", "Identitas", "", "", "Domisili", "", ""]
    below = ["", "Nama", "NIK", "Tgl Lahir", "RT/RW", "Kelurahan", "Kecamatan"]
    row = [1, "Rojali", nik(9001), "17-08-1945", "1/2", "Palmerah", "Palmerah"]

    assert outcome(check(save(path, [top, below, row]))) == [(3, "warning", ["W_HP_KOSONG"])]


def test_name_and_nik_labels_may_stand_on_different_lines(path):
    top = ["No", "Nama", "Nomor", "", "Kelurahan", "Kecamatan"]
    below = ["", "", "NIK", "HP", "", ""]
    row = [1, "Rojali", nik(9001), "081200000001", "Palmerah", "Palmerah"]

    assert outcome(check(save(path, [top, below, row]))) == [(3, "warning", ["W_TGL_DARI_NIK"])]


def test_a_title_that_speaks_of_names_is_no_header(path):
    title = ["DAFTAR NAMA DAN NIK PESERTA"]

    assert outcome(check(save(path, [title, HEADER, person(1)]))) == [(3, "accepted", [])]


def test_a_place_and_date_label_over_two_columns(path):
    header = ["Nama", "NIK", "Tempat, Tgl Lahir", "", "HP", "Kelurahan", "Kecamatan"]
    row = ["Rojali", nik(9001), "Tegal", datetime(1945, 8, 17), "081200000001", "Palmerah", "Palmerah"]
    workbook = Workbook()
    fill(workbook.active, [header, row]).merge_cells("C1:D1")
    workbook.save(path)

    checked = check(path).rows[0]

    assert (checked.codes, checked.values["tempat_lahir"], checked.values["tgl_lahir"]) == (
        [],
        "Tegal",
        "1945-08-17",
    )


def test_notes_totals_and_signatures_below_the_table_are_nobody(path):
    rows = [
        HEADER,
        person(1),
        person(2),
        [],
        ["", "JUMLAH PESERTA", "=COUNTA(B2:B3)"],
        [],
        ["", "Catatan: NIK wajib sesuai KTP"],
        ["*) wajib diisi"],
        [],
        ["", "Mengetahui,", "", "", "", "", "Jakarta, 14 Maret 2018"],
        ["", "Kepala Suku Dinas", "", "", "", "", "Petugas Pendata"],
        [],
        ["", "Drs. Bambang Hartono, M.Si", "", "", "", "", "Sri Lestari"],
        ["", "NIP. 196512121990031001"],
    ]

    assert rows_found(check(save(path, rows))) == [("Daftar", 2), ("Daftar", 3)]


def test_a_signature_number_in_the_nik_column_is_nobody(path):
    rows = [HEADER, person(1), [], ["", "", "Lurah Palmerah"], ["", "", "NIP 19651212 199003 1 001"]]

    assert rows_found(check(save(path, rows))) == [("Daftar", 2)]


def test_a_row_of_totals_in_the_middle_is_nobody(path):
    rows = [HEADER, person(1), ["Sub Total", "", "", "", "", 1], person(2)]

    assert rows_found(check(save(path, rows))) == [("Daftar", 2), ("Daftar", 4)]


def test_a_person_without_a_nik_in_the_middle_is_rejected_not_ignored(path):
    rows = [HEADER, person(1), ["", "Sri Lestari"], person(2)]

    assert outcome(check(save(path, rows)))[1] == (
        3,
        "rejected",
        ["E_KEC_TIDAK_DIKENAL", "E_NIK_KOSONG", "W_HP_KOSONG"],
    )


def test_a_last_person_without_a_nik_is_rejected_not_ignored(path):
    rows = [HEADER, person(1), person(2, nik=None)]

    assert outcome(check(save(path, rows)))[1] == (3, "rejected", ["E_NIK_KOSONG"])


def test_column_numbers_and_a_repeated_header_are_nobody(path):
    rows = [HEADER, [1, "(2)", 3, "(4)", 5, "(6)", 7, "(8)", 9, 10], person(1), HEADER, person(2)]

    assert rows_found(check(save(path, rows))) == [("Daftar", 3), ("Daftar", 5)]


def test_a_repeated_header_may_change_the_order_of_the_columns(path):
    other = [HEADER[0], HEADER[2], HEADER[1], *HEADER[3:]]
    swapped = person(2)
    swapped[1], swapped[2] = swapped[2], swapped[1]

    assert outcome(check(save(path, [HEADER, person(1), other, swapped]))) == [
        (2, "accepted", []),
        (4, "accepted", []),
    ]


def test_a_merged_kelurahan_counts_for_every_row_it_spans(path):
    rows = [HEADER, person(1), person(2, kel=None, kec=None), person(3, kel=None, kec=None)]
    workbook = Workbook()
    sheet = fill(workbook.active, rows)
    sheet.merge_cells("I2:I4")
    sheet.merge_cells("J2:J4")
    workbook.save(path)

    assert [checked.values["kelurahan"] for checked in check(path).rows] == ["31.73.07.1001"] * 3


def test_a_section_title_merged_across_the_table_is_nobody(path):
    workbook = Workbook()
    sheet = fill(workbook.active, [HEADER, ["GELOMBANG 1"], person(1), ["GELOMBANG 2"], person(2)])
    sheet.merge_cells("A2:J2")
    sheet.merge_cells("A4:J4")
    workbook.save(path)

    assert rows_found(check(path)) == [("Daftar", 3), ("Daftar", 5)]


def test_hidden_sheets_are_left_out_hidden_rows_and_columns_are_read(path):
    workbook = Workbook()
    sheet = fill(workbook.active, [HEADER, person(1), person(2)])
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    fill(workbook.create_sheet(), [HEADER, person(3)], name="lama").sheet_state = "hidden"
    workbook.save(path)

    report = check(path)

    assert (rows_found(report), report.hidden_sheets) == ([("Daftar", 2), ("Daftar", 3)], ["lama"])


def test_a_sheet_without_a_header_is_a_recap(path):
    workbook = Workbook()
    fill(workbook.active, [HEADER, person(1)])
    fill(workbook.create_sheet(), [["Kecamatan", "Jumlah"], ["Palmerah", 1]], name="REKAP")
    workbook.save(path)

    assert check(path).ignored_sheets == ["REKAP"]


WITHOUT_KECAMATAN = HEADER[:-1]


@pytest.mark.parametrize(
    "line",
    [
        ["KECAMATAN : PALMERAH"],
        ["Kec. Pal Merah"],
        ["Kecamatan", ":", "Palmerah"],
        ["PELATIHAN OK OCE KECAMATAN PALMERAH KOTA ADM. JAKARTA BARAT"],
    ],
)
def test_the_kecamatan_may_stand_above_the_header(path, line):
    report = check(save(path, [line, WITHOUT_KECAMATAN, person(1)[:-1]], name="Sheet1"))

    assert report.rows[0].values["kecamatan"] == "31.73.07"


@pytest.mark.parametrize("name", ["PALMERAH", "Kec. Pal Merah", "palmerah (2)", "7. Palmerah"])
def test_else_the_sheet_is_named_after_the_kecamatan(path, name):
    report = check(save(path, [WITHOUT_KECAMATAN, person(1)[:-1]], name=name))

    assert report.rows[0].values["kecamatan"] == "31.73.07"


def test_a_kecamatan_above_the_header_that_is_not_one_of_jakarta(path):
    report = check(save(path, [["KECAMATAN : CILEDUG"], WITHOUT_KECAMATAN, person(1)[:-1]], name="PALMERAH"))

    assert outcome(report) == [(3, "rejected", ["E_KEC_TIDAK_DIKENAL"])]


def test_a_formula_is_never_evaluated_even_where_excel_left_its_value(path, tmp_path):
    rows = [
        [*HEADER, "Nama Usaha"],
        [*person(1), '=HYPERLINK("http://contoh.example","promo")'],
        [*person(2, nama="=A1&B1"), None],
    ]
    save(path, rows)
    cached = rewritten(
        path,
        tmp_path / "cached.xlsx",
        rb'<c r="(\w+)"><f>(.*?)</f><v ?/?>(?:</v>)?',
        rb'<c r="\1" t="str"><f>\2</f><v>Siti</v>',
    )

    assert outcome(check(cached)) == [
        (2, "warning", ["W_SEL_FORMULA"]),
        (3, "rejected", ["E_NAMA_TIDAK_SAH"]),
    ]


def rewritten(source, target, pattern, replacement):
    """The same workbook with its sheets' XML changed, as another program would have saved it."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("xl/worksheets/"):
                data, count = re.subn(pattern, replacement, data)
                assert count
            new.writestr(name, data)
    return target


def test_cells_without_references_are_counted(path, tmp_path):
    save(path, [[*HEADER, "Nama Usaha"], [*person(1), "=1+1"]])
    bare = rewritten(path, tmp_path / "bare.xlsx", rb'(<(?:c|row)) r="\w+"', rb"\1")

    assert outcome(check(bare)) == [(2, "warning", ["W_SEL_FORMULA"])]


def test_the_workbook_date_system_of_1904_is_honoured(path):
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    workbook = Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    days = (date(1945, 8, 17) - date(1904, 1, 1)).days
    fill(workbook.active, [HEADER, person(1, tgl=days), person(2, tgl=date(1945, 8, 17))])
    workbook.save(path)

    assert outcome(check(path)) == [(2, "accepted", []), (3, "accepted", [])]


def test_a_plain_number_is_a_day_number(path):
    days = (date(1945, 8, 17) - date(1899, 12, 30)).days

    assert outcome(check(save(path, [HEADER, person(1, tgl=days)]))) == [(2, "accepted", [])]


def test_sixteen_digits_a_float_cannot_hold_are_read_exactly(path, tmp_path):
    """Numbers of Papua lie above 2**53, where floats skip every other whole number."""
    save(path, [HEADER, person(1, nik=1234567)])
    exact = rewritten(path, tmp_path / "exact.xlsx", rb"<v>1234567</v>", b"<v>9171011708459001</v>")

    report = check(exact)

    assert (outcome(report), report.rows[0].nik) == ([(2, "warning", ["W_NIK_ANGKA"])], "9171011708459001")


def test_two_hundred_thousand_rows_are_too_many(path):
    report_rows = [HEADER, *(person(serial) for serial in range(1, 12))]

    with pytest.raises(ImportRefused) as refused:
        check(save(path, report_rows), max_rows=10)

    assert (refused.value.code, refused.value.params) == ("too_many_rows", {"limit": 10})


def test_a_header_without_anybody_below_says_so(path):
    with pytest.raises(ImportRefused) as refused:
        check(save(path, [HEADER, [], ["", "JUMLAH", 0]]))

    assert refused.value.code == "no_people"


def test_another_city_is_noticed(path):
    report = check(save(path, [HEADER, person(1), person(2)]), kota="31.71")

    assert (report.other_kota(), outcome(report)[0]) == ("31.73", (2, "rejected", ["E_LUAR_WILAYAH"]))
