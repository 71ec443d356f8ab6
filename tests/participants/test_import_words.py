import pytest
from django.utils.translation import override

from participants import import_words
from participants.import_files import neutral
from participants.importing.codes import Code
from participants.sectors import sector_of

REFUSALS = (
    "empty",
    "too_big",
    "too_many_rows",
    "wrong_type",
    "no_header",
    "encrypted",
    "damaged",
    "bomb",
    "too_large",
    "no_people",
    "only_picture",
    "no_cells",
)


@pytest.mark.parametrize("code", list(Code))
def test_every_code_says_what_is_wrong_and_how_to_mend_it(code):
    assert import_words.CAUSES[code].label
    assert len(import_words.mend(code, duplicate_of="Palmerah!12").split()) > 3


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_has_its_own_words_in_two_languages(code):
    params = {"size": 14_680_064, "limit": 5_242_880, "found": "PDF"}
    with override("id"):
        indonesian = import_words.refusal(code, params)
    with override("en"):
        english = import_words.refusal(code, params)

    assert indonesian.what != english.what
    assert indonesian.mend != english.mend
    assert code == "damaged" or indonesian.what != import_words.refusal("damaged").what


def test_every_refusal_of_the_engine_has_words():
    assert sorted(import_words._REFUSALS) == sorted(REFUSALS)


def test_a_double_names_the_row_it_doubles():
    with override("id"):
        words = import_words.mend(Code.D_NIK_SAMA, duplicate_of="TAMBORA!1077")

    assert (
        words
        == "NIK yang sama ada di baris 1077 pada lembar TAMBORA. Baris itu yang disimpan; hapus baris ini."
    )


def test_the_length_of_a_nik_is_told_but_not_its_digits():
    with override("id"):
        words = import_words.mend(Code.E_NIK_PANJANG, cells={"nik": "3173 0712 3"})

    assert words == "NIK berisi 9 angka, seharusnya 16. Cocokkan dengan KTP."


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("@dapur.sari", "'@dapur.sari"),
        ("-", "'-"),
        ("+cmd", "'+cmd"),
        ("\t=1+1", "'\t=1+1"),
        ("+6281234567890", "+6281234567890"),
        ("Dapur", "Dapur"),
    ],
)
def test_what_a_spreadsheet_would_calculate_is_neutralised(text, safe):
    assert neutral(text) == safe


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Kuliner", "kuliner"),
        ("KUE BASAH", "kuliner"),
        ("Minuman", "minuman"),
        ("Fashion", "fashion"),
        ("Kerajinan tangan", "kerajinan"),
        ("Jasa", "jasa"),
        ("Perdagangan", "perdagangan"),
        ("Ternak lele", "pertanian"),
        ("Peramal", "lain"),
        (None, None),
    ],
)
def test_a_written_kind_of_business_has_a_sector(written, code):
    assert sector_of(written) == code
