"""What is kept of a row of a list, as JSON: it is sealed as it is, and mostly never read by anybody.

Of a row that can be saved its checked values, without their names; of others the cells as they were written.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from participants.importing.codes import FIELDS

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_decode = json.JSONDecoder().raw_decode
_PHONE = re.compile(rb'\["(?:[^"\\]|\\.)*","[0-9]{16}","(\+[0-9]+)"')


def of_values(values: Mapping[str, str | None]) -> str:
    """``values`` has all of FIELDS, in their order."""
    return _encode([*values.values()])


def of_cells(cells: Mapping[str, Any]) -> str:
    return _encode(cells)


def read(kept: str | bytes) -> dict[str, Any]:
    """Values or cells by field."""
    found: Any = json.loads(kept)
    if isinstance(found, list):
        return {**dict.fromkeys(FIELDS), **dict(zip(FIELDS, found, strict=False))}
    return dict(found)


def values_in(kept: bytes) -> Sequence[str | None]:
    """The values of a row that can be saved, in the order of FIELDS."""
    found: Any = _decode(kept.decode())[0]
    return found if isinstance(found, list) else [found.get(field) for field in FIELDS]


def phone_in(kept: bytes) -> bytes | None:
    """The phone of a row that can be saved, without reading the rest."""
    match = _PHONE.match(kept)
    return match[1] if match else None
