"""Workbooks that leave the portal: rows to mend, and the empty list. Both are read again by the engine."""

import io
import json
import uuid

import pytest
from openpyxl import load_workbook

from okoce.db.encryption import encrypt
from participants.importing import engine, handback, template
from participants.models import ImportRow
from tests.participants.importing.lists import AS_OF, KOTA, nik

CELLS = {
    "nama": "Rojali",
    "nik": nik(9001),
    "hp": "0812-0000-0001",
    "tempat_tgl_lahir": "Tegal, 17-08-1945",
    "jenis_kelamin": "L",
    "alamat": "Jl. Mawar",
    "rtrw": "001/002",
    "kelurahan": "Palmerah",
    "kecamatan": "Palmerah",
}


def row(*codes, status="rejected", position=1, **changes):
    uid = uuid.uuid4()
    cells = json.dumps({**CELLS, **changes}, ensure_ascii=False)
    return ImportRow(
        uid=uid,
        position=position,
        sheet="PALMERAH",
        row=position + 6,
        status=status,
        codes=list(codes),
        duplicate_of="PALMERAH!3" if status == "duplicate" else "",
        values_ciphertext=encrypt(cells, column="imports.values", row=uid),
    )


def opened(content):
    return load_workbook(io.BytesIO(content))


def comments(sheet):
    return {cell.coordinate: cell.comment.text for line in sheet.iter_rows() for cell in line if cell.comment}


def read(content):
    report = engine.check(content, kota=KOTA, as_of=AS_OF)
    return [(checked.row.row, [str(code) for code in checked.codes]) for checked in report.rows]


def test_each_bad_cell_has_a_comment_that_says_how_to_mend_it():
    sheet = opened(
        handback.workbook([row("E_NIK_PANJANG", "E_KEL_TIDAK_DIKENAL", nik="3173", kelurahan="Entah")])
    ).active

    assert sorted(comments(sheet)) == ["B2", "J2"]
    assert "4 angka" in comments(sheet)["B2"] or "4 digits" in comments(sheet)["B2"]
    assert sheet["B2"].fill.fgColor.rgb == sheet["J2"].fill.fgColor.rgb != sheet["A2"].fill.fgColor.rgb


def test_an_empty_bad_cell_has_one_too():
    sheet = opened(handback.workbook([row("E_NAMA_KOSONG", nama="")])).active

    assert list(comments(sheet)) == ["A2"]


def test_of_a_rejected_row_only_what_rejects_it_is_said_and_of_a_double_where_it_stands():
    sheet = opened(
        handback.workbook(
            [
                row("E_NIK_KOSONG", "W_HP_KOSONG", nik="", hp=""),
                row("D_NIK_SAMA", status="duplicate", position=2),
            ]
        )
    ).active

    assert sorted(comments(sheet)) == ["B2", "B3"]
    assert "3" in comments(sheet)["B3"]


def test_mended_in_place_it_goes_in_again():
    content = handback.workbook(
        [
            row("E_NIK_PANJANG", nik="3173"),
            row("E_KEL_AMBIGU", position=2, nama="Marzuki", kelurahan="Kota Bambu"),
        ]
    )
    book = opened(content)
    book.active["B2"], book.active["J3"] = nik(9002), "Kota Bambu Utara"
    buffer = io.BytesIO()
    book.save(buffer)

    assert read(content) == [(2, ["E_NIK_PANJANG"]), (3, ["E_KEL_AMBIGU"])]
    assert read(buffer.getvalue()) == [(2, []), (3, [])]


def test_numbers_are_text_so_that_excel_keeps_every_digit():
    sheet = opened(handback.workbook([row("E_KEL_AMBIGU")])).active

    assert (sheet["B2"].value, sheet["B2"].number_format, sheet["B200"].number_format) == (
        nik(9001),
        "@",
        "General",
    )
    assert sheet.column_dimensions["B"].number_format == "@"


