"""How a file would be read, and reading it as somebody corrected that."""

import json

import pytest
from openpyxl import Workbook

from participants import import_words
from participants.importing import mapping, runner
from participants.importing.codes import ImportRefused
from tests.participants.importing.lists import AS_OF, HEADER, KOTA, fill, nik, person, save


@pytest.fixture
def path(tmp_path):
    return tmp_path / "daftar.xlsx"


def described(path):
    return runner.describe(path.read_bytes())["sheets"]


def read(path, chosen):
    """As the desk sends it: through JSON, where every key is text."""
    report = runner.check(path.read_bytes(), kota=KOTA, as_of=AS_OF, mapping=json.loads(json.dumps(chosen)))
    return [(row["sheet"], row["row"], row["status"]) for row in report["rows"]]


def test_a_sheet_is_described_with_its_header_and_the_field_of_each_column(path):
    (sheet,) = described(save(path, [["DAFTAR PESERTA"], HEADER, person(1)], at=(2, 2)))

    assert (sheet["name"], sheet["is_read"], sheet["why_not"], sheet["header_row"]) == ("Daftar", True, "", 3)
    assert [(column["letter"], column["label"], column["field"]) for column in sheet["columns"]][:4] == [
        ("B", "No", "ignored"),
        ("C", "NAMA LENGKAP", "nama"),
        ("D", "NIK", "nik"),
        ("E", "No. HP/WA", "hp"),
    ]


def test_samples_show_no_personal_number(path):
    (sheet,) = described(save(path, [[*HEADER, "Email"], [*person(1), "siti@example.com"]]))

    samples = {column["field"]: column["samples"] for column in sheet["columns"]}

    assert samples["nama"] == ["Rojali Bntong"]
    assert samples["nik"] == ["3173**********01"]
    assert samples["hp"] == ["0812-****-**01"]
    assert samples["email"] == ["****@example.com"]
    assert nik(9001) not in json.dumps(sheet)


def test_sheets_that_are_not_read_say_why(path):
    workbook = Workbook()
    fill(workbook.active, [HEADER, person(1)])
    fill(workbook.create_sheet(), [["Kecamatan", "Jumlah"], ["Palmerah", 1]], name="REKAP")
    fill(workbook.create_sheet(), [HEADER, person(2)], name="lama").sheet_state = "hidden"
    workbook.create_sheet("kosong")
    workbook.save(path)

    assert [(sheet["name"], sheet["why_not"]) for sheet in described(path)] == [
        ("Daftar", ""),
        ("REKAP", "no_header"),
        ("lama", "hidden"),
        ("kosong", "empty"),
    ]


def test_the_fingerprint_is_that_of_the_words_in_their_places(path, tmp_path):
    (one,) = described(save(path, [HEADER, person(1)]))
    (again,) = described(save(tmp_path / "b.xlsx", [["JUDUL"], [f" {HEADER[0]} ", *HEADER[1:]], person(2)]))
    (other,) = described(save(tmp_path / "c.xlsx", [[*HEADER[:-1], "Kec"], person(2)]))

    assert one["fingerprint"] == again["fingerprint"] != other["fingerprint"]


def test_columns_without_a_header_are_proposed_by_what_stands_in_them(path):
    (sheet,) = described(save(path, [person(serial, kel="Slipi") for serial in range(1, 9)]))

    assert (sheet["is_read"], sheet["header_row"], sheet["fingerprint"]) == (False, 0, "")
    assert {column["letter"]: column["field"] for column in sheet["columns"]} == {
        "A": "ignored",
        "B": "nama",
        "C": "nik",
        "D": "hp",
        "E": "tgl_lahir",
        "F": "jenis_kelamin",
        "G": "alamat",
        "H": "rtrw",
        "I": "kelurahan",
        "J": "kecamatan",
    }


