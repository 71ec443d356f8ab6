"""Finds the people in a sheet: below which header, and which rows are not people at all.

Titles, column numbers, repeated headers, totals, notes and signature blocks are ignored, not
rejected. A row is a person when its name or its NIK cell is filled and it is none of those.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from participants.importing.areas import Areas
from participants.importing.cells import FORMULA, Cell, is_filled, text_of
from participants.importing.headers import (
    LAST_HEADER_ROW,
    Columns,
    columns_of,
    is_header,
    labels_of,
    looks_like_labels,
    merge_labels,
)
from participants.importing.workbook import Sheet

NIK_LIKE = 10  # so many digits in the NIK cell make a row a person whatever else it says
FEW_FIELDS = 2  # a note or a signature fills no more of the table's columns

_TOTAL = re.compile(r"(?:sub|grand)?\s*-?\s*(?:jumlah|jml|total|rekap\w*)\b", re.IGNORECASE)
_ONLY_TOTAL = re.compile(
    r"(?:sub|grand)?\s*-?\s*(?:jumlah|jml|total)(?:\s+(?:peserta|pendaftar|orang|data|akhir|umum|semua|(?:ke)?seluruh\w*))*"
    r"[\W\d]*(?:orang)?",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"\*|(?:catatan|keterangan|nb|note|petunjuk|sumber|demikian|dicetak|diisi|mohon|harap|coret)\b|ket\s*[.:]|n\.b",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"(?:mengetahui|menyetujui|mengesahkan|disetujui|disahkan|diketahui|dibuat|disusun|diperiksa|hormat kami"
    r"|plt|plh|kepala|kasatpel|kasudin|kasi|kasie|camat|lurah|wali ?kota|sekretaris|ketua|koordinator|petugas"
    r"|pendata|pendamping|penanggung ?jawab|panitia|suku dinas|sudin|dinas|nip|nrk|pangkat|penata|pembina"
    r"|tanda tangan|tertanda|ttd)\b|a\.\s?n\.?\s|an\.\s|pjs?\.?\s|ka\.\s"
    r"|[\w\s.]{3,40},\s*(?:\d{1,2}|[._…]{2,})[-/. ]*\w*[-/. ]*(?:\d{4}|[._…]{2,})\s*$",
    re.IGNORECASE,
)
_COLUMN_NUMBER = re.compile(r"\(?\s*\d{1,2}\s*\)?|[ivx]{1,5}|\(?[a-z]\)?", re.IGNORECASE)
_KECAMATAN_LINE = re.compile(r"\bkec(?:amatan)?\b[\s.]*(:?)[\s.:]*(.*)", re.IGNORECASE)
# "PALMERAH (2)" and "7. Palmerah": Excel's own mark of a copy, and a count of the sheets.
_NUMBERING = re.compile(r"^\s*\d+\s*[.)\-]\s*|\s*\(?\d+\)?\s*$")
_BLANKS = ("", None)


def _digits_in(text: str) -> int:
    return len(text) if text.isdigit() else sum(char.isdigit() for char in text)


@dataclass(slots=True)
class Row:
    """One person as the sheet has them: raw cells by field."""

    sheet: str
    row: int
    cells: dict[str, Cell]


@dataclass(slots=True)
class Ignored:
    """A row that is no person, and what it was taken for."""

    sheet: str
    row: int
    kind: str


class Table:
    """A sheet with a header: yields its people and remembers what it left out."""

    def __init__(self, sheet: Sheet, areas: Areas) -> None:
        self.sheet = sheet
        self.ignored: list[Ignored] = []
        self._areas = areas
        self._columns: Columns = {}
        self._begin = 0
        self._kecamatan = _NUMBERING.sub("", sheet.name)
        self.found = self._find_header()

    # ------------------------------------------------------------ header
    def _find_header(self) -> bool:
        rows = self.sheet.rows
        last = min(len(rows), LAST_HEADER_ROW - self.sheet.first_row + 1)
        for index in range(max(last, 0)):
            labels = labels_of(rows[index])
            columns = columns_of(labels)
            lines = 1
            if is_header(columns, labels):
                labels, lines = self._with_second_line(index, labels, columns)
            elif ("nama" in columns or "nik" in columns) and not self._is_header_row(index + 1):
                labels, lines = self._with_second_line(index, labels, columns)
                if lines == 1 or not is_header(columns_of(labels), labels):
                    continue
            else:
                continue
            self._use(labels)
            self._read_above(index)
            for line in range(lines):
                self._ignore(index + line, "kepala")
            self._begin = index + lines
            return True
        return False

    def _is_header_row(self, index: int) -> bool:
        if index >= len(self.sheet.rows):
            return False
        labels = labels_of(self.sheet.rows[index])
        return is_header(columns_of(labels), labels)

    def _with_second_line(self, index: int, labels: list[str], columns: Columns) -> tuple[list[str], int]:
        """A header of two lines ("ALAMAT" over "RT/RW", "KELURAHAN") as one."""
        if index + 1 >= len(self.sheet.rows):
            return labels, 1
        below = self.sheet.rows[index + 1]
        lower = labels_of(below)
        for field in ("nama", "nik"):
            for column in columns.get(field, [])[:1]:
                cell = lower[column] if column < len(lower) else ""
                if cell and not columns_of([cell]) and cell != labels[column]:
                    return labels, 1
        if not looks_like_labels(lower, below) or labels == lower:
            return labels, 2 if labels == lower else 1
        merged = merge_labels(labels, lower)
        return (merged, 2) if columns_of(merged).keys() >= columns.keys() - {"ignored"} else (labels, 1)

    def _use(self, labels: Sequence[str]) -> None:
        columns = columns_of(labels)
        columns.pop("ignored", None)
        columns.pop("kk", None)
        self._labels = list(labels)
        self._columns = columns
        self._name, self._nik = columns["nama"][0], columns["nik"][0]
        self._sex_columns = self._halves(columns.get("jenis_kelamin", []), labels)
        self._single = [
            (field, indexes[0])
            for field, indexes in columns.items()
            if field not in ("no", "tempat_tgl_lahir", "hp")
            and not (field == "jenis_kelamin" and self._sex_columns)
        ]
        self._data_columns = sorted({indexes[0] for field, indexes in columns.items() if field != "no"})

    @staticmethod
    def _halves(indexes: list[int], labels: Sequence[str]) -> dict[str, int]:
        """The L and the P column, where people tick one of two."""
        halves: dict[str, int] = {}
        for index in indexes if len(indexes) > 1 else ():
            last = labels[index].split()[-1].casefold()
            if last[:1] in ("l", "p"):
                halves.setdefault(last[0].upper(), index)
        return halves if len(halves) == 2 else {}

    def _read_above(self, header: int) -> None:
        for index in range(header):
            self._read_section(index)
            if any(cell not in _BLANKS for cell in self.sheet.rows[index]):
                self._ignore(index, "judul")

    def _read_section(self, index: int) -> None:
        """'KECAMATAN : X' above the table, or above a part of it."""
        parts: list[str] = []
        for cell in self.sheet.rows[index]:
            text = text_of(cell)
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        match = _KECAMATAN_LINE.search(" ".join(parts))
        if match is None or not match[2]:
            return
        words = match[2].split()
        for length in range(len(words), 0, -1):
            name = " ".join(words[:length]).rstrip(",;")
            if self._areas.kecamatan(name):
                self._kecamatan = name
                return
        if match[1]:  # a colon: the office does name a kecamatan, only not one of Jakarta's
            self._kecamatan = match[2]

    # ------------------------------------------------------------ rows
    def people(self) -> Iterator[Row]:
        rows = self.sheet.rows
        end = self._end()
        has_kecamatan = "kecamatan" in self._columns
        skip_to = self._begin
        for index in range(self._begin, end):
            if index < skip_to:
                continue
            cells = rows[index]
            width = len(cells)
            name = cells[self._name] if self._name < width else ""
            nik = cells[self._nik] if self._nik < width else ""
            if name in _BLANKS and nik in _BLANKS:
                if not has_kecamatan:
                    self._read_section(index)
                self._note_blank_row(index, cells)
                continue
            kind = self._kind(index, cells, name, nik)
            if kind is None:
                yield self._row(index, cells, width, has_kecamatan)
                continue
            self._ignore(index, kind)
            if kind == "kepala":
                skip_to = index + self._repeat_header(index)
                has_kecamatan = "kecamatan" in self._columns
            elif kind == "bagian" and not has_kecamatan:
                self._read_section(index)

    def _row(self, index: int, cells: Sequence[Cell], width: int, has_kecamatan: bool) -> Row:
        found: dict[str, Cell] = {
            field: cells[column] if column < width else "" for field, column in self._single
        }
        if "hp" in self._columns:
            found["hp"] = self._first_filled(cells, self._columns["hp"])
        if "tempat_tgl_lahir" in self._columns:
            found["tempat_tgl_lahir"] = self._birth_cells(cells, found)
        if self._sex_columns:
            ticked = [
                half
                for half, column in self._sex_columns.items()
                if column < width and is_filled(cells[column])
            ]
            found["jenis_kelamin"] = ticked[0] if len(ticked) == 1 else ""
        if not has_kecamatan:
            found["kecamatan"] = self._kecamatan
        return Row(self.sheet.name, self.sheet.first_row + index, found)

    def _birth_cells(self, cells: Sequence[Cell], found: dict[str, Cell]) -> Cell:
        """The 'Tempat, Tgl Lahir' cell; where its label spans two columns, the second holds the date."""
        columns = [column for column in self._columns["tempat_tgl_lahir"] if column < len(cells)]
        if len(columns) == 1 or (len(columns) > 1 and cells[columns[0]] == cells[columns[1]]):
            return cells[columns[0]]
        if len(columns) > 1:
            found["tempat_lahir"], found["tgl_lahir"] = cells[columns[0]], cells[columns[1]]
        return ""

    @staticmethod
    def _first_filled(cells: Sequence[Cell], columns: Sequence[int]) -> Cell:
        present = [cells[column] for column in columns if column < len(cells)]
        return next((cell for cell in present if is_filled(cell)), present[0] if present else "")

    def _repeat_header(self, index: int) -> int:
        """A header printed again may have its columns in another order. Gives the number of its lines."""
        labels = labels_of(self.sheet.rows[index])
        columns = columns_of(labels)
        if not is_header(columns, labels):
            return 1
        labels, lines = self._with_second_line(index, labels, columns)
        self._use(labels)
        return lines

    # ------------------------------------------------------------ what a row is
    def _kind(self, index: int, cells: Sequence[Cell], name: Cell, nik: Cell) -> str | None:
        """None for a person, else what the row is taken for."""
        if self._spans_name_and_nik(index):
            return "bagian"
        nik_text = text_of(nik)
        digits = _digits_in(nik_text)
        if digits >= NIK_LIKE and not _SIGNATURE.match(nik_text):
            return None
        if not is_filled(name) and not (is_filled(nik) and digits):
            # Words in the NIK column count as blank, so there is nobody in this row.
            return self._kind_of_words(cells) or "kosong"
        if self._is_label_row(cells):
            return "kepala"
        if self._is_column_numbers(cells):
            return "nomor kolom"
        return self._kind_of_words(cells, text_of(name), nik_text)

    def _kind_of_words(self, cells: Sequence[Cell], *texts: str) -> str | None:
        leading = [text_of(cell) for cell in cells[: max(self._name, self._nik) + 1] if isinstance(cell, str)]
        if any(_ONLY_TOTAL.fullmatch(text) for text in leading):
            return "jumlah"
        if any(_TOTAL.match(text) for text in leading) and self._filled_fields(cells) <= FEW_FIELDS:
            return "jumlah"
        if self._filled_fields(cells) > FEW_FIELDS:
            return None
        words = [text for text in (*leading, *texts) if text]
        if any(_NOTE.match(text) for text in words):
            return "catatan"
        if any(_SIGNATURE.match(text) for text in words):
            return "tanda tangan"
        return None

    def _filled_fields(self, cells: Sequence[Cell]) -> int:
        return sum(is_filled(cells[column]) for column in self._data_columns if column < len(cells))

    def _spans_name_and_nik(self, index: int) -> bool:
        low, high = sorted((self._name, self._nik))
        return any(left <= low and right >= high for left, right in self.sheet.wide_merges.get(index, ()))

    def _is_label_row(self, cells: Sequence[Cell]) -> bool:
        labels = labels_of(cells)
        columns = columns_of(labels)
        if is_header(columns, labels):
            return True
        same = [
            index
            for index, label in enumerate(labels)
            if label and index < len(self._labels) and label.casefold() == self._labels[index].casefold()
        ]
        return len(same) >= 2

    @staticmethod
    def _is_column_numbers(cells: Sequence[Cell]) -> bool:
        texts = [text_of(cell) for cell in cells if cell not in _BLANKS and cell is not FORMULA]
        return len(texts) >= 2 and all(_COLUMN_NUMBER.fullmatch(text) for text in texts)

    def _end(self) -> int:
        """Where the table ends: before a note or signature after which nobody with a NIK follows."""
        rows = self.sheet.rows
        last = len(rows)
        while last > self._begin and not self._is_solid(rows[last - 1], last - 1):
            last -= 1
        for index in range(last, len(rows)):
            cells = rows[index]
            if all(cell in _BLANKS for cell in cells):
                continue
            texts = [text_of(cell) for cell in cells if isinstance(cell, str)]
            ends = any(
                _TOTAL.match(text)
                or _NOTE.match(text)
                or _SIGNATURE.match(text)
                or not re.search(r"\w", text)
                for text in texts
                if text and text != "-"
            )
            if ends and self._filled_fields(cells) <= FEW_FIELDS + 1:
                for rest in range(index, len(rows)):
                    if any(cell not in _BLANKS for cell in rows[rest]):
                        self._ignore(rest, self._kind_of_words(rows[rest]) or "catatan")
                return index
        return len(rows)

    def _is_solid(self, cells: Sequence[Cell], index: int) -> bool:
        """Whether a row can only be a person: a NIK-like cell, or most of its columns filled."""
        if self._spans_name_and_nik(index):
            return False
        nik = cells[self._nik] if self._nik < len(cells) else ""
        text = text_of(nik)
        if _digits_in(text) >= NIK_LIKE and not _SIGNATURE.match(text):
            return True
        return self._filled_fields(cells) > FEW_FIELDS + 1

    def _note_blank_row(self, index: int, cells: Sequence[Cell]) -> None:
        if any(
            cell not in _BLANKS and cell is not FORMULA and not isinstance(cell, int | float)
            for cell in cells
        ):
            self._ignore(index, self._kind_of_words(cells) or "kosong")

    def _ignore(self, index: int, kind: str) -> None:
        self.ignored.append(Ignored(self.sheet.name, self.sheet.first_row + index, kind))
