"""The officer's way from a file to participants, as pages."""

import io
import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from okoce.audit.models import AuditEvent
from participants.importing import engine, guard
from participants.models import ImportBatch, ImportRow, Participant
from participants.models.imports import BatchState
from participants.services import importing
from tests.factories import ParticipantFactory, member
from tests.participants.importing.lists import AS_OF, HEADER, check, nik, outcome, person, save
from tests.participants.importing.test_truth import WORKBOOKS, comparable, truth_of

pytestmark = pytest.mark.django_db
UPLOAD, LIST = "/peserta/impor/unggah/", "/peserta/impor/"


@pytest.fixture
def officer():
    return member("sudin", "31.73", full_name="Rina Puspita")


@pytest.fixture
def browser(client_as, officer):
    return client_as(officer)


@pytest.fixture
def workbook(tmp_path):
    def workbook(*rows, header=HEADER):
        return save(tmp_path / "daftar.xlsx", [header, *rows]).read_bytes()

    return workbook


def send(browser, content, name="daftar.xlsx", as_of=AS_OF):
    upload = SimpleUploadedFile(name, content)
    return browser.post(UPLOAD, {"file": upload, "as_of": as_of.isoformat()})


def uploaded(browser, content, **options):
    """The batch of an uploaded file after the worker has checked it."""
    assert send(browser, content, **options).status_code == 302
    batch = ImportBatch.objects.order_by("-pk").first()
    importing.check(batch.pk)
    batch.refresh_from_db()
    return batch


def page(browser, batch, name="participants:import", **query):
    return browser.get(reverse(name, args=[batch.uid]), query)


def test_an_upload_leads_to_its_progress_page(browser, workbook):
    response = send(browser, workbook(person(1)))

    batch = ImportBatch.objects.get()
    assert (response.status_code, response.url) == (302, reverse("participants:import", args=[batch.uid]))
    html = browser.get(response.url).content.decode()
    assert "Daftar sedang diperiksa" in html
    assert f'hx-get="{response.url}"' in html


def test_progress_is_a_fragment_for_htmx_and_then_a_refresh(browser, workbook):
    send(browser, workbook(person(1)))
    batch = ImportBatch.objects.get()
    url = reverse("participants:import", args=[batch.uid])
    headers = {"HX-Request": "true", "HX-Target": "kemajuan"}

    ImportBatch.objects.update(state="checking", phase="checking", rows_done=500, rows_total=8045)
    running = browser.get(url, headers=headers)
    ImportBatch.objects.update(state="uploaded")
    importing.check(batch.pk)
    done = browser.get(url, headers=headers)

    assert running.content.decode().startswith("<section")
    assert "500 dari 8.045 baris" in running.content.decode()
    assert (done.status_code, done["HX-Refresh"]) == (204, "true")


def test_the_report_says_what_can_be_saved_and_what_not(browser, workbook):
    batch = uploaded(
        browser, workbook(person(1), person(2), person(3, nik="317307"), person(4, nik=nik(9001)))
    )

    html = page(browser, batch).content.decode()

    assert "Simpan 2 baris" in html
    assert "NIK berisi 6 angka, seharusnya 16. Cocokkan dengan KTP." in html
    assert "NIK yang sama ada di baris 2 pada lembar Daftar." in html


def test_no_nik_or_phone_is_on_any_page(browser, workbook):
    batch = uploaded(browser, workbook(person(1), person(2, kel="Entah")))
    row = batch.rows.get(status="rejected")

    pages = [
        page(browser, batch),
        page(browser, batch, keadaan="accepted"),
        page(browser, batch, name="participants:import_save"),
        browser.get(reverse("participants:import_row", args=[batch.uid, row.position])),
    ]

    for secret in (nik(9001), nik(9002), "0812-0000-0002", "+6281200000002"):
        assert [secret in response.content.decode() for response in pages] == [False] * 4


def test_saving_asks_first_and_then_says_how_many(browser, workbook, officer):
    batch = uploaded(browser, workbook(person(1), person(2), person(3, nik="1")))
    url = reverse("participants:import_save", args=[batch.uid])

    asked = browser.get(url).content.decode()
    browser.post(url, {"messages_consented": "on"})
    importing.save(batch.pk, on=date(2026, 11, 21))

    assert "Simpan 2 peserta dari daftar.xlsx?" in asked
    assert "2 baru, 0 sudah terdaftar, 0 berubah." in page(browser, batch).content.decode()
    assert Participant.objects.count() == 2


