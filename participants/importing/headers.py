"""Which column holds what, from the words people write above it."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

from participants.importing.cells import FORMULA, Cell, text_of

LAST_HEADER_ROW = 20  # a header is looked for in the first rows of a sheet only
LONGEST_LABEL = 160

Match = Callable[[str, str], bool]


def _has(pattern: str) -> Match:
    found = re.compile(pattern)
    return lambda words, compact: found.search(words) is not None


def _is(*compacts: str) -> Match:
    return lambda words, compact: compact in compacts


_OF_BUSINESS = r"\b(?:usaha|merk|merek|brand|toko|umkm|ukm|produk|dagang|perusahaan|komoditas)\b"
_OF_OTHERS = (
    r"\b(?:ibu|ayah|suami|istri|isteri|orang ?tua|wali|pasangan|pendamping|petugas|pendata|pengampu|pelatihan"
    r"|kegiatan|instansi|kelompok|kepala keluarga|kontak darurat|bank|rekening)\b"
)

_mentions_business = _has(_OF_BUSINESS)

# The first that fits decides, so what is narrow stands above what is wide.
_COLUMNS: tuple[tuple[str, Match], ...] = (
    (
        "ignored",
        _has(
            r"\b(?:foto ?copy|fotokopi|fc|scan|unggah|upload|berkas|lampiran|ceklis|paraf|tanda tangan|ttd)\b"
        ),
    ),
    ("ignored", _has(r"\b(?:npwp|nib|agama|pendidikan|kode pos|usia|umur|perkawinan|kawin|nikah)\b")),
    ("email", _has(r"\b(?:e ?mail|surel|gmail)\b")),
    ("rtrw", _has(r"\brt\b.*\brw\b|\brw\b.*\brt\b")),
    ("rtrw", _is("rtrw", "rwrt")),
    (
        "status_usaha",
        _has(r"\bstatus\b.*\busaha\b|\bstatus\b.*\b(?:sudah|belum)\b|\b(?:sudah|sdh)\b.*\b(?:belum|blm)\b"),
    ),
    (
        "status_usaha",
        _has(r"\b(?:belum|blm)\b.*\b(?:sudah|sdh)\b|\b(?:punya|memiliki|mempunyai)\b.*\busaha\b"),
    ),
    ("jenis_usaha", _has(r"\b(?:jenis|bidang|sektor|kategori|klasifikasi|macam)\b.*" + _OF_BUSINESS)),
    ("jenis_usaha", _is("komoditas", "komoditi", "bidang", "sektor", "klaster")),
    ("nama", _has(r"\bnama\b.*\b(?:pemilik|pelaku|pengusaha|wirausaha|peserta|pendaftar)\b")),
    ("ignored", _has(_OF_OTHERS)),
    (
        "nama_usaha",
        _has(r"\bnama\b.*" + _OF_BUSINESS + r"|^(?:merk|merek|brand|nama toko)\b|^(?:usaha|umkm|ukm)$"),
    ),
    ("ignored", _has(_OF_BUSINESS)),
    ("tempat_tgl_lahir", _has(r"\b(?:tempat|tmpt|tpt|tmp)\b.*\b(?:tgl|tanggal|tg)\b|^t ?t ?l\b|\bttl\b")),
    (
        "tempat_lahir",
        _has(r"\b(?:tempat|tmpt|tpt|tmp|kota|kab)\b.*\blahir\b|\b(?:birth ?place|place of birth)\b"),
    ),
    ("tempat_lahir", _is("tempat", "tmplahir", "tempatlahir")),
    (
        "tgl_lahir",
        _has(r"\b(?:tgl|tanggal|tg|tgll)\b.*\blahir\b|\blahir\b.*\b(?:tgl|tanggal)\b|^lahir$|\bbirth\b"),
    ),
    ("tgl_lahir", _is("tgllahir", "tanggallahir")),
    (
        "jenis_kelamin",
        _has(r"\bkelamin\b|\bgender\b|\bsex\b|^j ?k\b|^l ?p$|^p ?l$|^lk ?pr$|\blaki\b.*\bperempuan\b"),
    ),
    (
        "hp",
        _has(
            r"\b(?:hp|handphone|hand ?phone|ponsel|seluler|wa|whats ?app|telp|tlp|telpon|telepon|tel)\b"
            r"|\b(?:phone|telephone|mobile|kontak)\b"
        ),
    ),
    ("hp", _has(r"\bno ?hp\b|\bnohp\b|\bnowa\b|\bnotelp\b")),
    ("kecamatan", _has(r"^kec\b|\bkecamatan\b|\b(?:sub ?)?district\b")),
    ("kelurahan", _has(r"^kel\b|\bkelurahan\b|^desa\b|\bvillage\b")),
    ("nama", _has(r"\bnama\b|^(?:calon )?peserta$|\bname\b")),
    ("alamat", _has(r"\balamat\b|\btempat tinggal\b|\bdomisili\b|^jalan$|^jl\b|\baddress\b")),
    ("nik", _has(r"\bnik\b|\bn i k\b|\bnonik\b")),
    ("kk", _has(r"\bkk\b|\bkartu keluarga\b")),
    (
        "nik",
        _has(
            r"\b(?:no|nomor|nomer) identitas\b|\bid (?:no|number)\b|\bnomor induk\b"
            r"|\bno induk\b|\bktp\b|\bkependudukan\b|\bnoktp\b"
        ),
    ),
    ("rt", _is("rt", "nort")),
    ("rw", _is("rw", "norw")),
    ("no", _is("no", "nomor", "nourut", "nomorurut", "nr", "urut", "nomer")),
    ("ignored", _has(r"^ket\b|\bketerangan\b|^status\b|\btanggal\b|\btgl\b|\btahun\b|\bpekerjaan\b")),
)


@lru_cache(maxsize=4096)
def recognise(label: str) -> str | None:
    """The field a label stands for, 'ignored' for a known one without use, None for anything else."""
    if not label or len(label) > LONGEST_LABEL:
        return None
    folded = unicodedata.normalize("NFKC", label).casefold()
    words = " ".join(re.findall(r"[a-z0-9]+", folded))
    if not words or words.isdigit():
        return None
    compact = words.replace(" ", "")
    for field, fits in _COLUMNS:
        if fits(words, compact):
            return field
    return None


Columns = dict[str, list[int]]


def labels_of(row: Sequence[Cell]) -> list[str]:
    return ["" if cell is FORMULA or not isinstance(cell, str) else text_of(cell) for cell in row]


def columns_of(labels: Sequence[str]) -> Columns:
    """Field by field the columns it stands in. The first one counts, except where a field is in parts."""
    columns: Columns = {}
    for index, label in enumerate(labels):
        field = recognise(label)
        if field is not None:
            columns.setdefault(field, []).append(index)
    return columns


def is_header(columns: Columns, labels: Sequence[str]) -> bool:
    """A name column and a NIK column, with two different labels."""
    if "nama" not in columns or "nik" not in columns:
        return False
    return labels[columns["nama"][0]] != labels[columns["nik"][0]]


def looks_like_labels(labels: Sequence[str], row: Sequence[Cell]) -> bool:
    """Whether a row can be the second line of a header: words only, at least one of them known."""
    filled = [text_of(cell) for cell in row if cell not in ("", None)]
    if not filled or any(re.search(r"\d{3,}", text) for text in filled):
        return False
    known = [label for label in labels if recognise(label) is not None or is_sex_mark(label)]
    return bool(known) and len(known) * 2 >= len(
        [text for text in filled if not re.fullmatch(r"\W*\d*\W*", text)]
    )


def is_sex_mark(label: str) -> bool:
    """'L' and 'P' as the two halves of a sex column."""
    return label.strip().casefold() in ("l", "p", "lk", "pr")


def merge_labels(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """One label a column out of two header lines; the lower line is the narrower word."""
    width = max(len(upper), len(lower))
    pairs = zip(_padded(upper, width), _padded(lower, width), strict=True)
    return [_one_label(above, below) for above, below in pairs]


def _one_label(above: str, below: str) -> str:
    if not below or below == above:
        return above
    if not above:
        return below
    if _mentions_business(above.casefold(), ""):
        return f"{below} {above}"  # "Usaha" over "Nama" is the name of the business
    if is_sex_mark(below):
        return f"{above} {below}"
    if recognise(below) not in (None, "ignored"):
        return below
    return f"{above} {below}"


def _padded(labels: Sequence[str], width: int) -> list[str]:
    return [*labels, *[""] * (width - len(labels))]


def with_second_line(below: Sequence[Cell], labels: list[str], columns: Columns) -> tuple[list[str], int]:
    """A header of two lines ("ALAMAT" over "RT/RW", "KELURAHAN") as one, and how many lines it has."""
    lower = labels_of(below)
    for field in ("nama", "nik"):
        for column in columns.get(field, [])[:1]:
            cell = lower[column] if column < len(lower) else ""
            if cell and not columns_of([cell]) and cell != labels[column]:
                return labels, 1
    if not looks_like_labels(lower, below) or labels == lower:
        return labels, 2 if labels == lower else 1
    merged = merge_labels(labels, lower)
    before, after = columns.keys() - {"ignored"}, columns_of(merged).keys() - {"ignored"}
    # "Domisili" over "RT/RW", "Kelurahan" is no address any more: more is known than before.
    is_richer = before & {"nama", "nik"} <= after and (before <= after or len(after) > len(before))
    return (merged, 2) if is_richer else (labels, 1)