def test_a_row_that_was_accepted_has_its_areas_by_name():
    sheet = opened(
        handback.workbook(
            [row("W_KEL_DIKOREKSI", status="warning", kelurahan="31.73.07.1003", kecamatan="31.73.07")]
        )
    ).active

    assert (sheet["I2"].value, sheet["J2"].value) == ("Pal Merah", "Kota Bambu Utara")


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://contoh.example","Hadiah")', "+cmd|'/c calc'!A0", "-2+3", "@SUM(A1)", "\t=1+1"],
)
def test_rule_08_66_nothing_handed_back_is_a_formula(text):
    sheet = opened(handback.workbook([row("E_KEL_AMBIGU", nama_usaha=text, alamat=text)])).active

    assert (sheet["L2"].data_type, sheet["L2"].value.startswith("'"), sheet["G2"].data_type) == (
        "s",
        True,
        "s",
    )


def test_rule_08_66_a_phone_number_keeps_its_plus():
    assert (
        opened(handback.workbook([row("E_KEL_AMBIGU", hp="+6281200000001")])).active["C2"].value
        == "+6281200000001"
    )


# ---------------------------------------------------------------- the empty list
@pytest.fixture
def filled(db):
    def filled(*lines):
        book = opened(template.workbook("31.73"))
        for number, line in enumerate(lines, 2):
            for column, value in enumerate(line, 1):
                book.active.cell(number, column, value)
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    return filled


LINE = [
    "Rojali",
    nik(9001),
    "081200000001",
    "Tegal",
    "17-08-1945",
    "L",
    "Jl. Mawar",
    "1/2",
    "Pal Merah",
    "Slipi",
]


def test_the_template_is_read_by_its_own_header(filled):
    content = filled(LINE)
    report = engine.check(content, kota=KOTA, as_of=AS_OF)

    assert (read(content), report.ignored_sheets, report.hidden_sheets) == ([(2, [])], [], [])


def test_the_columns_of_the_template_are_text(filled):
    sheet = opened(filled()).active

    assert {sheet.column_dimensions[letter].number_format for letter in "ABC"} == {"@"}


def test_kecamatan_and_kelurahan_can_be_chosen_and_the_second_follows_the_first(filled):
    book = opened(filled())
    choices = book["PILIHAN"]
    rules = {str(rule.sqref).split(":")[0]: rule for rule in book.active.data_validations.dataValidation}

    assert choices.sheet_state == "hidden"
    assert [cell.value for cell in choices["A"] if cell.value][:2] == ["Cengkareng", "Grogol Petamburan"]
    pairs = [(line[1].value, line[2].value) for line in choices.iter_rows() if line[2].value]
    assert (len(pairs), ("Pal Merah", "Slipi") in pairs) == (56, True)
    assert [name for name, _kelurahan in pairs] == sorted(name for name, _kelurahan in pairs)
    assert rules["I2"].formula1.startswith("PILIHAN!$A$1:$A$8")
    assert "MATCH($I2" in rules["J2"].formula1
    assert sorted(rules) == ["B2", "F2", "I2", "J2", "K2", "N2"]


def test_every_choice_of_the_template_is_one_the_import_knows(filled):
    book = opened(filled())
    pairs = [(line[1].value, line[2].value) for line in book["PILIHAN"].iter_rows() if line[2].value]
    lines = [
        [
            f"Rojali {chr(65 + number // 26)}{chr(65 + number % 26)}",
            nik(9001 + number),
            *LINE[2:8],
            kecamatan,
            kelurahan,
        ]
        for number, (kecamatan, kelurahan) in enumerate(pairs)
    ]

    assert {tuple(codes) for _row, codes in read(filled(*lines))} == {()}


def test_handed_back_rows_and_the_template_have_the_same_header(filled):
    back = opened(handback.workbook([row("E_KEL_AMBIGU")])).active
    empty = opened(filled()).active

    assert [cell.value for cell in back[1]][:14] == [cell.value for cell in empty[1]]
