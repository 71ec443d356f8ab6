"""Rows out of what people send: messages, cells of a sheet, filled-in forms."""

from datetime import date

import pytest

from participants.importing import engine, runner
from participants.importing.codes import ImportRefused
from tests.participants.importing.lists import AS_OF, HEADER, KOTA, person

SITI, MUNAROH = "3173075708459001", "3173075708459002"


def read(text):
    return engine.check(text.encode(), kota=KOTA, as_of=AS_OF, kind="paste").rows


def found(text):
    """(line, name, NIK, phone) of everybody."""
    return [(row.row.row, row.values["nama"], row.nik, row.values["hp"]) for row in read(text)]


BOTH = [(1, "Siti Aminah", SITI, "+6281200001234"), (2, "Munaroh", MUNAROH, "+6281300001235")]


@pytest.mark.parametrize(
    "text",
    [
        f"1. Siti Aminah 0812-0000-1234 {SITI}\n2. Munaroh {MUNAROH} 081300001235",
        f"1) Siti Aminah, {SITI}, 081200001234\n2) Munaroh / {MUNAROH} / 0813 0000 1235",
        f"1 Siti Aminah - {SITI} - 0812.0000.1234\n2 Munaroh - {MUNAROH} - +62 813-0000-1235",
        f"- Siti Aminah {SITI} 081200001234\n- Munaroh {MUNAROH} 62813 0000 1235",
        f"*1.* Siti Aminah (0812-0000-1234) NIK.{SITI}\n*2.* Munaroh (081300001235) NIK: {MUNAROH}",
        f"Siti Aminah 3173 0757 0845 9001 081200001234\nMunaroh 081300001235 {MUNAROH}",
        f"Nama: Siti Aminah, NIK: {SITI}, HP: 081200001234\nNama: Munaroh, NIK: {MUNAROH}, HP: 081300001235",
        f"Siti Aminah\t{SITI}\t081200001234\nMunaroh\t{MUNAROH}\t081300001235",
        f"Siti Aminah;{SITI};081200001234\nMunaroh;{MUNAROH};081300001235",
        f"| Siti Aminah | {SITI} | 081200001234 |\n| Munaroh | {MUNAROH} | 081300001235 |",
        f"[09.15, 12/3/2018] Bu RW: 1. Siti Aminah {SITI} 081200001234\n"
        f"[09.16, 12/3/2018] Bu RW: 2. Munaroh {MUNAROH} 081300001235",
        f"12/03/18 09.15 - Bu RW: Siti Aminah {SITI} 081200001234\n"
        f"12/03/18 09.16 - Bu RW: Munaroh {MUNAROH} 081300001235\n"
        "12/03/18 09.17 - Pak RT: <Media tidak disertakan>",
        f"\u200e[12/3/18 09:15:02] Bu RW: Siti Aminah {SITI} 081200001234\n"
        f"[12/3/18 09:16:40] Bu RW: Munaroh {MUNAROH} 081300001235",
    ],
)
def test_every_way_of_writing_gives_the_same_two_people(text):
    assert found(text) == BOTH


def test_an_entry_may_have_several_lines():
    text = (
        f"1. Siti Aminah\nNIK {SITI}\nHP 0812 0000 1234\n\n2. Munaroh\n{MUNAROH}\n081300001235\nTerima kasih"
    )

    assert found(text) == [BOTH[0], (5, *BOTH[1][1:])]


def test_forms_one_below_the_other():
    text = (
        f"Nama: Siti Aminah\nNIK : {SITI}\nNo HP: 0812 0000 1234\nAlamat: Jl. Mawar 3\nRT/RW: 01/02\n"
        f"Kelurahan: Palmerah\nKecamatan: Palmerah\n\nNama: Munaroh\nNIK = {MUNAROH}\nHP: 081300001235"
    )

    first = read(text)[0]

    assert found(text) == [BOTH[0], (9, *BOTH[1][1:])]
    assert (first.values["kelurahan"], first.values["rt"], first.values["alamat"]) == (
        "31.73.07.1001",
        "001",
        "Jl. Mawar 3",
    )


