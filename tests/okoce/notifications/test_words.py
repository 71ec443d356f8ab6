"""What people really write, and what the portal makes of it."""

import pytest

from okoce.notifications.enums import Meaning
from okoce.notifications.words import chosen, is_agreement, meaning_of

YES = [
    "YA",
    "ya",
    "Ya bu",
    "iya",
    "Iya pak, terima kasih",
    "iyaaaa",
    "ok",
    "OK siap",
    "oke bu",
    "siap",
    "Siap hadir",
    "bisa",
    "saya bisa hadir",
    "insya Allah hadir",
    "Insyaallah bisa kak",
    "👍",
    "👍🏽",
    "ya 🙏",
    "yes",
    "I can come",
    "sip",
    "ikut",
    "Ya, saya akan hadir besok",
    "y",
    "okay",
    "baik bu terima kasih",
    "*YA*",
    "“Ya”",
    "YA!!!",
    "`ya`",
    "~Ya~…",
]
NO = [
    "TIDAK",
    "tidak",
    "Tidak bisa",
    "tidak bisa bu maaf",
    "gak bisa",
    "ga bisa hadir",
    "ga jadi",
    "nggak",
    "enggak",
    "gak",
    "tdk bs",
    "maaf tidak bisa datang",
    "belum bisa",
    "berhalangan",
    "👎",
    "❌",
    "no",
    "I can't come",
    "can not come",
    "cannot",
    "batal ikut",
    "tidak jadi ikut",
    "ya, tidak bisa",
    "tidak tidak",
    "*TIDAK*",
    "TIDAK 😭",
]
MOVE = [
    "PINDAH",
    "pindah bu",
    "minta pindah jadwal",
    "bisa pindah hari?",
    "mau ganti jam",
    "ubah jadwal",
    "reschedule",
]
STOP = [
    "STOP",
    "stop",
    "BERHENTI",
    "batal",
    "Batal.",
    "tolong berhenti",
    "stop kirim pesan",
    "unsubscribe",
    "Stop!!!",
    "STOP.",
    "*STOP*",
    "“stop”",
    "_Berhenti_",
    "ＳＴＯＰ",
    "stoppp",
    "STOP 🙏",
    "🛑 STOP 🛑",
    "STOP 🚫",
    "berhenti ya bu",
    "Berhenti, terima kasih",
    "stop pesan ini ya",
    "berhenti langganan",
    "Stop all messages",
    "stop/berhenti",
    "BATAL 🙏",
    "st\u200bop",
]
UNCLEAR = [
    "",
    "   ",
    "?",
    "ya?",
    "bisa gak?",
    "bisa tidak",
    "ya atau tidak",
    "tidak berhalangan",
    "ya tapi telat",
    "anak saya sakit",
    "jam berapa?",
    "nanti saya kabari",
    "besok ada acara",
    "tidak pindah",
    "insya Allah",
    "halo",
    "iya tidak apa-apa",
    "saya sudah di jalan",
    "x" * 5000,
    "mungkin",
    "ya " * 60,
    "😂",
    "12345",
    "ok kalau tidak hujan",
    "bukan tidak bisa",
    "stop dulu ya sedang jualan",
    "berhenti jualan",
    "jangan stop",
    "stop?",
    "ya, batal",
    "ya/stop",
    "YA/TIDAK",
    "YA / TIDAK",
    "ya tidak",
    "👍👎",
    "bisa | tidak",
]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [(t, Meaning.YES) for t in YES]
    + [(t, Meaning.NO) for t in NO]
    + [(t, Meaning.MOVE) for t in MOVE]
    + [(t, Meaning.STOP) for t in STOP]
    + [("MULAI", Meaning.START), ("start", Meaning.START), ("terima kasih", Meaning.THANKS)]
    + [("🙏", Meaning.THANKS)]
    + [("makasih ya bu", Meaning.THANKS)]
    + [(t, None) for t in UNCLEAR],
)  # fmt: skip
def test_an_answer_is_understood_only_where_nothing_else_can_be_meant(text, meaning):
    assert meaning_of(text) == meaning


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("1", [0]),
        ("2", [1]),
        ("nomor 2", [1]),
        ("1 dan 2", [0, 1]),
        ("1,2", [0, 1]),
        ("keduanya", [0, 1]),
        ("Siti", [0]),
        ("bu budi", [1]),
        ("Siti Rahmawati", [0]),
        ("satu", [0]),
        ("3", None),
        ("Ani", None),
        ("YA", None),
        ("bukan saya", None),
    ],
)
def test_a_person_is_picked_by_number_or_first_name(text, picked):
    assert chosen(text, ["Siti Rahmawati", "Budi Santoso"]) == picked


def test_one_first_name_of_two_people_picks_nobody():
    assert chosen("Siti", ["Siti Aminah", "Siti Rahmawati"]) is None


@pytest.mark.parametrize(
    ("text", "agrees"), [("SETUJU", True), ("ya setuju", True), ("ya", False), ("tidak setuju", False)]
)
def test_agreeing_needs_the_very_word(text, agrees):
    assert is_agreement(text) is agrees
