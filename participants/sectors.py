"""Which sector a written kind of business means. Pure: the sectors themselves are data (Sector)."""

from __future__ import annotations

import re
from functools import lru_cache

OTHER = "lain"

# The first that fits decides. Codes are those of the seeded sectors.
_WORDS = (
    ("minuman", r"minum|kopi|jamu|jus\b|\bes\b|\bteh\b|pletok"),
    (
        "kuliner",
        r"kulin|makan|katering|catering|kue|roti|masak|warung|sambal|camil|snack|bakso|nasi|f\s*&\s*b",
    ),
    ("fashion", r"fash?i?on|fesyen|busana|pakaian|konveksi|hijab|batik|jahit|baju|garmen"),
    ("kerajinan", r"keraj|kriya|craft|anyam|handmade|souvenir"),
    ("jasa", r"jasa|salon|laundry|servis|service|bengkel|ojek|les\b|pijat"),
    ("pertanian", r"tani|ikan|ternak|tanam|kebun|hidroponik|perikanan"),
    ("perdagangan", r"dagang|toko|kelontong|sembako|agen|jual|retail|ritel|grosir"),
)


@lru_cache(maxsize=2000)
def sector_of(written: str | None) -> str | None:
    """The code of the sector, 'lain' for a kind nobody foresaw, None for nothing written."""
    if not written:
        return None
    folded = written.casefold()
    return next((code for code, words in _WORDS if re.search(words, folded)), OTHER)