def test_a_file_without_a_header_is_read_only_when_somebody_says_how(path):
    save(path, [person(1), person(2)])
    columns = dict(
        enumerate(["ignored", "nama", "nik", "hp", "tgl_lahir", "jenis_kelamin", "alamat", "rtrw"])
    )
    columns |= {8: "kelurahan", 9: "kecamatan"}

    with pytest.raises(ImportRefused):
        read(path, None)

    assert read(path, {"Daftar": {"header_row": 0, "columns": columns}}) == [
        ("Daftar", 1, "accepted"),
        ("Daftar", 2, "accepted"),
    ]


def test_what_was_proposed_and_sent_back_is_read_the_same(path):
    save(path, [["KECAMATAN : PALMERAH"], HEADER, person(1), person(2, nik="1"), [None, "JUMLAH", 2]])
    (sheet,) = described(path)
    chosen = {
        sheet["name"]: {
            "is_read": True,
            "header_row": sheet["header_row"],
            "columns": {column["index"]: column["field"] for column in sheet["columns"]},
        }
    }

    assert read(path, chosen) == read(path, None)


def test_a_column_can_be_corrected(path):
    header = ["No", "Nama", "NIK", "Kode", "Tgl Lahir", "L/P", "Alamat", "RT/RW", "Wilayah", "Kecamatan"]
    save(path, [header, person(1)])

    columns = {1: "nama", 2: "nik", 3: "hp", 4: "tgl_lahir", 8: "kelurahan", 9: "kecamatan"}

    assert read(path, {"Daftar": {"header_row": 1, "columns": columns}}) == [("Daftar", 2, "accepted")]


def test_a_header_below_the_first_rows_can_be_pointed_at(path):
    save(path, [HEADER, person(1)], at=(40, 1))
    (sheet,) = described(path)

    assert (sheet["is_read"], sheet["header_row"]) == (False, 40)
    assert read(path, {"Daftar": {"header_row": 40}}) == [("Daftar", 41, "accepted")]


def test_a_sheet_can_be_switched_off_and_a_hidden_one_on(path):
    workbook = Workbook()
    fill(workbook.active, [HEADER, person(1)])
    fill(workbook.create_sheet(), [HEADER, person(2)], name="lama").sheet_state = "hidden"
    workbook.save(path)

    assert read(path, {"Daftar": None, "lama": {"is_read": True}}) == [("lama", 2, "accepted")]


def test_one_kecamatan_can_be_given_for_a_whole_sheet(path):
    save(path, [HEADER[:-1], person(1)[:-1]])

    assert read(path, {"Daftar": {"kecamatan": "31.73.07"}}) == [("Daftar", 2, "accepted")]


def test_a_header_of_two_lines_is_pointed_at_by_its_first(path):
    top = ["No", "Nama", "NIK", "Tgl Lahir", "Domisili", None, None]
    below = [None, None, None, None, "RT/RW", "Kelurahan", "Kecamatan"]
    save(path, [top, below, [1, "Rojali", nik(9001), "17-08-1945", "1/2", "Palmerah", "Palmerah"]])
    (sheet,) = described(path)

    assert sheet["header_row"] == 1
    assert read(path, {"Daftar": {"header_row": 1}}) == [("Daftar", 3, "warning")]


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"columns": {0: "nama"}}, ("nik",)),
        ({"columns": {0: "nama", 1: "agama"}}, ()),
        ({"columns": {-1: "nama", 1: "nik"}}, ()),
        ({"columns": {"x": "nama"}}, ()),
        ({"header_row": "lima"}, ()),
        ({"header_row": 0}, ("nama", "nik")),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused_before_anything_is_read(given, missing):
    with pytest.raises(mapping.BadMapping) as refused:
        mapping.read({"Daftar": given})

    assert (refused.value.sheet, refused.value.missing) == ("Daftar", missing)


def test_every_field_has_a_label():
    assert tuple(import_words.FIELDS) == mapping.COLUMN_FIELDS


@pytest.mark.parametrize(("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_the_letters_of_the_program(index, letter):
    assert mapping.column_letter(index) == letter
