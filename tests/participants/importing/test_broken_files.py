"""Whatever bytes come: the reading process answers with a report or a refusal that has words."""

import io
import os
import random
import zipfile
from datetime import date

import pytest

from participants import import_words
from participants.importing import child, guard, runner
from participants.importing.codes import ImportRefused
from tests.participants.importing import old_formats
from tests.participants.importing.lists import HEADER, person, save

JOB = {
    "task": "check",
    "kota": "31.73",
    "as_of": "2018-03-14",
    "mapping": None,
    "min_age": 17,
    "max_rows": 1000,
}


@pytest.fixture
def line():
    with open(os.devnull, "wb") as nowhere:
        yield child.Line(nowhere.fileno())


@pytest.fixture(scope="module")
def wholes(tmp_path_factory):
    rows = [HEADER, *(person(serial) for serial in range(1, 30))]
    xlsx = save(tmp_path_factory.mktemp("whole") / "a.xlsx", rows).read_bytes()
    csv = "\n".join(";".join(map(str, row)) for row in rows).encode()
    return {
        "xlsx": xlsx,
        "xls": old_formats.xls("Daftar", rows),
        "ods": old_formats.ods("Daftar", rows),
        "csv": csv,
    }


def code_of(content, line, kind=None):
    """The refusal's code, or None for a report; anything else fails."""
    try:
        kind = kind or guard.inspect(content)
    except ImportRefused as refused:
        return refused.code
    told = child.answer({**JOB, "kind": kind}, content, line)
    return told["refused"] if "refused" in told else told["report"] and None


def flipped(content, chance):
    broken = bytearray(content)
    for _ in range(chance.choice((1, 2, 8, 40))):
        broken[chance.randrange(len(broken))] = chance.randrange(256)
    return bytes(broken)


def cut(content, chance):
    begin = chance.randrange(len(content))
    return content[:begin] + content[min(len(content), begin + chance.randrange(1, 400)) :]


def swelled(content, chance):
    at = chance.randrange(len(content))
    return content[:at] + chance.randbytes(chance.randrange(1, 300)) + content[at:]


@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv"])
@pytest.mark.parametrize("seed", range(25))
def test_a_mutated_file_is_read_or_refused_in_words(wholes, line, kind, seed):
    chance = random.Random(f"{kind}{seed}")
    for change in (flipped, cut, swelled):
        code = code_of(change(wholes[kind], chance), line)

        assert code is None or code in import_words._REFUSALS


@pytest.mark.parametrize("seed", range(25))
def test_a_workbook_with_a_mutated_part_is_read_or_refused_in_words(wholes, line, seed):
    """The directory is right, one of the members is not: the parsers themselves are asked."""
    chance = random.Random(seed)
    for kind in ("xlsx", "ods"):
        buffer = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(wholes[kind])) as old, zipfile.ZipFile(buffer, "w") as new:
            members = old.namelist()
            victim = chance.choice(members)
            for name in members:
                data = old.read(name)
                change = chance.choice((flipped, cut, swelled))
                new.writestr(name, change(data, chance) if name == victim and data else data)

        code = code_of(buffer.getvalue(), line)

        assert code is None or code in import_words._REFUSALS


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_are_read_or_refused_in_words(line, seed):
    chance = random.Random(seed)
    starts = (
        b"",
        b"PK\x03\x04",
        bytes.fromhex("d0cf11e0a1b11ae1"),
        b"\xff\xfe",
        b"nama;nik\n",
        b"\xef\xbb\xbf",
    )
    content = chance.choice(starts) + chance.randbytes(chance.choice((1, 100, 5000)))

    code = code_of(content, line)

    assert code is None or code in import_words._REFUSALS


@pytest.mark.parametrize("seed", range(20))
def test_random_text_pasted_is_read_or_refused_in_words(line, seed):
    chance = random.Random(seed)
    pieces = [
        "1. ",
        "Nama: ",
        "\n",
        "\t",
        ";",
        " - ",
        "3173075708459001",
        "0812",
        "Kec. ",
        "Kel ",
        "RT 1",
        "\u202e",
        "\x00",
        "é",
        "😊",
        ",",
    ]
    text = "".join(chance.choice(pieces) for _ in range(chance.randrange(1, 400)))

    code = code_of(text.encode(), line, kind="paste")

    assert code is None or code in import_words._REFUSALS


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "csv"])
@pytest.mark.parametrize("seed", range(6))
def test_the_worker_outlives_what_its_child_is_given(wholes, kind, seed):
    """Through the limited process: an old workbook may claim a grid for which no memory is large enough."""
    chance = random.Random(f"{kind}-{seed}")
    for change in (flipped, cut, swelled):
        assert outcome_of(change(wholes[kind], chance)) in (None, *import_words._REFUSALS)


def outcome_of(content):
    try:
        runner.check(content, kota="31.73", as_of=date(2018, 3, 14))
    except ImportRefused as refused:
        return refused.code
