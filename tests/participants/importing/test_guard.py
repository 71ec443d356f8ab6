"""Files that must not be opened, each refused by name and at once."""

import io
import struct
import zipfile
from datetime import date
from pathlib import Path

import pytest

from participants.importing import guard, runner
from participants.importing.codes import ImportRefused
from tests.participants.importing.lists import HEADER, person, save

COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)


@pytest.fixture
def write(tmp_path):
    def write(content: bytes, name="daftar.xlsx") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def refusal(path: Path) -> str:
    with pytest.raises(ImportRefused) as refused:
        guard.inspect(path.read_bytes())
    return refused.value.code


def archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (COMPOUND, "damaged"),
        (COMPOUND + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"%PDF-1.7", "wrong_type"),
        (b"\x89PNG\r\n\x1a\n", "wrong_type"),
        (b"MZ\x90\x00", "wrong_type"),
        (b"<!DOCTYPE html><table>", "wrong_type"),
        (b"\x00\x01\x02\x03", "wrong_type"),
        (b"PK\x03\x04 broken", "damaged"),
        (archive({"a.txt": b"x"}), "wrong_type"),
        (archive({"word/document.xml": b"x"}), "wrong_type"),
        (archive({"xl/workbook.bin": b"x"}), "wrong_type"),
        (archive({"mimetype": b"x", "content.xml": b"x"}), "wrong_type"),
        (archive({"xl/workbook.xml": b"x", "../../etc/passwd": b"x"}), "damaged"),
        (archive({f"xl/{number}.xml": b"x" for number in range(401)}), "bomb"),
    ],
)
def test_files_that_are_no_list_are_refused_by_name(write, content, code):
    assert refusal(write(content)) == code


def test_a_file_beyond_the_size_limit(write):
    assert refusal(write(b"a" * (guard.MAX_BYTES + 1), "daftar.csv")) == "too_big"


def test_a_real_workbook_cut_in_half_is_damaged(write, tmp_path):
    whole = save(tmp_path / "whole.xlsx", [HEADER, person(1)]).read_bytes()

    assert refusal(write(whole[: len(whole) // 2])) == "damaged"


def test_a_zip_bomb_is_refused_without_unpacking_it(write):
    bomb = archive({"xl/workbook.xml": b"x", "xl/worksheets/sheet1.xml": bytes(40 * 1024 * 1024)})
    path = write(bomb)

    assert refusal(path) == "bomb"


def test_a_bomb_that_lies_about_its_size_dies_in_the_child(write):
    """The directory says 100 bytes a member; the limited process finds out."""
    real = bytearray(
        archive({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": bytes(30 * 1024 * 1024)})
    )
    entry = real.find(b"PK\x01\x02", real.find(b"PK\x01\x02") + 4)
    real[entry + 24 : entry + 28] = struct.pack("<I", 100)
    path = write(bytes(real))

    with pytest.raises(ImportRefused) as refused:
        runner.check(path.read_bytes(), kota="31.73", as_of=date(2018, 3, 14))

    assert refused.value.code == "damaged"


def test_a_zip_that_is_no_workbook_inside_is_refused_by_the_child(write):
    path = write(archive({"xl/workbook.xml": b"<not xml", "[Content_Types].xml": b""}))

    with pytest.raises(ImportRefused) as refused:
        runner.check(path.read_bytes(), kota="31.73", as_of=date(2018, 3, 14))

    assert refused.value.code == "damaged"


def test_a_child_that_takes_too_long_is_stopped(tmp_path):
    path = save(tmp_path / "a.xlsx", [HEADER, person(1)])

    with pytest.raises(ImportRefused) as refused:
        runner.check(path.read_bytes(), kota="31.73", as_of=date(2018, 3, 14), wall_seconds=0.001)

    assert refused.value.code == "too_large"


def test_a_sheet_that_spans_the_whole_grid_is_too_large(tmp_path):
    """Two filled corners make a parser reserve seventeen billion cells."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.active["A1"], workbook.active["XFD1048576"] = "Nama", "NIK"
    workbook.save(tmp_path / "a.xlsx")

    with pytest.raises(ImportRefused) as refused:
        runner.check((tmp_path / "a.xlsx").read_bytes(), kota="31.73", as_of=date(2018, 3, 14))

    assert refused.value.code == "too_large"


def test_text_without_a_header_is_no_list(write):
    with pytest.raises(ImportRefused) as refused:
        runner.check(b"halo,apa,kabar\n1,2,3\n", kota="31.73", as_of=date(2018, 3, 14))

    assert refused.value.code == "no_header"


def test_the_child_holds_no_secret_of_its_parent(monkeypatch, tmp_path):
    import subprocess

    seen = {}
    real = subprocess.Popen

    def spy(*args, **kwargs):
        seen.update(kwargs["env"])
        return real(*args, **kwargs)

    monkeypatch.setattr(subprocess, "Popen", spy)
    runner.check(
        save(tmp_path / "a.xlsx", [HEADER, person(1)]).read_bytes(), kota="31.73", as_of=date(2018, 3, 14)
    )

    assert sorted(seen) == ["PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING"]


def test_the_child_needs_no_django():
    import subprocess
    import sys

    code = "import sys, participants.importing.engine; print('django' in sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=runner.ROOT, capture_output=True, text=True, check=True
    )

    assert out.stdout.strip() == "False"


def test_a_list_of_more_people_than_the_limit_is_refused_early():
    """The reading stops at the limit, not the machine."""
    content = b"nama;nik\n" + b"Rojali;3173071708459001\n" * 50_000

    with pytest.raises(ImportRefused) as refused:
        runner.check(content, kota="31.73", as_of=date(2018, 3, 14), max_rows=20_000)

    assert (refused.value.code, refused.value.params) == ("too_many_rows", {"limit": 20_000})
