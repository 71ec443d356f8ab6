"""Build static/img/icons.svg from the list in okoce/ui/icons.py and the SVG files of bootstrap-icons.

npm pack bootstrap-icons && tar xf bootstrap-icons-*.tgz
manage.py build_icons package/icons      after a name was added
manage.py build_icons --prune            drop the names that nobody uses; needs no SVG files
"""

import re
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from okoce.ui.icons import ICONS, MARK

ROOT = Path(__file__).resolve().parents[4]
TARGET = ROOT / "static" / "img" / "icons.svg"
LIST = ROOT / "okoce" / "ui" / "icons.py"
WORD = re.compile(r"[\"']([a-z0-9]+(?:-[a-z0-9]+)*)[\"']")
SHAPE = re.compile(r"<(?:path|circle|rect|ellipse|polygon)\b[^>]*/>")
STEP_ANGLE = 13.914  # a seventh of the ring's length, radius 15.5


def mark() -> str:
    """The seven-part ring: five parts kunyit, two teluk."""
    parts = "".join(
        f'<circle cx="20" cy="20" r="15.5" stroke="{"#f2b134" if step < 5 else "#5fa89d"}"'
        f' stroke-dasharray="10.4 87.1" stroke-dashoffset="{-STEP_ANGLE * step:.2f}"/>'
        for step in range(7)
    )
    return (
        f'<symbol id="{MARK}" viewBox="0 0 40 40"><g fill="none" stroke-width="6"'
        f' transform="rotate(-90 20 20)">{parts}</g>'
        '<circle cx="20" cy="20" r="5" fill="currentColor"/></symbol>'
    )


def used_names() -> set[str]:
    """Icon names in templates, and every quoted word of our Python that could be one."""
    found: set[str] = set()
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"\{% icon \"([\w-]+)\"", text))
        found |= set(re.findall(r"icon(?:_name)?=\"([\w-]+)\"", text))
    for top in ("okoce", "participants", "trainings", "bazaars"):
        for path in (ROOT / top).rglob("*.py"):
            if path.name != "icons.py":
                found |= set(WORD.findall(path.read_text(encoding="utf-8")))
    return found


def present_symbols() -> dict[str, str]:
    sprite = TARGET.read_text(encoding="utf-8")
    return {name: symbol for symbol, name in re.findall(r'(<symbol id="([\w-]+)".*?</symbol>)', sprite)}


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "icons", type=Path, nargs="?", help="folder with the SVG files of bootstrap-icons"
        )
        parser.add_argument("--prune", action="store_true", help="drop names that nobody uses")

    def handle(self, *args, icons: Path | None = None, prune: bool = False, **options):
        names = [name for name in ICONS if not prune or name in used_names()]
        present = present_symbols() if icons is None else {}
        symbols = [mark()]
        for name in names:
            source = icons / f"{name}.svg" if icons else None
            if source and source.exists():
                shapes = "".join(SHAPE.findall(source.read_text(encoding="utf-8")))
                symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{shapes}</symbol>')
            elif name in present:
                symbols.append(present[name])
            else:
                raise CommandError(
                    f"no shape for the icon {name!r}: give the folder of bootstrap-icons' SVG files"
                )
        TARGET.write_text(
            '<svg xmlns="http://www.w3.org/2000/svg">' + "\n".join(symbols) + "</svg>\n", encoding="utf-8"
        )
        if prune:
            listed = LIST.read_text(encoding="utf-8")
            begin = listed.index("ICONS = (")
            rows = "".join(f'    "{name}",\n' for name in names)
            LIST.write_text(f"{listed[:begin]}ICONS = (\n{rows})\n", encoding="utf-8")
        self.stdout.write(f"{len(names)} icons, {TARGET.stat().st_size} bytes")