def test_the_same_file_again_says_that_nothing_changes(browser, workbook, officer):
    data = workbook(person(1), person(2))
    first = uploaded(browser, data)
    browser.post(reverse("participants:import_save", args=[first.uid]))
    importing.save(first.pk, on=date(2026, 11, 21))

    second = uploaded(browser, data)
    html = page(browser, second).content.decode()

    assert "Berkas yang sama persis sudah disimpan" in html
    assert "Tidak ada yang perlu disimpan: semua yang bisa disimpan sudah terdaftar." in html
    assert browser.get(reverse("participants:import_save", args=[second.uid])).status_code == 302


def test_a_second_upload_of_a_file_in_work_leads_to_the_first(browser, workbook):
    data = workbook(person(1))

    urls = {send(browser, data).url, send(browser, data).url}

    assert (len(urls), ImportBatch.objects.count()) == (1, 1)


@pytest.mark.parametrize("name", WORKBOOKS)
def test_the_page_stores_the_truth(name, client_as):
    truth = truth_of(name)
    meta = truth["meta"]
    browser = client_as(member("sudin", meta["kota"]))

    batch = uploaded(browser, WORKBOOKS[name].read_bytes(), as_of=date.fromisoformat(meta["as_of"]))

    saved = ("accepted", "warning")
    stored = [
        {
            "sheet": row.sheet,
            "row": row.row,
            "status": row.status,
            "codes": row.codes,
            "values": importing.values_of(row) if row.status in saved else None,
            "duplicate_of": row.duplicate_of or None,
        }
        for row in batch.rows.all()
    ]
    assert comparable(stored) == comparable(truth["rows"])
    assert batch.totals == truth["totals"]


# ---------------------------------------------------------------- bad input
@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.xlsx", "Berkasnya kosong. Buka daftarnya, simpan lagi, lalu unggah ulang"),
        (b"%PDF-1.7", "a.pdf", "Ini berkas PDF, bukan daftar dari Excel. Buka daftarnya di Excel"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "a.xls", "Berkas ini rusak atau belum terkirim"),
        (
            bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"),
            "a.xlsx",
            "Berkas ini dilindungi kata sandi, jadi tidak bisa dibaca.",
        ),
        (b"PK\x03\x04 rusak", "a.xlsx", "Berkas ini rusak atau belum terkirim seluruhnya."),
    ],
)
def test_a_file_that_is_no_list_is_explained_at_the_field(browser, content, name, words):
    response = send(browser, content, name=name)

    html = response.content.decode()
    assert response.status_code == 200
    assert words in html
    assert "<title>Salah: " in html
    assert ImportBatch.objects.count() == 0


def test_a_file_above_the_limit_is_explained_at_the_field(browser, monkeypatch):
    monkeypatch.setattr(guard, "MAX_BYTES", 1024 * 1024)

    response = browser.post(
        reverse("participants:import_upload"),
        {"file": SimpleUploadedFile("a.csv", b"a" * (1024 * 1024 + 1)), "as_of": "2018-03-14"},
    )

    assert "Berkas berisi 1,0 MB; paling besar 1,0 MB" in response.content.decode()


def test_no_file_and_a_day_to_come_are_explained(browser):
    html = browser.post(UPLOAD, {"as_of": "2099-01-01"}).content.decode()

    assert "Berkas belum dipilih. Pilih daftar pendaftaran di komputer Anda" in html
    assert "Tanggal ini belum tiba. Tulis tanggal daftar dibuat" in html


def test_a_list_without_a_header_is_explained(browser):
    batch = uploaded(browser, b"halo,apa,kabar\n1,2,3\n", name="a.csv")

    html = page(browser, batch).content.decode()

    assert "Daftar tidak bisa dibaca" in html
    assert "Tulis satu baris di atas nama-nama" in html


def test_a_list_of_another_city_is_explained(browser, workbook):
    rows = [person(1, kec="Gambir", kel="Gambir"), person(2, kec="Gambir", kel="Gambir")]
    batch = uploaded(browser, workbook(*rows))

    html = page(browser, batch).content.decode()

    assert (
        "Kebanyakan orang di daftar ini tinggal di Jakarta Pusat, padahal Anda mengimpor untuk Jakarta Barat."
        in html
    )
    assert "Periksa apakah berkasnya benar, atau kirim ke Sudin Jakarta Pusat." in html