def test_blocks_parted_by_blank_lines():
    text = f"Siti Aminah\n{SITI}\n081200001234\n\nMunaroh\n{MUNAROH}\n081300001235"

    assert found(text) == [BOTH[0], (5, *BOTH[1][1:])]


def test_a_line_that_names_the_area_holds_for_those_below():
    text = (
        f"Kecamatan Palmerah\nKel. Slipi:\n1. Siti Aminah {SITI} 081200001234\n"
        f"Kel Palmerah\n2. Munaroh {MUNAROH} 081300001235"
    )

    assert [row.values["kelurahan"] for row in read(text)] == ["31.73.07.1002", "31.73.07.1001"]


def test_a_line_below_each_entry_belongs_to_it():
    text = (
        f"1. Siti Aminah {SITI}\nKel. Slipi Kec. Palmerah\n2. Munaroh {MUNAROH}\nKel. Palmerah Kec. Palmerah"
    )

    assert [row.values["kelurahan"] for row in read(text)] == ["31.73.07.1002", "31.73.07.1001"]


def test_place_and_date_of_birth_sex_and_rt():
    text = f"1. Siti Aminah, Tegal, 17 Agustus 1945, P, RT 03/RW 05, {SITI}\n2. Munaroh {MUNAROH}"

    values = read(text)[0].values

    assert (values["tempat_lahir"], values["tgl_lahir"], values["jenis_kelamin"], values["rw"]) == (
        "Tegal",
        "1945-08-17",
        "P",
        "005",
    )


def test_of_two_numbers_that_could_be_the_nik_none_is_guessed():
    text = f"1. Siti Aminah {SITI} 3173070101109001\n2. Munaroh {MUNAROH}"

    assert [("E_NIK_PANJANG" in row.codes, row.nik) for row in read(text)] == [(True, None), (False, MUNAROH)]


@pytest.mark.parametrize("number", ["317307570845900", "31730757084590011", "3173075708459O01"])
def test_a_nik_that_is_not_whole_stays_as_it_was_written(number):
    row = read(f"1. Siti Aminah {number} 081200001234\n2. Munaroh {MUNAROH}")[0]

    assert (row.nik, row.status.value) == (None, "rejected")


def test_cells_of_a_sheet_with_their_header():
    text = "\n".join("\t".join(map(str, row)) for row in (HEADER, person(1), person(2)))

    assert [(row.row.row, row.codes) for row in read(text)] == [(2, []), (3, [])]


def test_a_kecamatan_may_be_given_for_all():
    report = runner.check(
        f"Siti Aminah\t{SITI}\tSlipi".encode(),
        kota=KOTA,
        as_of=AS_OF,
        kind="paste",
        mapping={
            "tempelan": {
                "header_row": 0,
                "columns": {0: "nama", 1: "nik", 2: "kelurahan"},
                "kecamatan": "31.73.07",
            }
        },
    )

    assert report["rows"][0]["values"]["kelurahan"] == "31.73.07.1002"


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty"), ("  \n ", "empty"), ("Halo bu, apa kabar?", "no_people")]
)
def test_text_without_people_is_refused_in_words(text, code):
    with pytest.raises(ImportRefused) as refused:
        runner.check(text.encode(), kota=KOTA, as_of=date(2018, 3, 14), kind="paste")

    assert refused.value.code == code


