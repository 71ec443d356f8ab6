"""Build static/img/icons.svg from the list in okoce/ui/icons.py and the SVG files of bootstrap-icons.

npm pack bootstrap-icons && tar xf bootstrap-icons-*.tgz
manage.py build_icons package/icons
"""

import re
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from okoce.ui.icons import ICONS, MARK

TARGET = Path(__file__).resolve().parents[4] / "static" / "img" / "icons.svg"
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
        f' transform="rotate(-90 20 20)">{parts}</g><circle cx="20" cy="20" r="5" fill="currentColor"/></symbol>'
    )


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("icons", type=Path, help="folder with the SVG files of bootstrap-icons")

    def handle(self, *args, icons: Path, **options):
        symbols = [mark()]
        for name in ICONS:
            source = icons / f"{name}.svg"
            if not source.exists():
                raise CommandError(f"bootstrap-icons has no icon {name!r} (looked for {source})")
            shapes = "".join(SHAPE.findall(source.read_text(encoding="utf-8")))
            symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{shapes}</symbol>')
        TARGET.write_text(
            '<svg xmlns="http://www.w3.org/2000/svg">' + "\n".join(symbols) + "</svg>\n", encoding="utf-8"
        )
        self.stdout.write(f"{len(ICONS)} icons, {TARGET.stat().st_size} bytes")
