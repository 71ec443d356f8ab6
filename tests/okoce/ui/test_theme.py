"""The stylesheets and the templates keep the promises of the design: one set of tokens, nothing inline."""

import re
from pathlib import Path

import pytest

from okoce.ui.context import THEME_COLOUR
from okoce.ui.icons import ICONS, MARK
from okoce.ui.management.commands.build_icons import used_names

ROOT = Path(__file__).resolve().parents[3]
THEME = (ROOT / "static/css/okoce.css").read_text(encoding="utf-8")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "bootstrap5" not in path.parts]
COMPONENTS = sorted((ROOT / "templates/components").glob("*.html"))


def names(paths):
    return [str(path.relative_to(ROOT / "templates")) for path in paths]


def tokens(pattern: str) -> dict[str, str]:
    block = re.search(pattern + r"\{(.*?)\}", THEME, re.DOTALL)
    assert block, pattern
    return dict(re.findall(r"(--oo-[\w-]+|color-scheme):([^;}]+)", block[1]))


def test_automatic_dark_equals_chosen_dark():
    chosen = tokens(r"\n\[data-bs-theme=dark\]")
    automatic = tokens(r":root\[data-bs-theme=auto\]")

    assert len(chosen) > 40
    assert automatic == chosen


def test_every_dark_token_has_a_light_value():
    assert set(tokens(r"\n\[data-bs-theme=dark\]")) == set(tokens(r":root,\[data-bs-theme=light\]"))


def test_browser_bar_has_the_colour_of_the_header():
    assert tokens(r":root,\[data-bs-theme=light\]")["--oo-mast"] == THEME_COLOUR


def test_every_class_of_a_value_sets_it():
    css = (ROOT / "static/css/okoce-values.css").read_text(encoding="utf-8")

    assert re.findall(r"\.v-(\d+)\{--v:(\d+)\}", css) == [(str(n), str(n)) for n in range(101)]


TONES = "primary|secondary|success|danger|warning|info|light|dark|black|transparent"
PARTS = "navbar|jumbotron|accordion|carousel|modal|toast|card|alert|badge|dropdown|tooltip|spinner-border"
FORBIDDEN = {
    "hex colour": r"(?<!&)#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?=[\"';)])(?<!href=\"#...)(?<!href=\"#......)",
    "style attribute": r"\sstyle\s*=",
    "style element": r"<style\b",
    "inline script": r"<script(?![^>]*\ssrc=)[^>]*>",
    "event handler": r"\son\w+\s*=\s*[\"']",
    "hx-on": r"\bhx-on\b",
    "javascript value": r"[\"'=:]\s*(?:js|javascript):",
    "htmx trigger filter": r"hx-trigger=\"[^\"]*\[",
    "safe filter": r"\|\s*safe\b|\{%\s*autoescape off",
    "fixed Bootstrap colour": (
        rf"[\"'\s](?:text-(?:body|muted|white|bg-\w+|{TONES})"
        rf"|bg-(?:body|white|{TONES}))(?=[\"'\s])"
    ),
    "Bootstrap's own part": rf"class=\"(?:[^\"]* )?(?:{PARTS})(?=[\" ])",
    "foreign address": r"(?:src|href)=\"(?:https?:)?//(?!wa\.me)",
}


@pytest.mark.parametrize("path", PAGES, ids=names(PAGES))
def test_templates_hold_nothing_that_breaks_the_policy_or_the_theme(path):
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"))

    assert {what: re.findall(pattern, text) for what, pattern in FORBIDDEN.items()} == {
        what: [] for what in FORBIDDEN
    }


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("hex colour", '<path fill="#f2b134"/>'),
        ("style attribute", '<i style="--v:3"></i>'),
        ("inline script", "<script>alert(1)</script>"),
        ("event handler", '<a onclick="x()">'),
        ("hx-on", '<a hx-on:click="x()">'),
        ("javascript value", '<a hx-vals="js:{a:1}">'),
        ("htmx trigger filter", '<a hx-trigger="click[ctrlKey]">'),
        ("safe filter", "{{ name|safe }}"),
        ("fixed Bootstrap colour", '<p class="mb-2 text-muted">'),
        ("Bootstrap's own part", '<div class="mb-2 alert alert-info">'),
        ("foreign address", '<img src="https://example.org/x.png">'),
    ],
)
def test_the_lint_sees(what, text):
    assert re.search(FORBIDDEN[what], text)


@pytest.mark.parametrize("path", COMPONENTS, ids=names(COMPONENTS))
def test_component_opens_with_a_comment_that_names_its_inputs(path):
    first = path.read_text(encoding="utf-8").split("#}")[0]

    assert re.match(r"\{# .*(?:Inputs: |No inputs)", first)


@pytest.mark.parametrize("path", COMPONENTS, ids=names(COMPONENTS))
def test_component_is_in_the_gallery(path):
    gallery = (ROOT / "templates/ui/gallery.html").read_text(encoding="utf-8")

    assert path.name in gallery


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_components_are_included_with_only(path):
    includes = re.findall(r"\{% include \"components/[^%]*%\}", path.read_text(encoding="utf-8"))

    assert [tag for tag in includes if not tag.rstrip(" %}").endswith(" only")] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_translated_blocks_are_trimmed(path):
    blocks = re.findall(r"\{% blocktrans(?:late)?\b[^%]*%\}", path.read_text(encoding="utf-8"))

    assert [block for block in blocks if " trimmed" not in block] == []


def icons_of_templates() -> set[str]:
    found = set()
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"\{% icon \"([\w-]+)\"", text))
        found |= set(re.findall(r"icon_name=\"([\w-]+)\"", text))
    return found


def test_every_icon_in_a_template_is_in_the_sprite():
    assert icons_of_templates() - {*ICONS, MARK} == set()


def test_sprite_holds_the_listed_icons_and_only_paths():
    sprite = (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")

    assert re.findall(r'<symbol id="([\w-]+)"', sprite) == [MARK, *ICONS]
    assert set(re.findall(r"<(\w+)", sprite)) <= {
        "svg",
        "symbol",
        "path",
        "circle",
        "rect",
        "g",
        "polygon",
        "ellipse",
    }


def test_sprite_holds_no_icon_that_nobody_uses():
    """After a failure: manage.py build_icons --prune."""
    assert set(ICONS) - used_names() == set()


def test_font_is_the_small_subset_with_its_features():
    from fontTools.ttLib import TTFont

    path = ROOT / "static/fonts/plus-jakarta-sans-subset.woff2"
    font = TTFont(path)

    assert path.stat().st_size < 18_000
    assert set(range(0x20, 0x7F)) <= set(font.getBestCmap())
    assert {"kern", "tnum", "pnum"} <= {
        record.FeatureTag
        for table in ("GSUB", "GPOS")
        for record in font[table].table.FeatureList.FeatureRecord
    }