def test_a_list_without_one_usable_row_is_explained(browser, workbook):
    html = page(browser, uploaded(browser, workbook(person(1, nik="1")))).content.decode()

    assert "Tidak ada yang bisa disimpan: tidak satu baris pun diterima." in html
    assert "Perbaiki baris di bawah ini, atau unduh, perbaiki di Excel, lalu unggah lagi." in html


# ---------------------------------------------------------------- mending
def test_a_row_is_mended_in_place(browser, workbook):
    batch = uploaded(browser, workbook(person(1), person(2, nik="317307", kel="Entah")))
    row = batch.rows.get(status="rejected")
    url = reverse("participants:import_row", args=[batch.uid, row.position])
    typed = {"nama": "Rojali Baru", "tgl_lahir": "17-08-1945", "kecamatan": "Palmerah"}

    still_wrong = browser.post(url, {**typed, "nik": nik(9002), "kelurahan": "Entah"}).content.decode()
    response = browser.post(url, {**typed, "nik": "", "kelurahan": "Slipi"})

    batch.refresh_from_db()
    row.refresh_from_db()
    assert "Tidak ada kelurahan seperti itu di kecamatan ini." in still_wrong
    assert (response.status_code, row.status, row.kecamatan) == (302, "accepted", "31.73.07")
    assert importing.values_of(row)["nik"] == nik(9002)
    assert (batch.new_count, batch.totals["accepted"], batch.totals["rejected"]) == (2, 2, 0)
    assert batch.totals["by_code"] == {}


def test_a_mended_row_that_doubles_another_says_so(browser, workbook):
    batch = uploaded(browser, workbook(person(1), person(2, nik="317307")))
    row = batch.rows.get(status="rejected")
    url = reverse("participants:import_row", args=[batch.uid, row.position])
    typed = {"nama": "Lain", "tgl_lahir": "17-08-1945", "kecamatan": "Palmerah", "kelurahan": "Slipi"}

    html = browser.post(url, {**typed, "nik": nik(9001)}).content.decode()

    row.refresh_from_db()
    assert "NIK yang sama ada di baris 2" in html
    assert (row.status, row.codes, row.duplicate_of) == ("duplicate", ["D_NIK_SAMA"], "Daftar!2")


def test_a_nik_damaged_by_excel_stays_damaged_until_it_is_typed_anew(browser, workbook):
    batch = uploaded(browser, workbook(person(1, nik=3173071708459000, kel="Entah")))
    row = batch.rows.get()
    url = reverse("participants:import_row", args=[batch.uid, row.position])

    browser.post(url, {"nama": "Rojali", "tgl_lahir": "", "kecamatan": "Palmerah", "kelurahan": "Slipi"})

    row.refresh_from_db()
    assert (row.status, row.codes) == ("rejected", ["E_NIK_RUSAK_EXCEL"])


def test_the_rows_to_mend_come_back_as_a_workbook_that_can_be_uploaded(browser, workbook, tmp_path):
    batch = uploaded(
        browser,
        workbook(
            person(1),
            person(2, nama="=1+1"),
            person(3, kel="Entah", alamat="@rumah"),
            person(4, nik=3173071708459000),
        ),
    )

    response = browser.post(reverse("participants:import_mend", args=[batch.uid]))

    path = tmp_path / "perbaikan.xlsx"
    path.write_bytes(response.content)
    sheet = load_workbook(path).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [row[15] for row in cells] == ["Daftar, 3", "Daftar, 4", "Daftar, 5"]
    assert [row[6] for row in cells] == ["Jl. Mawar No. 1", "'@rumah", "Jl. Mawar No. 1"]
    assert [codes for _row, _status, codes in outcome(check(path))] == [
        ["E_NAMA_KOSONG"],
        ["E_KEL_TIDAK_DIKENAL"],
        ["E_NIK_RUSAK_EXCEL"],
    ]
    event = AuditEvent.objects.get(action="participants.import.rows_handed_back")
    assert (event.count, response["Content-Disposition"]) == (
        3,
        f'attachment; filename="perbaikan-impor-{batch.pk}.xlsx"',
    )


