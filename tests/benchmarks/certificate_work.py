"""One piece of work of bench_certificates.py, in a process of its own: CPU and peak memory are then its own.

    python certificate_work.py <what> <how many>    prints "CPU-seconds peak-MiB pages"

Only what the work needs is imported, so that an interpreter with weasyprint alone can do its part.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ADDRESS = "https://portal.okoce.example/pelatihan/sertifikat/{:016X}/"
STYLE = """
@page { size: A4 landscape; margin: 20mm 22mm 14mm }
@font-face { font-family: Jakarta; src: url(FONT) }
body { font: 10.5pt Jakarta; color: #14211f } h1 { font-size: 32pt; color: #0b5d57; text-align: center }
section { break-after: page } p { text-align: center } .name { font-size: 29pt; font-weight: 700 }
table { margin: 0 auto; border-collapse: collapse; font-size: 9.5pt } td { padding: 1.7mm 3.2mm }
footer { display: flex; justify-content: space-between; font-size: 8.5pt } svg { width: 28mm; height: 28mm }
"""


def facts(n: int) -> dict[str, object]:
    rows = [
        {"title": f"{i}. {title}", "day": f"Rabu {i + 9} Agustus 2026", "clock": "09.00-12.00", "hours": "3",
         "place": "Aula Kantor Kecamatan Palmerah"}
        for i, title in enumerate(("Dasar kewirausahaan", "Izin dan keuangan", "Pengemasan dan pemasaran"), 1)
    ]  # fmt: skip
    return {
        "number": f"OKOCE/JB/2026/{n:05d}", "edition": 1, "name": f"Siti Rahmawati {n}",
        "participant_number": f"JB-PM-{n:05d}", "year": 2026, "total_hours": "9",
        "completed_on": "12 Agustus 2026", "rows": rows, "issuer": "Suku Dinas PPKUKM Jakarta Barat",
        "issued_on": "22 November 2026", "code": "0123-4567-89AB-CDEF",
        "check_page": "portal.okoce.example/pelatihan/sertifikat/", "address": ADDRESS.format(n),
    }  # fmt: skip


def typeset(count: int, *, with_code: bool) -> int:
    sys.path.insert(0, str(ROOT))
    from trainings.certificates.sheet import Row, Sheet, pdfs

    sheets = []
    for n in range(count):
        one = facts(n)
        one["rows"] = tuple(Row(**row) for row in one["rows"])  # type: ignore[attr-defined]
        one["address"] = one["address"] if with_code else ""
        sheets.append(Sheet(**one))  # type: ignore[arg-type]
    return sum(
        len(file) > 0 and file.count(b"/Type/Page/") + file.count(b"/Type /Page\n") for file in pdfs(sheets)
    )


def codes(count: int) -> int:
    sys.path.insert(0, str(ROOT))
    from trainings.certificates.sheet import qr

    return sum(bool(qr(ADDRESS.format(n))) for n in range(count))


def by_html(count: int) -> int:
    """The same words through weasyprint, with codes of the same settings."""
    import segno
    from weasyprint import HTML

    font = (ROOT / "trainings/certificates/fonts/PlusJakartaSans-Regular.ttf").as_uri()
    pages = []
    for n in range(count):
        one = facts(n)
        code = segno.make_qr(str(one["address"]), error="m", boost_error=False, mask=2)
        svg = code.svg_inline(scale=1, border=2, omitsize=True)
        rows = "".join(
            f"<tr>{''.join(f'<td>{cell}</td>' for cell in row.values())}</tr>"
            for row in one["rows"]  # type: ignore[attr-defined]
        )
        pages.append(
            f"<section><p>{one['issuer']}, Nomor {one['number']}</p><h1>Sertifikat</h1>"
            f"<p class=name>{one['name']}</p><p>Nomor peserta {one['participant_number']}</p>"
            f"<p>telah menyelesaikan pelatihan kewirausahaan OK OCE tahun {one['year']}, {one['total_hours']}"
            f" jam pelatihan, pada {one['completed_on']}.</p><table>{rows}</table>"
            f"<footer><p>Diterbitkan di Jakarta, {one['issued_on']}. {one['check_page']} {one['code']}</p>"
            f"{svg}</footer></section>"
        )
    HTML(string=f"<style>{STYLE.replace('FONT', font)}</style>{''.join(pages)}").write_pdf()
    return count


WORK: dict[str, Callable[[int], int]] = {
    "pages with codes": lambda n: typeset(n, with_code=True),
    "pages without codes": lambda n: typeset(n, with_code=False),
    "codes": codes,
    "weasyprint": by_html,
}

if __name__ == "__main__":
    what, many = sys.argv[1], int(sys.argv[2])
    done = WORK[what](many)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / 1024, "done": done}))
