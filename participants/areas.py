"""Names and choices of Jakarta's areas, read once a process: they change by decree, not by the hour."""

from __future__ import annotations

from functools import lru_cache

from okoce.regions.models import Region

JAKARTA = "31"
KECAMATAN_LENGTH, KELURAHAN_LENGTH = 8, 13


@lru_cache(maxsize=1)
def _loaded() -> dict[str, str]:
    return dict(Region.objects.within(JAKARTA).values_list("code", "name"))


def area_names() -> dict[str, str]:
    """Names of the cities, kecamatan and kelurahan of Jakarta by code."""
    if not (names := _loaded()):
        _loaded.cache_clear()  # asked before the regions were loaded
    return names


def name_of(code: str | None) -> str:
    return area_names().get(code or "", "")


def short_name(code: str | None) -> str:
    """As people say it: "Jakarta Barat" without "Kota Administrasi"."""
    name = name_of(code)
    for prefix in ("Kota Administrasi ", "Kabupaten Administrasi "):
        name = name.removeprefix(prefix)
    return name


def kecamatan_within(area: str) -> list[tuple[str, str]]:
    """(code, name) of the kecamatan of a city or of all Jakarta, by name."""
    return _below(area, KECAMATAN_LENGTH)


def kelurahan_within(area: str) -> list[tuple[str, str]]:
    """(code, name) of the kelurahan of a kecamatan or city, by name."""
    return _below(area, KELURAHAN_LENGTH)


def _below(area: str, length: int) -> list[tuple[str, str]]:
    inside = ((c, n) for c, n in area_names().items() if len(c) == length and c.startswith(f"{area}."))
    return sorted(inside, key=lambda pair: pair[1])
