"""Lists saved as CSV, with the marks Excel and others leave in them."""

import pytest

from participants.importing.textfile import decode
from tests.participants.importing.lists import check, nik, outcome

HEADER = "No;NAMA;NIK;HP;Tempat, Tgl Lahir;L/P;RT/RW;Kelurahan;Kecamatan"


def line(number=1, **changes):
    row = {
        "no": str(number),
        "nama": "Nur'aini",
        "nik": nik(9000 + number, birth="570845"),
        "hp": "081200000001",
        "ttl": "Jakarta, 17-08-1945",
        "jk": "P",
        "rtrw": "1/2",
        "kel": "Palmerah",
        "kec": "Palmerah",
    }
    row.update(changes)
    return ";".join(row.values())


@pytest.fixture
def write(tmp_path):
    def write(*lines, encoding="utf-8", newline="\r\n"):
        path = tmp_path / "daftar.csv"
        path.write_bytes(newline.join(lines).encode(encoding))
        return path

    return write


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_names_survive_every_encoding(write, encoding):
    report = check(write(HEADER, line(nama="José Ma’ruf"), encoding=encoding))

    assert report.rows[0].values["nama"] == "José Ma’ruf"


def test_a_semicolon_file_with_commas_in_its_cells(write):
    assert outcome(check(write(HEADER, line()))) == [(2, "accepted", [])]


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_other_delimiters(write, delimiter):
    header = HEADER.replace("Tempat, Tgl Lahir", "Tgl Lahir").replace(";", delimiter)
    row = line(ttl="17-08-1945").replace(";", delimiter)

    assert outcome(check(write(header, row))) == [(2, "accepted", [])]


def test_a_quoted_cell_may_hold_the_delimiter_and_a_line_end(write):
    header = HEADER.replace(";", ",").replace("Tempat, Tgl Lahir", '"Tempat, Tgl Lahir"')
    row = line(ttl='"Jakarta, 17-08-1945"', nama='"Siti\nRohmah"').replace(";", ",")

    report = check(write(header, row, line(2, ttl='"Jakarta, 17-08-1945"').replace(";", ",")))

    assert [(checked.row.row, checked.values["nama"]) for checked in report.rows] == [
        (2, "Siti Rohmah"),
        (3, "Nur'aini"),
    ]


def test_the_separator_line_is_no_data_but_a_record(write):
    assert outcome(check(write("sep=;", HEADER, line()))) == [(3, "accepted", [])]


def test_text_written_as_a_formula_keeps_its_digits(write):
    number = nik(9001, birth="570845")

    report = check(write(HEADER, line(nik=f'="{number}"')))

    assert (outcome(report), report.rows[0].nik) == ([(2, "accepted", [])], number)


def test_sixteen_bare_digits_are_text_even_with_a_zero_at_the_end(write):
    number = nik(9010, birth="570845")

    assert outcome(check(write(HEADER, line(nik=number)))) == [(2, "accepted", [])]


@pytest.mark.parametrize("number", ["3.17307E+15", "3,17307E+15", "3,17307570845900E+15"])
def test_a_number_excel_has_shortened_is_damaged(write, number):
    assert outcome(check(write(HEADER, line(nik=number)))) == [(2, "rejected", ["E_NIK_RUSAK_EXCEL"])]


def test_other_formulas_stay_formulas(write):
    assert outcome(check(write(HEADER, line(nama="=1+1")))) == [(2, "rejected", ["E_NAMA_TIDAK_SAH"])]


def test_blank_records_count_as_rows(write):
    assert outcome(check(write("Daftar peserta", "", HEADER, "", line()))) == [(5, "accepted", [])]


def test_bytes_no_encoding_knows_are_still_read():
    assert decode(b"Ma\x92ruf \x81") == "Ma’ruf \ufffd"
