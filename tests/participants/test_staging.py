"""Rows on their way into the database as text: nothing that people write changes another column or row."""

import pytest
from django.db import connection

from participants.services import staging

pytestmark = pytest.mark.django_db
COLUMNS = {"number": "integer", "sealed": "bytea", "is_so": "boolean", "name": "text", "codes": "text[]"}
NASTY = [
    "",
    r"\N",
    r"\.",
    "a\tb",
    "a\nb",
    "a\r\nb",
    "back\\slash",
    "Nur'aini “dua” 🙂",
    '{"a"}',
    "\\",
    "NULL",
]


def stored(lines):
    with connection.cursor() as cursor:
        staging.make_staged(cursor, "staged_here", COLUMNS)
        staging.stage_lines(cursor, "staged_here", COLUMNS, lines)
        cursor.execute("SELECT * FROM staged_here ORDER BY number")
        return cursor.fetchall()


def line(number, name, codes):
    ready = (str(number), staging.as_bytea(b"\x00\\\xff"), staging.YES)
    return staging.line(ready, (name, staging.as_array(tuple(codes))))


def test_texts_come_back_as_they_were():
    lines = [line(number, text, [text, "W_HP_KOSONG"]) for number, text in enumerate(NASTY)]

    assert [(name, codes) for _n, _s, _is, name, codes in stored(lines)] == [
        (text, [text, "W_HP_KOSONG"]) for text in NASTY
    ]


def test_bytes_truth_and_nothing_come_back_as_they_were():
    nothing = staging.line(("2", staging.NULL, staging.NULL), ("", staging.as_array(())))

    assert [
        (bytes(s) if s else s, is_so, codes)
        for _n, s, is_so, _name, codes in stored([line(1, "", []), nothing])
    ] == [
        (b"\x00\\\xff", True, []),
        (None, None, []),
    ]


def test_a_character_that_no_text_may_hold_is_left_out():
    assert [row[3] for row in stored([line(1, "a\x00b", [])])] == ["ab"]
