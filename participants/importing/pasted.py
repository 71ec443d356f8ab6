"""Rows out of pasted text: a message with a numbered list, cells of a sheet, or filled-in forms.

Liberal in how the text is laid out, strict in what it says: a number is taken as it stands, and where two
of them could be the NIK both are kept, so that the row is rejected and somebody looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from okoce.values import names, phone
from okoce.values.nik import normalise
from okoce.values.text import clean
from participants.importing import areas as area_tables
from participants.importing import dates
from participants.importing.cells import Cell
from participants.importing.checks import SEX
from participants.importing.headers import columns_of, is_header, recognise
from participants.importing.rows import Ignored, Row
from participants.importing.textfile import decode, sheet_of
from participants.importing.workbook import Entries, Sheet

SHEET_NAME = "tempelan"

# What a chat puts before each message: the time, the day and the sender, in either order.
_CHAT = re.compile(
    r"^\W{0,3}\[?(?:"
    r"\d{1,2}[.:]\d{2}(?:[.:]\d{2})?(?: ?[ap]\.?m\.?)?,? +\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}"
    r"|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4},?(?: pukul)? +\d{1,2}[.:]\d{2}(?:[.:]\d{2})?(?: ?[ap]\.?m\.?)?"
    r")(?:\] ?| - )(?:[^:\n]{1,60}: ?)?",
    re.IGNORECASE,
)
_CHAT_NOISE = re.compile(
    r"<media tidak disertakan>|<media omitted>|pesan ini (?:telah )?dihapus|this message was deleted"
    r"|terenkripsi secara end-to-end",
    re.IGNORECASE,
)
_NO = r"(?:no(?:mor|mer)?\b\.?\s*)?"
_NUMBERED = re.compile(
    rf"^\s*{_NO}[(\[*_]{{0,3}}\d{{1,4}}\s*[.)\]:*_-]{{1,3}}(?!\d)\s*"
    r"|^\s*[(\[]?\d{1,3}[.)\]](?=\d{16}(?!\d))"  # "1.3173…": sixteen digits behind the point are whole
    rf"|^\s*{_NO}\d{{1,3}}\s+(?=[^\W\d_])(?!(?:rt|rw|blok)\b)",
    re.IGNORECASE,
)
_KEYCAP = re.compile("(\\d)\ufe0f?\u20e3")
_BARE_NUMBER = re.compile(r"^\s*(\d{1,3})\s+(?=\d(?:[ .-]?\d){15}(?![\d]))")
_LETTER = re.compile(r"^\s*[(\[]?([a-z]{1,5})[.)\]]+\s*(?=\w)", re.IGNORECASE)
_ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")
_AGE = re.compile(r"\(?\b\d{1,3}\s*(?:th|thn|tahun|years?)\b\.?\s*\)?", re.IGNORECASE)
_BULLET = re.compile(r"^\s*[-–—•●▪*]\s+")
_PAIR = re.compile(r"^\W*([^\W\d_][^:=\n]{0,60}?)\s*[:=]\s*(.*)$")
_INLINE = re.compile(
    r"(?<![^\W\d_])(nama(?: lengkap| usaha)?|nik|no\.? ?(?:ktp|nik|hp|wa|telp)|hp|wa|telp|ttl"
    r"|(?:tempat[/, ]*)?(?:tgl|tanggal)\.? lahir|alamat|rt ?/ ?rw|kel(?:urahan)?|kec(?:amatan)?"
    r"|jenis kelamin|jenis usaha|nama usaha|usaha"
    r"|e-?mail|kk|no\.? ?kk|status usaha)\.?\s*[:=]\s*",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"\S+@\S+\.\w+")
_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?(?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}\s?[-/. ]?\s?(?:jan|feb|peb|mar|apr|mei|may|jun|jul|agu|agt|ags|aug|sep|okt|oct|nov|nop"
    r"|des|dec)[a-z]{0,7}\.?\s?[-/., ]?\s?(?:\d{4}|\d{2}))(?![\d.])",
    re.IGNORECASE,
)
_RTRW = re.compile(
    r"\brt\W{0,3}\d{1,3}\W{0,3}(?:rw\W{0,3})?\d{1,3}\b|(?<![\d/.-])\d{1,3}/\d{1,3}(?![\d/.-])", re.IGNORECASE
)
_NUMBER = re.compile(r"'?\+?\(?\d(?:[\d\s.\-()\u2010-\u2015\u200b'OoIl]*\d)?")
_LABELLED_PLACE = re.compile(
    r"\b(kel|kec)(?:urahan|amatan)?\b\s*[.:]*\s*([^,;|\t\n]+?)"
    r"(?=\s*\W?\bke[lc](?:urahan|amatan)?\b|[,;|\t\n]|$)",
    re.IGNORECASE,
)
_PLACE_WORDS = re.compile(r"[^\W\d_]{3,}(?:[ '-][^\W\d_]{2,}){0,2}")
_ADDRESS = re.compile(r"^(?:alamat\b|jl|jln|jalan|gg|gang|rusun|komp|kp\.|blok)\b", re.IGNORECASE)
_STATUS = re.compile(r"^(?:sudah|belum|sdh|blm)\b", re.IGNORECASE)
_SEPARATORS = re.compile(r"\s*[,;|\t\n]\s*|\s+[-–—/]+\s+|\s{3,}|^\s*[-–—/:]+\s*|\s*[-–—/:]+\s*$")
_LABEL_WORDS = re.compile(
    r"\b(?:nik|ktp|no ?hp|hp|wa|whats ?app|telp|tlp|no|nomor|nomer|tgl lahir|lahir|ttl|email|e-mail)\b"
    r"\s*[.:=]*\s*$",
    re.IGNORECASE,
)
_NAME_WORD = re.compile(r"^\s*nama(?: lengkap)?\b\s*", re.IGNORECASE)
_PLACE_LINE = re.compile(r"\W*ke[lc](?:urahan|amatan)?\b[\s.:]*[^\d]{3,40}$", re.IGNORECASE)
_NOBODY = re.compile(
    r"(?:terima ?kasih|trims|makasih|mohon|tolong|demikian|wassalam|assalam|catatan|ket\b|nb\b)",
    re.IGNORECASE,
)
_NIK_DIGITS = range(14, 19)
_LONGEST_PHONE = 15
_SHORTEST_PHONE = 8
_MOST_LINES = 100_000


@dataclass(slots=True)
class _Entry:
    line: int  # from 1, in the text as it was pasted
    lines: list[str]


def read(content: bytes, *, max_rows: int) -> Sheet:
    """The text as a sheet of its own, or as people where it has no columns."""
    text = decode(content).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")[:_MOST_LINES]
    if _is_table(lines):
        return sheet_of("\n".join(lines), SHEET_NAME, max_rows=max_rows)
    return _entries(_numbered_alike([_without_chat(line) for line in lines]))


def _is_table(lines: Sequence[str]) -> bool:
    """Cells of a sheet have tabs, exported ones semicolons; commas only below a header that says so."""
    filled = [line for line in lines if line.strip()]
    if not filled:
        return False
    for delimiter in ("\t", ";", "|"):
        if sum(line.count(delimiter) >= 2 for line in filled) * 2 > len(filled) and not any(
            _CHAT.match(line) for line in filled
        ):
            return True
    for line in filled[:5]:
        labels = line.split(",")
        if len(labels) > 2 and not re.search(r"[:=]|\d{3}", line) and is_header(columns_of(labels), labels):
            return True
    return False


def _without_chat(line: str) -> str:
    line = re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", line)
    line = _CHAT.sub("", line)
    return "" if _CHAT_NOISE.search(line) else line.replace("*", "").rstrip()


def _numbered_alike(lines: list[str]) -> list[str]:
    """Other ways to number a list as "1. ": only where the numbers follow one another from the first on."""
    lines = [_KEYCAP.sub(r"\1. ", line) for line in lines]
    for pattern, is_sequence in ((_BARE_NUMBER, _counts_up), (_LETTER, _spells_up)):
        found = [(at, match) for at, line in enumerate(lines) if (match := pattern.match(line))]
        if is_sequence([match[1] for _at, match in found]):
            for number, (at, match) in enumerate(found, 1):
                lines[at] = f"{number}. {lines[at][match.end() :]}"
    return lines


def _counts_up(marks: Sequence[str]) -> bool:
    return len(marks) > 1 and [int(mark) for mark in marks] == list(range(1, len(marks) + 1))


def _spells_up(marks: Sequence[str]) -> bool:
    """I. II. or a. b.; capitals only from three on: "A. Rahman" and "B. Santoso" are names."""
    folded = [mark.lower() for mark in marks]
    if len(folded) > 1 and folded == list(_ROMANS[: len(folded)]):
        return True
    letters = [chr(ord("a") + at) for at in range(min(len(folded), 26))]
    return folded == letters and len(folded) > (1 if list(marks) == letters else 2)


# ---------------------------------------------------------------- parting the text
def _entries(lines: list[str]) -> Entries:
    areas = area_tables.load()
    found = Entries(SHEET_NAME, [], height=len(lines), is_text_file=True)
    place = {"kecamatan": "", "kelurahan": ""}
    for entry in _parted(lines):
        if _is_heading(entry, place, areas):
            found.ignored.append(Ignored(SHEET_NAME, entry.line, "judul"))
            continue
        cells = _cells(entry, areas)
        if not cells.get("nama") and not cells.get("nik"):
            found.ignored.append(Ignored(SHEET_NAME, entry.line, "catatan"))
            continue
        for name, value in place.items():
            if value and not cells.get(name):
                cells[name] = value
        found.people.append(Row(SHEET_NAME, entry.line, cells))
    return found


def _parted(lines: list[str]) -> Iterator[_Entry]:
    """The entries: by their numbers, by the label that begins each, by blank lines, else a line each."""
    numbered = [bool(_NUMBERED.match(line)) and not _is_only_number(line) for line in lines]
    if sum(numbered) > 1 or (any(numbered) and sum(map(bool, lines)) < 6):
        yield from _by_marks(lines, numbered)
        return
    pairs = [_field_of(line) for line in lines]
    if sum(name is not None for name in pairs) * 2 > sum(bool(line.strip()) for line in lines):
        yield from _by_marks(lines, _first_fields(pairs))
        return
    bullets = [bool(_BULLET.match(line)) for line in lines]
    if sum(bullets) > 1:
        yield from _by_marks(lines, bullets)
        return
    yield from _by_blank_lines(lines)


def _is_only_number(line: str) -> bool:
    """A phone number or a NIK on a line of its own is no '0812.'"""
    return not re.search(r"[^\W\d_]", line)


def _field_of(line: str) -> str | None:
    match = _PAIR.match(line)
    name = recognise(match[1]) if match else None
    return None if name == "ignored" else name


def _first_fields(pairs: Sequence[str | None]) -> list[bool]:
    """Where a form begins anew: at a field that the one before has already."""
    marks, seen = [], set[str]()
    for name in pairs:
        begins = name is not None and (not seen or name in seen)
        marks.append(begins)
        if begins:
            seen = set()
        if name is not None:
            seen.add(name)
    return marks


def _by_marks(lines: list[str], marks: Sequence[bool]) -> Iterator[_Entry]:
    current: _Entry | None = None
    was_blank = False
    # "Kel. Slipi" below every entry belongs to it; now and then, it is the heading of those that follow.
    places = [bool(_PLACE_LINE.match(line)) for line in lines]
    first = marks.index(True) if True in marks else 0
    are_headings = any(places[:first]) or sum(places) < 0.8 * sum(marks)
    for number, (line, is_mark, is_place) in enumerate(zip(lines, marks, places, strict=True), 1):
        if is_place and are_headings and not is_mark:
            if current:
                yield current
                current = None
            yield _Entry(number, [line])
        elif is_mark:
            if current:
                yield current
            current = _Entry(number, [line])
        elif not line.strip():
            was_blank = True
            continue
        elif current is None or (was_blank and not _says_something(line)):
            if current:
                yield current
                current = None
            yield _Entry(number, [line])
        else:
            current.lines.append(line)
        was_blank = False
    if current:
        yield current


def _says_something(line: str) -> bool:
    """Whether a line goes on with an entry: it has a number, or the name of a field."""
    return bool(re.search(r"\d{3}", line)) or _field_of(line) is not None


def _by_blank_lines(lines: list[str]) -> Iterator[_Entry]:
    """Blocks of several lines with one number each are one person; otherwise every line is."""
    blocks: list[_Entry] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            blocks.append(_Entry(0, []))
        elif not blocks or not blocks[-1].lines:
            blocks.append(_Entry(number, [line]))
        else:
            blocks[-1].lines.append(line)
    for block in (block for block in blocks if block.lines):
        with_name = sum(bool(re.match(r"\W*[^\W\d_]{2}", line)) for line in block.lines)
        if len(block.lines) > 1 and with_name == 1:
            yield block
            continue
        niks = sum(bool(_nik_texts(line)) for line in block.lines)
        if len(block.lines) > 1 and niks == 1 and with_name <= 4 and not _names_apart(block.lines):
            yield block
            continue
        for offset, line in enumerate(block.lines):
            yield _Entry(block.line + offset, [line])


def _names_apart(lines: Sequence[str]) -> bool:
    """Whether two lines each have a name and a number: two people."""
    return sum(bool(re.search(r"[^\W\d_]{3}", line) and re.search(r"\d{8}", line)) for line in lines) > 1


def _nik_texts(text: str) -> list[str]:
    return [
        one for one in (match[0] for match in _NUMBER.finditer(text)) if len(normalise(one)) in _NIK_DIGITS
    ]


def _is_heading(entry: _Entry, place: dict[str, str], areas: area_tables.Areas) -> bool:
    """A line without a person; the kecamatan or kelurahan it names holds for those below."""
    text = " ".join(entry.lines)
    if re.search(r"\d{8}", re.sub(r"[\s.-]", "", text)):
        return False
    found = _places(clean(text), areas)
    words = clean(_NUMBERED.sub("", text))
    if not found:
        whole = areas.kecamatan(words), areas.kelurahan_named(words)
        found = {"kecamatan": words} if whole[0] else {"kelurahan": words} if whole[1] else {}
    if found and (not _NUMBERED.match(text) or len(entry.lines) == 1):
        place.update({"kelurahan": "", **found} if "kecamatan" in found else found)
        return True
    if _NUMBERED.match(text):
        return False
    # Words alone are a title or a note, except "Name: Siti" and what a bullet begins.
    return not _BULLET.match(text) and _field_of(entry.lines[0]) is None


def _places(text: str, areas: area_tables.Areas) -> dict[str, str]:
    found = {}
    for match in _LABELLED_PLACE.finditer(text):
        is_kecamatan = match[1].casefold() == "kec"
        words = re.split(
            r"\bke[lc]\b|\bkelurahan\b|\bkecamatan\b|\brt\b|\brw\b", match[2], flags=re.IGNORECASE
        )[0].split()
        for length in range(len(words), 0, -1):
            name = " ".join(words[:length]).strip(" .:")
            known = areas.kecamatan(name) if is_kecamatan else areas.kelurahan_named(name)
            if known:
                found["kecamatan" if is_kecamatan else "kelurahan"] = name
                break
        else:  # no name we know: it is kept as it was written, so that the report can name and group it
            if written := _PLACE_WORDS.match(" ".join(words).strip(" .:")):
                found.setdefault("kecamatan" if is_kecamatan else "kelurahan", written[0])
    return found


# ---------------------------------------------------------------- one entry
def _cells(entry: _Entry, areas: area_tables.Areas) -> dict[str, Cell]:
    first = _BULLET.sub("", _NUMBERED.sub("", entry.lines[0], count=1), count=1)
    lines = [first, *entry.lines[1:]]
    cells: dict[str, Cell] = {}
    loose: list[str] = []
    for line in lines:
        rest = _take_labelled(_BULLET.sub("", line), cells)
        if rest.strip():
            loose.append(rest)
    if loose:
        _take_loose("\n".join(loose), cells, areas)
    return cells


def _take_labelled(line: str, cells: dict[str, Cell]) -> str:
    """'Nama: Siti, NIK: 3173…' by its labels; gives what stands before the first of them."""
    found = list(_INLINE.finditer(line))
    if not found:
        match = _PAIR.match(line)
        name = recognise(match[1]) if match else None
        if match is None or name in (None, "no"):
            return line
        _put(cells, str(name), match[2])
        return ""
    for match, following in zip(found, [*found[1:], None], strict=True):
        value = line[match.end() : following.start() if following else len(line)]
        name = recognise(match[1])
        if name:
            _put(cells, name, value)
    return line[: found[0].start()]


def _put(cells: dict[str, Cell], name: str, value: str) -> None:
    value = value.strip(" \t,;|-–—")
    if name in ("ignored", "kk", "no") or not value:
        return
    if name in cells and cells[name] != value:
        if name == "nik":
            cells[name] = f"{cells[name]} / {value}"
        return
    cells[name] = value


def _take_loose(text: str, cells: dict[str, Cell], areas: area_tables.Areas) -> None:
    """What has no label, by its shape; what is left first is the name."""
    text = _take(text, _EMAIL, "email", cells)
    text = _take(text, _RTRW, "rtrw", cells)
    text = _AGE.sub("\n", _take_numbers(text, cells))
    text = _take(text, _DATE, "tgl_lahir", cells)
    for name, value in _places(clean(text.replace("\n", " , ")), areas).items():
        cells.setdefault(name, value)
        text = re.sub(
            rf"\b{name[:3]}(?:urahan|amatan)?\b\s*[.:]*\s*{re.escape(value)}",
            "\n",
            text,
            count=1,
            flags=re.IGNORECASE,
        )
    segments = [segment.strip(" .:-–—/()[]'\"") for segment in _SEPARATORS.split(text)]
    for segment in segments:
        segment = clean(_LABEL_WORDS.sub("", _NAME_WORD.sub("", segment))).strip(" .:-–—/()")
        if segment:
            _take_segment(segment, cells, areas)


def _take(text: str, pattern: re.Pattern[str], name: str, cells: dict[str, Cell]) -> str:
    match = pattern.search(text)
    if match is None:
        return text
    if name == "tgl_lahir" and dates.read_text(clean(match[0]), date(2100, 1, 1)) == dates.UNREADABLE:
        return text
    if name not in cells:
        cells[name] = clean(match[0])
    return f"{text[: match.start()]}\n{text[match.end() :]}"


def _take_numbers(text: str, cells: dict[str, Cell]) -> str:
    """Long numbers: sixteen digits (or nearly) are the NIK, what a mobile number looks like is the phone."""
    niks, phones = [], []
    pieces, last = [], 0
    for match in _NUMBER.finditer(text):
        taken = False
        for part in _parts_of(match[0]):
            digits = normalise(part).lstrip("+'")
            count = sum(char.isdigit() for char in digits)
            is_mobile = count <= _LONGEST_PHONE and phone.mobile_in(part)[0] is not None
            if is_mobile:
                phones.append(part.strip(" -.(\n\t"))
                taken = True
            elif count in _NIK_DIGITS or count > _NIK_DIGITS[-1]:  # two glued together: nobody parts them
                niks.append(part.strip(" -.(\n\t"))
                taken = True
            elif _SHORTEST_PHONE <= count < 14 and not _DATE.fullmatch(part.strip()):
                phones.append(part.strip(" -.(\n\t"))
                taken = True
        if taken:
            pieces.append(text[last : match.start()])
            last = match.end()
    pieces.append(text[last:])
    if niks and "nik" not in cells:
        cells["nik"] = " / ".join(niks)
    if phones and "hp" not in cells:
        cells["hp"] = " / ".join(phones)
    return "\n".join(pieces)


def _parts_of(number: str) -> list[str]:
    """Two numbers that only a blank or a dash parts, as two."""
    if sum(char.isdigit() for char in number) <= 18:
        return [number]
    tokens = re.split(r"(\s+(?:-\s+)?|\n)", number)
    groups: list[str] = [""]
    for token in tokens:
        digits = sum(char.isdigit() for char in groups[-1])
        begins = token.lstrip("'(").startswith(("08", "021", "+62", "62", "31", "32", "33", "36"))
        is_whole = (
            digits >= _NIK_DIGITS.start - 1
            or phone.mobile_in(groups[-1])[0] is not None
            or (digits >= _SHORTEST_PHONE + 1 and groups[-1].lstrip("( ").startswith("021"))
        )
        if digits >= _SHORTEST_PHONE and begins and is_whole:
            groups.append(token)
        else:
            groups[-1] += token
    return groups


def _take_segment(segment: str, cells: dict[str, Cell], areas: area_tables.Areas) -> None:
    if "nama" not in cells:
        if not _NOBODY.match(segment):
            cells["nama"] = segment
        return
    folded = names.letters(segment)
    if folded in SEX and "jenis_kelamin" not in cells:
        cells["jenis_kelamin"] = segment
    elif _ADDRESS.match(segment) and "alamat" not in cells:
        cells["alamat"] = segment
    elif _STATUS.match(segment) and "status_usaha" not in cells:
        cells["status_usaha"] = segment
    elif areas.kelurahan_named(segment) and "kelurahan" not in cells:
        cells["kelurahan"] = segment
    elif areas.kecamatan(segment) and "kecamatan" not in cells:
        cells["kecamatan"] = segment
    elif (
        "tgl_lahir" in cells and "tempat_lahir" not in cells and re.fullmatch(r"[^\W\d_][^\d]{2,40}", segment)
    ):
        cells["tempat_lahir"] = segment
