"""The maps are true: every kecamatan once, neighbours beside each other, nothing on top of anything."""

import csv
import math
import re
from itertools import combinations
from pathlib import Path

import pytest
from django.template.loader import render_to_string

from okoce.regions.shapes import DATA, Figure, Shape, drawn, maps

CITIES = ["31.01", "31.71", "31.72", "31.73", "31.74", "31.75"]
LAND = CITIES[1:]
Point = tuple[float, float]

# Rough centre and true neighbours of each kecamatan: geographic facts, computed from public boundary data.
with (Path(__file__).parent / "kecamatan_geo.csv").open(encoding="utf-8") as file:
    FACTS = {row["kode"]: row for row in csv.DictReader(file)}


def true_neighbours(city: str) -> set[frozenset[str]]:
    """Pairs of kecamatan that border each other inside the city."""
    return {
        frozenset((code, other))
        for code, row in FACTS.items()
        for other in row["neighbours"].split()
        if code.startswith(city) and other.startswith(city)
    }


def rings(shape: Shape) -> list[list[Point]]:
    return [
        [tuple(map(float, pair.split())) for pair in re.findall(r"-?\d+ -?\d+", ring)]
        for ring in shape.path.split("Z")
        if ring.strip()
    ]


def edges(shape: Shape) -> list[tuple[Point, Point]]:
    return [(ring[n], ring[(n + 1) % len(ring)]) for ring in rings(shape) for n in range(len(ring))]


def shared_length(a: Shape, b: Shape) -> float:
    """How much border two shapes have in common, in units of the drawing."""
    total = 0.0
    for p, q in edges(a):
        length = math.dist(p, q)
        dx, dy = (q[0] - p[0]) / length, (q[1] - p[1]) / length
        for r, s in edges(b):
            off = [abs((x - p[0]) * dy - (y - p[1]) * dx) for x, y in (r, s)]
            if max(off) < 1.5:
                along = sorted((x - p[0]) * dx + (y - p[1]) * dy for x, y in (r, s))
                total += max(0.0, min(length, along[1]) - max(0.0, along[0]))
    return total


def holds(shape: Shape, x: float, y: float) -> bool:
    inside = False
    for (x1, y1), (x2, y2) in edges(shape):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def by_code(city: str) -> dict[str, Shape]:
    return {shape.code: shape for shape in maps()[city].shapes}


def test_every_kecamatan_stands_on_the_map_of_its_city_once():
    seeds = DATA.parent / "wilayah.csv"
    with seeds.open(encoding="utf-8") as file:
        kecamatan = sorted(row["kode"] for row in csv.DictReader(file) if row["level"] == "3")

    assert sorted(shape.code for city in CITIES for shape in maps()[city].shapes) == kecamatan
    assert all(shape.code.startswith(city) for city in CITIES for shape in maps()[city].shapes)
    assert [shape.code for shape in maps()["31"].shapes] == CITIES


@pytest.mark.parametrize("city", LAND)
def test_neighbours_share_a_border_and_strangers_hardly_ever(city):
    shapes = by_code(city)
    true = true_neighbours(city)
    shown = {frozenset(pair) for pair in combinations(shapes, 2) if shared_length(*map(shapes.get, pair)) > 8}

    assert len(shown & true) / len(true) >= 0.85
    # West Jakarta is the design's own drawing, which straightened five corners into borders
    assert len(shown - true) <= (5 if city == "31.73" else 2)


def test_the_cities_border_each_other_as_they_do():
    shapes = by_code("31")
    shown = {frozenset(pair) for pair in combinations(shapes, 2) if shared_length(*map(shapes.get, pair)) > 8}

    assert shown == {
        frozenset((code[:5], other[:5]))
        for code, row in FACTS.items()
        for other in row["neighbours"].split()
        if code[:5] != other[:5]
    }


@pytest.mark.parametrize("code", ["31", *CITIES])
def test_no_two_areas_lie_on_top_of_each_other(code):
    shapes = maps()[code].shapes
    doubles = [
        (x, y)
        for x in range(3, 600, 7)
        for y in range(3, 620, 7)
        if sum(holds(shape, x + 0.37, y + 0.41) for shape in shapes) > 1
    ]

    assert doubles == []


@pytest.mark.parametrize("code", ["31", *CITIES])
def test_every_label_stands_inside_its_area_and_every_area_inside_the_picture(code):
    schematic = maps()[code]
    left, top, width, height = map(float, schematic.view_box.split())
    outside = [
        shape.code
        for shape in schematic.shapes
        for x, y in (point for ring in rings(shape) for point in ring)
        if not (left <= x <= left + width and top <= y <= top + height)
    ]

    assert outside == []
    assert [s.code for s in schematic.shapes if not (holds(s, s.x, s.y) and holds(s, s.x, s.y + 26))] == []


@pytest.mark.parametrize("city", LAND)
def test_places_are_true_west_is_left_and_north_is_up(city):
    """Along each axis the order on the map and the true order agree for nearly all pairs."""
    centres = {
        code: (float(row["lon"]), -float(row["lat"])) for code, row in FACTS.items() if code.startswith(city)
    }
    shapes = by_code(city)

    def middle(code: str) -> Point:
        points = [point for ring in rings(shapes[code]) for point in ring]
        return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)

    for axis in (0, 1):
        far = [
            (a, b) for a, b in combinations(centres, 2) if abs(centres[a][axis] - centres[b][axis]) > 0.015
        ]
        turned = [
            (a, b)
            for a, b in far
            if (centres[a][axis] - centres[b][axis]) * (middle(a)[axis] - middle(b)[axis]) < 0
        ]
        assert len(turned) <= 0.07 * len(far), turned


@pytest.mark.parametrize("code", ["31", *CITIES])
def test_a_map_stays_under_twelve_kilobytes_as_markup(code):
    figures = {
        shape.code: Figure("104%", 5, "1.036 dari 1.000 orang", f"/peserta/?kecamatan={shape.code}")
        for shape in maps()[code].shapes
    }
    markup = render_to_string("components/map.html", {"map": drawn(code, figures), "label": "Peta"})

    assert len(markup.encode()) < 12_000
    assert markup.count("<a href=") == len(figures)


def test_dark_steps_carry_light_ink_and_an_area_without_a_figure_shows_a_dash():
    areas = {area.label: area for area in drawn("31.73", {"31.73.06": Figure("96%", 4, "964 orang")}).areas}

    assert (areas["Kalideres"].ink, areas["Kalideres"].value) == ("lt", "96%")
    assert (areas["Cengkareng"].ink, areas["Cengkareng"].value) == ("dk", "-")


def test_an_area_without_a_map_has_none():
    assert drawn("32.75", {}) is None
