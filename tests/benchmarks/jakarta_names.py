"""Names as they stand in registration lists of Jakarta, and how people mistype them. All invented.

A few words are in very many names, most words in few, and some in one alone: that is what makes a search
hard.
"""

# ruff: noqa: SIM905 (word lists read better as text)

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

COMMON = (
    "Siti Sri Dewi Nur Ahmad Muhammad Budi Agus Eko Dwi Tri Hendra Rudi Yanti Dian Rina Rini Ani Ina "
    "Wati Endang Wahyu Heru Hendro Edi Sigit Imam Bambang Slamet Joko Iwan Asep Dadang Ujang Cecep Euis "
    "Neneng Lilis Yayah Abdul Achmad Umar Usman Ali Hasan Husen Ibrahim Ismail Yusuf Yunus Zulkifli "
    "Zainal Zaenudin Fatimah Khadijah Aisyah Aminah Halimah Maryam Maimunah Munaroh Rohayati Rohani "
    "Romlah Rukmini Sumiati Suminah Sutinah Sulastri Kevin Stefanus Vincent Jimmy Lanny Siska Monica "
    "Agnes Theresia Yohanes Petrus Paulus Markus Maria Kristina Ester Putu Made Nyoman Ketut Wayan Desi "
    "Fitri Indah Intan Mega Ayu Citra Bunga Melati Mawar Kartini Ratna Puji Yuli"
).split()
FAMILY = (
    "Rahmawati Fauzi Kurniawan Oktaviani Prayitno Subekti Santoso Lestari Wijaya Kusuma Hidayat "
    "Prasetyo Wibowo Nugroho Widodo Setiawan Hartono Raharjo Purnomo Saputro Saputra Susilo Haryanto "
    "Utomo Handayani Wulandari Astuti Ningsih Kusumawati Utami Hastuti Maryati Pratiwi Pratama Gunawan "
    "Halim Susanto Tanjung Chaniago Jambak Permana Mulyana Kurniasih Suryani Kartika Hasanah Muhtar "
    "Abdullah Ma'ruf Mansyur Sihombing Simanjuntak Siregar Nasution Harahap Lubis Hutapea Situmorang "
    "Manurung Panjaitan Ginting Sembiring Tarigan Pohan Daulay Batubara Rangkuti Tambunan Sitorus "
    "Nainggolan Silalahi Napitupulu Wongso Salim Tanuwijaya Sugiarto Sudirman Syarifuddin Khairunnisa "
    "Nurhasanah Nurhayati Nurjanah Nuraini Nur'aini Rohmah Rahmah Rahman Rahim Karim Hakim Basri Bahri "
    "Effendi Iskandar Firmansyah Ardiansyah Hermansyah Apriansyah Maulana Ramadhan Syahputra Irawan "
    "Darmawan Hermawan Setyawan Himawan"
).split()
_FRONT = (
    "Su Wi Har Pra Mul Pur Sum Sul Sar Kar Sup Sut Ruk Wag Tum Par Ngat Mar Mur Tas Was Jum Sam Dar Rus"
).split()
_MIDDLE = "i a o e yo mi ni ti di lis tar win sin gi dja tri wo ra".split()
_BACK = (
    "yono yanto yati narno parman nem nah man mi tun lan to wati ningrum ngsih jo no rti wan ni sih yem "
    "kem din tono"
).split()


def _rare(dice: random.Random) -> str:
    """A name that few others have: Sumilanto, Prawinyati."""
    return dice.choice(_FRONT) + dice.choice(_MIDDLE) + dice.choice(_BACK)