def test_the_empty_list_is_one_that_the_import_knows(browser, tmp_path):
    content = browser.get(reverse("participants:import_template")).content
    book = load_workbook(io.BytesIO(content))
    book.active.append(
        [
            "Rojali",
            nik(9001),
            "081200000001",
            "Tegal",
            "17-08-1945",
            "L",
            "Jl. Mawar",
            "1/2",
            "Palmerah",
            "Palmerah",
        ]
    )
    book.save(tmp_path / "isi.xlsx")

    report = engine.check_file(tmp_path / "isi.xlsx", kota="31.73", as_of=AS_OF)

    assert outcome(report) == [(2, "accepted", [])]


def test_a_report_can_be_discarded(browser, workbook):
    batch = uploaded(browser, workbook(person(1)))

    browser.post(reverse("participants:import_discard", args=[batch.uid]))

    batch.refresh_from_db()
    assert (batch.state, ImportRow.objects.count()) == (BatchState.DISCARDED, 0)
    assert "Laporan dibuang" in page(browser, batch).content.decode()


# ---------------------------------------------------------------- filters, scope, queries
def test_rows_are_filtered_by_cause_state_and_kecamatan(browser, workbook):
    ParticipantFactory(nik=nik(9001))
    rows = [person(1), person(2, hp="-"), person(3, nik="1", kec="Kembangan", kel="Kembangan Utara")]
    batch = uploaded(browser, workbook(*rows))

    def shown(**query):
        return [line.row for line in page(browser, batch, **query).context["lines"]]

    assert shown() == [4]
    assert shown(sebab="W_HP_KOSONG") == [3]
    assert shown(sebab="terdaftar") == [2]
    assert shown(keadaan="accepted") == [2]
    assert shown(kecamatan="31.73.08") == [4]
    assert shown(sebab="entah", keadaan="x", kecamatan="99") == [4]


@pytest.mark.parametrize(
    ("name", "args"),
    [("import", ()), ("import_save", ()), ("import_discard", ()), ("import_row", (1,))],
)
def test_a_list_of_another_city_does_not_exist(browser, client_as, workbook, name, args):
    batch = uploaded(browser, workbook(person(1, nik="1")))
    elsewhere = client_as(member("sudin", "31.71"))

    assert elsewhere.get(reverse(f"participants:{name}", args=[batch.uid, *args])).status_code == 404
    assert elsewhere.post(reverse("participants:import_mend", args=[batch.uid])).status_code == 404
    assert "daftar.xlsx" not in elsewhere.get(LIST).content.decode()


@pytest.mark.parametrize("role", ["kecamatan", "province", "auditor"])
def test_other_roles_may_not_import(client_as, role):
    area = {"kecamatan": "31.73.07"}.get(role, "31")

    assert client_as(member(role, area)).get(LIST).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_imports_asks_the_same_number_of_questions(
    browser, workbook, count, django_assert_num_queries
):
    for number in range(count):
        uploaded(browser, workbook(person(number + 1)))
    browser.get(LIST)

    with django_assert_num_queries(5):
        html = browser.get(LIST).content.decode()

    assert html.count('scope="row"') == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_report_asks_the_same_number_of_questions(browser, workbook, count, django_assert_num_queries):
    batch = uploaded(browser, workbook(*(person(n + 1, nik="1") for n in range(count))))
    page(browser, batch)

    with django_assert_num_queries(10):
        response = page(browser, batch)

    assert len(response.context["lines"]) == count


def test_the_json_of_stored_totals_is_plain(browser, workbook):
    batch = uploaded(browser, workbook(person(1)))

    notes = json.loads(json.dumps(batch.notes))
    assert [column["field"] for column in notes.pop("columns")[0]["columns"]] == [
        "",
        "nama",
        "nik",
        "hp",
        "tgl_lahir",
        "jenis_kelamin",
        "alamat",
        "rtrw",
        "kelurahan",
        "kecamatan",
    ]
    assert notes == {
        "ignored_sheets": [],
        "hidden_sheets": [],
        "other_kota": None,
        "shared_phones": 0,
    }


@pytest.mark.parametrize("name", ["import_discard", "import_save"])
def test_a_deed_is_asked_about_first(browser, workbook, name):
    batch = uploaded(browser, workbook(person(1)))

    html = browser.get(reverse(f"participants:{name}", args=[batch.uid])).content.decode()

    question = {
        "import_discard": "Buang laporan daftar.xlsx?",
        "import_save": "Simpan 1 peserta dari daftar.xlsx?",
    }[name]
    assert f"<h1>{question}</h1>" in html
