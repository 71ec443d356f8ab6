"""What people write when they answer, in Indonesian and English as it is really typed.

Liberal only where nothing else can be meant: every word has to be known and to point the same way. A question
("bisa gak?"), a double negation or one word too many has no meaning here: a person of the office reads it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from okoce.notifications.enums import Meaning


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


LONGEST: Final = 80  # characters; longer texts tell something

YES: Final = _set(
    """
    ya yaa iya iyaa iy y yes yep yup yeah ok oke okay okey okeh oks k siap siaap sip baik boleh
    bersedia setuju confirm confirmed konfirmasi pasti sure okelah
    """
)
CAN: Final = _set(
    """
    bisa bs bisaa dapat hadir dtg datang dateng ikut ikutan mau mw jadi jd come attend join coming
    can will
    """
)
NOT: Final = _set(
    """
    tidak tdk tak gak ga gk nggak ngga ndak ngak enggak engga kagak kaga gabisa gakbisa no nope not
    cannot cant belum blm berhalangan absen
    """
)
ALONE_NO: Final = frozenset({"berhalangan", "absen", "cannot", "cant", "gabisa", "gakbisa"})
MOVE: Final = _set(
    """
    pindah ganti ubah tukar reschedule move change pindahkan dipindah dipindahkan
    """
)
OF_A_MOVE: Final = _set(
    """
    jadwal hari jam waktu sesi tanggal tgl tempat minta mau mw ingin bisa bisakah bs boleh saya lain
    yang ke dong day date time session another the to a can want
    """
)
STOP: Final = _set(
    """
    stop berhenti batal unsubscribe
    """
)
# What somebody says along with it: "berhenti ya", "stop kirim pesan ini". Not along with "batal": "ya, batal"
# may be the answer to an invitation.
OF_A_STOP: Final = _set(
    """
    ya iya kirim mengirim pesan pesannya wa wanya whatsapp sms lagi semua semuanya langganan
    berlangganan notifikasi kirimi kiriman me from all messages message this sending messaging
    """
)
START: Final = _set(
    """
    start mulai
    """
)
AGREE: Final = _set(
    """
    setuju agree
    """
)
THANKS: Final = _set(
    """
    terima kasih terimakasih trimakasih makasih makasi mksh tks thx thanks thank you nuhun suwun
    """
)
# Said along with an answer; they change nothing in it.
FILLERS: Final = _set(
    """
    bu ibu ibuk bapak pak pa bpk kak ka mbak mba mas bang min admin gan sis om tante bunda dik saya
    aku sy kami sya nya deh dong lah kok sih nih kak ya2 akan nanti besok hari ini insyaallah
    inshaallah inshallah insya allah maaf mohon sori sorry tolong please assalamualaikum selamat
    pagi siang sore malam halo hallo hai hi i we it
    """
)
NEVER_BESIDE: Final = ("atau", "or", "tapi", "but")
PICTURES: Final = {
    "👍": "ya", "👌": "ya", "✅": "ya", "☑": "ya", "✔": "ya", "🆗": "ya", "🙋": "ya",
    "👎": "tidak", "❌": "tidak", "✖": "tidak", "🚫": "tidak", "🙅": "tidak", "⛔": "tidak",
    "🙏": "makasih", "😊": "", "🙂": "", "😀": "", "😁": "", "☺": "", "❤": "", "🌹": "", "🥰": "",
    "🤗": "", "💪": "",
}  # fmt: skip
PHRASES: Final = (
    (re.compile(r"\bbatal (?=ikut|hadir|datang)"), "tidak "),
    (re.compile(r"\b(?:jangan kirim|berhenti kirim|stop kirim) ?(?:pesan|wa|whatsapp)?(?: lagi)?\b"), "stop"),
    (re.compile(r"\bcan ?'? ?t\b|\bcan ?not\b"), "cannot"),
    (re.compile(r"\bo+ke+h?\b"), "oke"),
)
# Between words; also the marks that WhatsApp makes bold and italic of, and the curly quotes of phones.
_EITHER: Final = re.compile(r"[/|&+\\]")  # "YA/TIDAK" repeats the question
_BETWEEN: Final = re.compile(r"[\s,.!;:()/\"'*_~`#+=|<>\\\[\]{}“”„‘«»–—-]+")
_NUMBERS: Final = {"satu": 1, "dua": 2, "tiga": 3, "empat": 4, "one": 1, "two": 2, "three": 3}
_ALL: Final = _set(
    """
    keduanya semua semuanya dua-duanya duanya kedua-duanya both all
    """
)


def meaning_of(text: str) -> Meaning | None:
    """What an answer says; None when a person has to read it."""
    plain = _plain(text)
    if not plain or len(plain) > LONGEST:
        return None
    if _is_stop(text):
        return Meaning.STOP
    words = [word for word in _BETWEEN.split(plain.replace("?", " ? ")) if word]
    if any(word in NEVER_BESIDE for word in words):
        return None
    is_question = "?" in words
    words = [word for word in words if word not in FILLERS and word != "?"]
    if not words:
        return None
    known = set(words)
    if known & MOVE:
        return Meaning.MOVE if known <= MOVE | OF_A_MOVE | YES and not known & NOT else None
    if is_question:
        return None
    if known <= START:
        return Meaning.START
    if known <= THANKS or (words[0] in THANKS and known - THANKS <= {"ya", "iya"}):
        return Meaning.THANKS  # "makasih ya" is no yes
    if _is_both(text, plain, words):
        return None
    return _yes_or_no([word for word in words if word not in THANKS])


def _is_stop(text: str) -> bool:
    """Whether somebody wants peace. Pictures beside the word change nothing in it."""
    plain = _plain(text, pictures={})
    words = set(_BETWEEN.split(plain)) - FILLERS - THANKS - {""}
    said = words & STOP
    is_plain = "batal" in said or _EITHER.search(plain)
    return bool(said) and len(plain) <= LONGEST and words - said <= (set() if is_plain else OF_A_STOP)


def _is_both(text: str, plain: str, words: Sequence[str]) -> bool:
    """Whether it only names the answers there are: "YA/TIDAK", 👍👎."""
    known, signs = set(words), {PICTURES.get(letter) for letter in text}
    has_both = bool(known & NOT and known & (YES | CAN))
    return has_both and (
        bool(_EITHER.search(plain)) or {"ya", "tidak"} <= signs or list(words) == ["ya", "tidak"]
    )


def is_agreement(text: str) -> bool:
    """Whether it agrees to a text that was shown before: in so many words, nothing else."""
    words = set(_BETWEEN.split(_plain(text))) - FILLERS - {""} - {"ya", "iya"}
    return bool(words) and words <= AGREE


def chosen(text: str, names: Sequence[str]) -> list[int] | None:
    """Which of ``names`` somebody picked out of a numbered list: by numbers, first names, or all of them.

    Positions from 0; None when it is no choice.
    """
    plain = _plain(text)
    words = [w for w in _BETWEEN.split(plain.replace("&", " ")) if w not in ("", "dan", "and", "no", "nomor")]
    words = [w for w in words if w not in FILLERS and w not in YES]
    if not words or len(plain) > LONGEST:
        return None
    if set(words) <= _ALL:
        return list(range(len(names)))
    firsts = [_plain(name).split(" ")[0] for name in names]
    picked: list[int] = []
    for word in words:
        if (number := _NUMBERS.get(word) or (int(word) if word.isascii() and word.isdigit() else 0)) and (
            1 <= number <= len(names)
        ):
            picked.append(number - 1)
        elif firsts.count(word) == 1:
            picked.append(firsts.index(word))
        elif not any(word in _plain(name).split(" ") for name in names):
            return None
    return sorted(set(picked)) or None


def _yes_or_no(words: list[str]) -> Meaning | None:
    known = set(words)
    if not known or not known <= YES | CAN | NOT:
        return None
    negators = [n for n, word in enumerate(words) if word in NOT]
    if not negators:
        return Meaning.YES
    # "tidak bisa", "ya, tidak": no. "bisa tidak" asks, "tidak berhalangan" means the opposite.
    first = negators[0]
    if len(negators) > 1 and not (len(negators) == 2 and known <= NOT and len(known) == 1):
        return None
    if any(word in CAN for word in words[:first]) or any(word in YES for word in words[first:]):
        return None
    return Meaning.NO


def _plain(text: str, *, pictures: Mapping[str, str] = PICTURES) -> str:
    """Small letters, pictures as words, nothing stretched: "Iyaaa Buu 👍🏽" is "iya bu ya"."""
    found = []
    for letter in unicodedata.normalize("NFKC", text[:400]).casefold():
        if letter in pictures:
            found.append(f" {pictures[letter]} ")
        elif letter == "’":
            found.append("'")
        elif unicodedata.category(letter) in ("Sk", "Mn", "Me", "Cf", "Cc", "Cs", "Co", "So"):
            found.append(" " if letter.isspace() or unicodedata.category(letter) == "So" else "")
        else:
            found.append(letter)
    plain = re.sub(r"([a-z])\1{2,}", r"\1", "".join(found))
    plain = re.sub(r"([aiueo])\1+\b", r"\1", plain)
    for pattern, word in PHRASES:
        plain = pattern.sub(word, plain)
    return " ".join(plain.split())
