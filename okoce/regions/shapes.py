"""Schematic map shapes of the six cities and the province, drawn for this project.

True in place and in who borders whom, not in size: nearly equal areas read better when every kecamatan has
the same target. ``templates/components/map.html`` draws what ``drawn`` returns.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "shapes.json"


@dataclass(frozen=True, slots=True)
class Shape:
    """One area. (x, y) is where the middle of its name stands; the value stands 26 below."""

    code: str
    label: str
    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class SchematicMap:
    """``frame`` is the box around islands that lie elsewhere; empty on a map of land only."""

    code: str
    view_box: str
    frame: str
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """What one area shows: ``level`` 1 to 5 is its step of the scale, 0 has no value."""

    value: str
    level: int
    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class DrawnArea:
    path: str
    label: str
    x: int
    y: int
    value_y: int
    level: int
    ink: str
    value: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class DrawnMap:
    view_box: str
    frame: str
    areas: tuple[DrawnArea, ...]


@cache
def maps() -> dict[str, SchematicMap]:
    """By Kemendagri code: the cities ("31.73") with their kecamatan, the province ("31") with its cities."""
    return {
        code: SchematicMap(
            code, item["viewBox"], item["frame"], tuple(Shape(**area) for area in item["areas"])
        )
        for code, item in json.loads(DATA.read_text(encoding="utf-8")).items()
    }


def drawn(code: str, figures: Mapping[str, Figure]) -> DrawnMap | None:
    """The map of a city or of the province with the figures of its areas; None when there is no map of it."""
    schematic = maps().get(code)
    if schematic is None:
        return None
    nothing = Figure("-", 0, "")
    areas = []
    for shape in schematic.shapes:
        figure = figures.get(shape.code, nothing)
        areas.append(
            DrawnArea(
                path=shape.path,
                label=shape.label,
                x=shape.x,
                y=shape.y,
                value_y=shape.y + 26,
                level=figure.level or 1,
                ink="lt" if figure.level > 3 else "dk",
                value=figure.value,
                title=figure.title or shape.label,
                url=figure.url,
            )
        )
    return DrawnMap(schematic.view_box, schematic.frame, tuple(areas))
