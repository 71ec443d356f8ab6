"""One table in a sheet, row by row: which rows are people, and which are totals, notes, signatures, headings.

What stands after the last certain person is held back until it is known whether somebody follows: a signature
block is one only where the table ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from participants.importing.areas import Areas
from participants.importing.cells import FORMULA, Cell, is_filled, text_of
from participants.importing.headers import (
    Columns,
    columns_of,
    is_header,
    labels_of,
    recognise,
    with_second_line,
)
from participants.importing.rows import Row
from participants.importing.workbook import Sheet

NIK_LIKE = 10  # so many digits in the NIK cell make a row a person whatever else it says
FEW_FIELDS = 2  # a note or a signature fills no more of the table's columns
MOST_HELD_BACK = 1_000

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
_KELURAHAN_LINE = re.compile(r"\bkel(?:urahan)?\b[\s.]*:?[\s.:]*(.*)", re.IGNORECASE)
# A heading of a part of the table, alone in its row.
_SECTION = re.compile(
    r"(?:kec(?:amatan)?|kel(?:urahan)?|rw|rt|kota(?: adm\w*)?|wilayah)\b\s*[.:]"
    r"|(?:gelombang|angkatan|tahap|kelompok|sesi|kelas|batch|gel)\b[\s.:]*(?:[\divx]{1,4}|[a-d])\s*$"
    r"|kecamatan\b",
    re.IGNORECASE,
)
BLANKS = ("", None)


def _digits_in(text: str) -> int:
    return len(text) if text.isdigit() else sum(char.isdigit() for char in text)


class Ignoring(Protocol):
    """Whoever remembers what was left out."""

    def ignore(self, index: int, kind: str) -> None: ...


class Part:
    """The columns of one table, and what is held back of its rows."""

    def __init__(self, table: Ignoring, sheet: Sheet, areas: Areas, bounds: tuple[int, int] | None) -> None:
        self._table, self._sheet, self._areas = table, sheet, areas
        self._bounds = bounds
        self._held: list[tuple[int, Sequence[Cell]]] = []
        self._header_lines_left = 0
        self._waiting: tuple[int, Sequence[Cell]] | None = None  # a repeated header may have a second line
        self.kecamatan = ""
        self._kelurahan = ""
        self._has_section = False  # whether a line named the kecamatan

    def use(self, labels: Sequence[str], columns: Columns) -> None:
        columns = {name: indexes for name, indexes in columns.items() if name not in ("ignored", "kk")}
        self._labels = [label.casefold() for label in labels]
        self._columns = columns
        self._name, self._nik = columns["nama"][0], columns["nik"][0]
        self._low, self._high = sorted((self._name, self._nik))
        self._sex_columns = self._halves(columns.get("jenis_kelamin", []), labels)
        self._single = [
            (field, indexes[0])
            for field, indexes in columns.items()
            if field not in ("no", "tempat_tgl_lahir", "hp")
            and not (field == "jenis_kelamin" and self._sex_columns)
        ]
        self._last_column = max((column for _field, column in self._single), default=0)
        self._data_columns = sorted({indexes[0] for field, indexes in columns.items() if field != "no"})
        self._has_kecamatan = "kecamatan" in columns
        self._has_kelurahan = "kelurahan" in columns
        self._phones = columns.get("hp", [])
        self._births = columns.get("tempat_tgl_lahir", [])
        self._is_plain = not (self._births or self._sex_columns)

    @staticmethod
    def _halves(indexes: list[int], labels: Sequence[str]) -> dict[str, int]:
        """The L and the P column, where people tick one of two."""
        halves: dict[str, int] = {}
        for index in indexes if len(indexes) > 1 else ():
            words = labels[index].split() if index < len(labels) else []
            last = words[-1].casefold() if words else ""
            if last[:1] in ("l", "p"):
                halves.setdefault(last[0].upper(), index)
        return halves if len(halves) == 2 else {}

    # ------------------------------------------------------------ sections
    def read_section(self, cells: Sequence[Cell]) -> None:
        """'KECAMATAN : X' above the table, or above a part of it; 'KELURAHAN : Y' too."""
        parts: list[str] = []
        for cell in cells:
            if isinstance(cell, str) and cell:
                text = text_of(cell)
                if text and (not parts or parts[-1] != text):
                    parts.append(text)
        if not parts:
            return
        line = " ".join(parts)
        self._read_kelurahan(line)
        match = _KECAMATAN_LINE.search(line)
        if match is None or not match[2]:
            return
        words = match[2].split()
        for length in range(len(words), 0, -1):
            name = " ".join(words[:length]).rstrip(",;")
            if self._areas.kecamatan(name):
                self.kecamatan, self._has_section = name, True
                return
        if match[1]:  # a colon: the office does name a kecamatan, only not one of Jakarta's
            self.kecamatan, self._has_section = match[2], True

    def _read_kelurahan(self, line: str) -> None:
        match = _KELURAHAN_LINE.search(line)
        if match is None or not match[1]:
            return
        words = match[1].split()
        for length in range(len(words), 0, -1):
            name = " ".join(words[:length]).rstrip(",;")
            if self._areas.kelurahan_named(name):
                self._kelurahan = name
                return

    def _places(self) -> tuple[str, str]:
        """Kecamatan and kelurahan for rows that have no such column.

        A sheet a kelurahan: the name of the sheet, or the line above, is the kelurahan of everybody.
        """
        kecamatan, kelurahan = self.kecamatan, self._kelurahan
        if self._has_kelurahan or (self._has_section and kelurahan):
            return kecamatan, kelurahan
        if not kelurahan and not self._areas.kecamatan(kecamatan):
            kelurahan = kecamatan if self._areas.kelurahan_named(kecamatan) else ""
        if kelurahan and not self._has_section:
            code = self._areas.kelurahan_named(kelurahan) or ""
            kecamatan = self._areas.names.get(code[:8], kecamatan)
        return kecamatan, kelurahan

    # ------------------------------------------------------------ rows
    def has_nik(self, cells: Sequence[Cell]) -> bool:
        cell = cells[self._nik] if self._nik < len(cells) else ""
        return _digits_in(text_of(cell)) >= NIK_LIKE

    def certain(self, index: int, cells: Sequence[Cell]) -> Row | None:
        """The person of a row that needs no second look, as almost all do."""
        nik = cells[self._nik] if self._nik < len(cells) else ""
        if type(nik) is not str or len(nik) < NIK_LIKE or not nik.isdigit():
            return None
        if self._held or self._waiting is not None or index in self._sheet.wide_merges:
            return None
        return self._row(index, cells, len(cells))

    def feed(self, index: int, cells: Sequence[Cell]) -> Iterator[Row]:
        """The people this row makes certain: itself, and who was held back before it."""
        if self._bounds is not None:
            low, high = self._bounds
            cells = [*([""] * low), *cells[low:high]]
        if self._waiting is not None and self._second_line(cells):
            self._table.ignore(index, "kepala")
            return
        width = len(cells)
        name = cells[self._name] if self._name < width else ""
        nik = cells[self._nik] if self._nik < width else ""
        if name in BLANKS and nik in BLANKS and all(cell in BLANKS for cell in cells):
            return
        spans = self._spans_name_and_nik(index)
        text = text_of(nik)
        if not spans and _digits_in(text) >= NIK_LIKE and not _SIGNATURE.match(text):
            if self._held:
                yield from self._let_go()
            yield self._row(index, cells, width)
            return
        if not spans and self._is_label_row(cells):
            yield from self.finish()
            self._repeat_header(index, cells)
            return
        if not spans and self._filled_fields(cells) > FEW_FIELDS + 1:
            yield from self._let_go()
            yield from self._settle(index, cells)
            return
        self._held.append((index, cells))
        if len(self._held) > MOST_HELD_BACK:
            yield from self._let_go()

    def _let_go(self) -> Iterator[Row]:
        held, self._held = self._held, []
        for index, cells in held:
            yield from self._settle(index, cells)

    def finish(self) -> Iterator[Row]:
        """The end of the table: from the first total, note or signature on, nobody follows."""
        held, self._held = self._held, []
        is_over = False
        for index, cells in held:
            is_over = is_over or self._ends(cells)
            if not is_over:
                yield from self._settle(index, cells)
                continue
            self._table.ignore(index, self._kind_of_words(cells) or "catatan")
            if not self._has_kecamatan:
                self.read_section(cells)

    def _ends(self, cells: Sequence[Cell]) -> bool:
        if self._filled_fields(cells) > FEW_FIELDS + 1:
            return False
        texts = [text_of(cell) for cell in cells if isinstance(cell, str)]
        return any(
            _TOTAL.match(text) or _NOTE.match(text) or _SIGNATURE.match(text) or not re.search(r"\w", text)
            for text in texts
            if text and text != "-"
        )

    def _settle(self, index: int, cells: Sequence[Cell]) -> Iterator[Row]:
        width = len(cells)
        name = cells[self._name] if self._name < width else ""
        nik = cells[self._nik] if self._nik < width else ""
        if name in BLANKS and nik in BLANKS:
            if not self._has_kecamatan:
                self.read_section(cells)
            self._note_blank_row(index, cells)
            return
        kind = self._kind(index, cells, name, nik)
        if kind is None:
            yield self._row(index, cells, width)
            return
        self._table.ignore(index, kind)
        if kind == "bagian" and not self._has_kecamatan:
            self.read_section(cells)

    def _row(self, index: int, cells: Sequence[Cell], width: int) -> Row:
        found: dict[str, Cell]
        if width > self._last_column:
            found = {field: cells[column] for field, column in self._single}
        else:
            found = {field: cells[column] if column < width else "" for field, column in self._single}
        if self._phones:
            found["hp"] = self._first_filled(cells, self._phones)
        if not self._is_plain:
            self._add_parts(cells, width, found)
        if not self._has_kecamatan:
            kecamatan, kelurahan = self._places()
            found["kecamatan"] = kecamatan
            if not self._has_kelurahan:
                found["kelurahan"] = kelurahan
        elif not self._has_kelurahan and self._kelurahan:
            found["kelurahan"] = self._kelurahan
        return Row(self._sheet.name, self._sheet.first_row + index, found)

    def _add_parts(self, cells: Sequence[Cell], width: int, found: dict[str, Cell]) -> None:
        if self._births:
            found["tempat_tgl_lahir"] = self._birth_cells(cells, found)
        if self._sex_columns:
            ticked = [
                half
                for half, column in self._sex_columns.items()
                if column < width and is_filled(cells[column])
            ]
            found["jenis_kelamin"] = ticked[0] if len(ticked) == 1 else ""

    def _birth_cells(self, cells: Sequence[Cell], found: dict[str, Cell]) -> Cell:
        """The 'Tempat, Tgl Lahir' cell; where its label spans two columns, the second holds the date."""
        columns = [column for column in self._births if column < len(cells)]
        if len(columns) == 1 or (len(columns) > 1 and cells[columns[0]] == cells[columns[1]]):
            return cells[columns[0]]
        if len(columns) > 1:
            found["tempat_lahir"], found["tgl_lahir"] = cells[columns[0]], cells[columns[1]]
        return ""

    @staticmethod
    def _first_filled(cells: Sequence[Cell], columns: Sequence[int]) -> Cell:
        if len(columns) == 1:
            return cells[columns[0]] if columns[0] < len(cells) else ""
        present = [cells[column] for column in columns if column < len(cells)]
        return next((cell for cell in present if is_filled(cell)), present[0] if present else "")

    # ------------------------------------------------------------ a header again
    def _repeat_header(self, index: int, cells: Sequence[Cell]) -> None:
        """A header printed again may have its columns in another order."""
        self._table.ignore(index, "kepala")
        labels = labels_of(cells)
        columns = columns_of(labels)
        if is_header(columns, labels):
            self.use(labels, columns)
        self._waiting = (index, cells)

    def _second_line(self, cells: Sequence[Cell]) -> bool:
        """Whether ``cells`` are the second line of the header that has just been repeated."""
        assert self._waiting is not None
        above, self._waiting = self._waiting[1], None
        labels = labels_of(above)
        columns = columns_of(labels)
        merged, lines = with_second_line(cells, labels, columns)
        if lines == 1:
            return False
        if is_header(columns_of(merged), merged):
            self.use(merged, columns_of(merged))
        return True

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
        if self._is_column_numbers(cells):
            return "nomor kolom"
        name_text = text_of(name)
        if not digits and _SECTION.match(name_text) and self._filled_fields(cells) == 1:
            return "bagian"
        return self._kind_of_words(cells, name_text, nik_text)

    def _kind_of_words(self, cells: Sequence[Cell], *texts: str) -> str | None:
        leading = [text_of(cell) for cell in cells[: self._high + 1] if isinstance(cell, str)]
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
        merges = self._sheet.wide_merges.get(index)
        if not merges:
            return False
        return any(left <= self._low and right >= self._high for left, right in merges)

    def _is_label_row(self, cells: Sequence[Cell]) -> bool:
        labels = labels_of(cells)
        columns = columns_of(labels)
        if is_header(columns, labels):
            # Somebody's cells may say "nama @" and "KTP": a header says little else than labels.
            filled = sum(cell not in BLANKS for cell in cells)
            if 2 * sum(recognise(label) is not None for label in labels) > filled:
                return True
        same = [
            index
            for index, label in enumerate(labels)
            if label and index < len(self._labels) and label.casefold() == self._labels[index]
        ]
        return len(same) >= 2

    @staticmethod
    def _is_column_numbers(cells: Sequence[Cell]) -> bool:
        texts = [text_of(cell) for cell in cells if cell not in BLANKS and cell is not FORMULA]
        return len(texts) >= 2 and all(_COLUMN_NUMBER.fullmatch(text) for text in texts)

    def _note_blank_row(self, index: int, cells: Sequence[Cell]) -> None:
        if any(
            cell not in BLANKS and cell is not FORMULA and not isinstance(cell, int | float) for cell in cells
        ):
            self._table.ignore(index, self._kind_of_words(cells) or "kosong")