def names(count: int, *, seed: int = 2018) -> Iterator[str]:
    """The same for the same arguments. One word for one in fifty, three words for a third."""
    dice = random.Random(seed)
    common = [1 / (rank + 4) for rank in range(len(COMMON))]
    family = [1 / (rank + 6) for rank in range(len(FAMILY))]
    for _n in range(count):
        first = dice.choices(COMMON, common)[0] if dice.random() < 0.6 else _rare(dice)
        last = dice.choices(FAMILY, family)[0] if dice.random() < 0.65 else _rare(dice)
        kind = dice.random()
        if kind < 0.02:
            yield _rare(dice)
        elif kind < 0.35:
            yield f"{first} {dice.choices(COMMON, common)[0]} {last}"
        else:
            yield f"{first} {last}"


# ---------------------------------------------------------------- how they are mistyped


Slip = Callable[[str, random.Random], str]


def _in_a_word(change: Callable[[str, int], str]) -> Slip:
    """``change`` at a place inside one of the longer words, where fingers slip."""

    def slip(name: str, dice: random.Random) -> str:
        words = name.split()
        at = dice.choice([i for i, word in enumerate(words) if len(word) >= 5] or [len(words) - 1])
        word = words[at]
        place = dice.randrange(1, max(2, len(word) - 1))
        words[at] = change(word, min(place, len(word) - 1))
        return " ".join(words)

    return slip


def _swap(word: str, at: int) -> str:
    return word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]


def _short_for_muhammad(name: str, dice: random.Random) -> str:
    for written in ("Muhammad", "Ahmad", "Siti", "Abdul"):
        if name.startswith(f"{written} "):
            short = {
                "Muhammad": ["Moh.", "Moch.", "M.", "Mohamad", "Mochammad", "Muh"],
                "Ahmad": ["Achmad", "Akhmad"],
                "Siti": ["St.", "Sitti"],
                "Abdul": ["Abd.", "Abdoel"],
            }[written]
            return dice.choice(short) + name[len(written) :]
    return f"H. {name}"


def _title(name: str, dice: random.Random) -> str:
    return dice.choice(["H. {}", "Hj. {}", "Ibu {}", "Bpk. {}", "{}, S.E.", "{} SPd", "Dr. {}, M.M."]).format(
        name
    )


def _spaces(name: str, dice: random.Random) -> str:
    words = name.split()
    if len(words) > 1 and dice.random() < 0.5:
        at = dice.randrange(len(words) - 1)
        return " ".join([*words[:at], words[at] + words[at + 1].lower(), *words[at + 2 :]])
    at = max(range(len(words)), key=lambda i: len(words[i]))
    word = words[at]
    return " ".join([*words[:at], word[: len(word) // 2], word[len(word) // 2 :], *words[at + 1 :]])


def _turned(name: str, dice: random.Random) -> str:
    words = name.split()
    return " ".join([words[-1], *words[:-1]])


def _old_spelling(name: str, dice: random.Random) -> str:
    for new, old in (("u", "oe"), ("J", "Dj"), ("j", "dj"), ("sy", "s"), ("kh", "h"), ("f", "v"), ("y", "j")):
        if new in name[1:]:
            at = name.index(new, 1)
            return name[:at] + old + name[at + len(new) :]
    return name + name[-1]


SLIPS: dict[str, Slip] = {
    "letters swapped": _in_a_word(_swap),
    "letter dropped": _in_a_word(lambda word, at: word[:at] + word[at + 1 :]),
    "letter doubled": _in_a_word(lambda word, at: word[:at] + word[at] + word[at:]),
    "letter mistaken": _in_a_word(lambda word, at: word[:at] + "aeiourntsk"[at % 10] + word[at + 1 :]),
    "Moh. and Muhammad": _short_for_muhammad,
    "title": _title,
    "spaces": _spaces,
    "words turned": _turned,
    "old spelling": _old_spelling,
}


def variants(known: list[str], count: int, *, seed: int = 7) -> Iterator[tuple[str, str, str]]:
    """(kind of slip, the name, how it was typed), the kinds in turn."""
    dice = random.Random(seed)
    kinds = list(SLIPS.items())
    for n in range(count):
        kind, slip = kinds[n % len(kinds)]
        name = dice.choice(known)
        yield kind, name, slip(name, dice)