# ---------------------------------------------------------------- other ways to number and to name a place
@pytest.mark.parametrize(
    "text",
    [
        f"No. 1 Siti Aminah {SITI} 081200001234\nNo. 2 Munaroh {MUNAROH} 081300001235",
        f"[1] Siti Aminah {SITI} 081200001234\n[2] Munaroh {MUNAROH} 081300001235",
        f"1.) Siti Aminah {SITI} 081200001234\n2.) Munaroh {MUNAROH} 081300001235",
        f"1\ufe0f\u20e3 Siti Aminah {SITI} 081200001234\n2\ufe0f\u20e3 Munaroh {MUNAROH} 081300001235",
        f"1.{SITI} Siti Aminah 081200001234\n2.{MUNAROH} Munaroh 081300001235",
        f"1 {SITI} Siti Aminah 081200001234\n2 {MUNAROH} Munaroh 081300001235",
        f"I. Siti Aminah {SITI} 081200001234\nII. Munaroh {MUNAROH} 081300001235",
        f"a. Siti Aminah {SITI} 081200001234\nb. Munaroh {MUNAROH} 081300001235",
        f"1. Siti Aminah (72 th) {SITI} 081200001234\n2. Munaroh 72 tahun {MUNAROH} 081300001235",
        f"1. Siti Aminah{SITI} 081200001234\n2. NIK{MUNAROH} Munaroh HP081300001235",
    ],
)
def test_however_a_list_is_numbered_the_two_are_the_same(text):
    assert found(text) == BOTH


def test_two_initials_are_no_numbering():
    rows = found(f"A. Rahman {SITI} 081200001234\nB. Munaroh {MUNAROH} 081300001235")

    assert [name for _line, name, _nik, _phone in rows] == ["A. Rahman", "B. Munaroh"]


def test_a_number_before_a_nik_without_an_order_stays_where_it_was_written():
    rows = read(f"5 {SITI} Siti Aminah\n9 {MUNAROH} Munaroh")

    assert [row.nik for row in rows] == [None, None]


@pytest.mark.parametrize("glued", ["Siti Aminah317307570845900", "317307570845900Siti Aminah"])
def test_fifteen_digits_glued_to_a_name_leave_the_name_whole_and_are_no_nik(glued):
    row = read(f"1. {glued} 081200001234\n2. Munaroh {MUNAROH}")[0]

    assert (row.values["nama"], row.nik, "E_NIK_PANJANG" in row.codes) == ("Siti Aminah", None, True)


def test_a_nik_glued_to_a_phone_is_parted_by_nobody():
    row = read(f"1. Siti Aminah {SITI}081200001234\n2. Munaroh {MUNAROH}")[0]

    assert (row.values["nama"], row.nik, row.row.cells["nik"]) == (
        "Siti Aminah",
        None,
        f"{SITI}081200001234",
    )


@pytest.mark.parametrize(
    "phones",
    [
        "081200001234/081200005678",
        "081200001234, 081200005678",
        "081200001234 atau 081200005678",
        "081200001234 081200005678",
        "021-5551234 081200001234",
        "(021) 5551234 / 0812 0000 1234",
    ],
)
def test_of_several_phones_the_first_mobile_is_taken_and_the_nik_stays(phones):
    rows = found(f"1. Siti Aminah {SITI} {phones}\n2. Munaroh {MUNAROH} 081300001235")

    assert rows == BOTH


@pytest.mark.parametrize(
    "line",
    [
        "Kec. Palmerah Kel. Slipi",
        "KEC PALMERAH KEL SLIPI",
        "Kel. Slipi Kec. Palmerah",
        "Kecamatan Palmerah/Kel. Slipi",
    ],
)
def test_both_areas_on_one_line_hold_for_those_below(line):
    rows = read(f"{line}\n1. Siti Aminah {SITI}\n2. Munaroh {MUNAROH}")

    assert [row.values["kelurahan"] for row in rows] == ["31.73.07.1002"] * 2


def test_an_area_that_is_spelt_wrong_is_kept_as_written_to_be_mended_at_once():
    rows = read(f"Kec. Kebun Jeruk Kel. Duri Kepa\n1. Siti Aminah {SITI}\n2. Munaroh {MUNAROH}")

    assert [(row.row.cells["kecamatan"], "E_KEC_TIDAK_DIKENAL" in row.codes) for row in rows] == [
        ("Kebun Jeruk", True)
    ] * 2
