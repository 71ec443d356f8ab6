"""Rules of the house that our own source must keep (docs: house style)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("okoce", "participants", "trainings", "bazaars")
# Layers in which people's data has one doorway: what serves a person never starts from all rows.
SERVING = {"views", "forms", "filters", "exports", "tasks"}
# Catalogues that everybody may read: they hold nobody's data.
CATALOGUES = {"Activity", "Organisation", "Region", "Sector"}
# Doorways: what this person may see, and what is published for everybody.
DOORWAYS = {"visible_to", "public", "published"}


def sources() -> Iterator[Path]:
    for app in APPS:
        yield from (p for p in (ROOT / app).rglob("*.py") if "migrations" not in p.parts)


def serving_sources() -> list[Path]:
    found = []
    for path in sources():
        parts = path.relative_to(ROOT).with_suffix("").parts
        if SERVING & set(parts):
            found.append(path)
    return sorted(found)


def doorway_faults(source: str) -> list[str]:
    """``line: expression`` for every manager that is not entered by a doorway."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    faults = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        if node.attr in ("_default_manager", "_base_manager", "everybody"):
            faults.append(f"{node.lineno}: {ast.unparse(node)}")
        if node.attr != "objects":
            continue
        model = node.value.id if isinstance(node.value, ast.Name) else ast.unparse(node.value)
        parent = parents[node]
        method = parent.attr if isinstance(parent, ast.Attribute) else ""
        if model not in CATALOGUES and method not in DOORWAYS:
            faults.append(f"{node.lineno}: {model}.objects.{method}")
    return faults


@pytest.mark.parametrize("path", serving_sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_what_serves_a_person_starts_from_visible_to(path):
    assert doorway_faults(path.read_text()) == [], (
        "Start from Model.objects.visible_to(user), or move the question to a service, a rule or a queryset"
    )


@pytest.mark.parametrize(
    ("source", "is_fault"),
    [
        ("Participant.objects.all()", True),
        ("Participant.objects.filter(pk=1)", True),
        ("models.Participant.objects.get(pk=1)", True),
        ("rows = Participant.objects", True),
        ("Participant._default_manager.all()", True),
        ("Participant.everybody.filter(pk=1)", True),
        ("Participant.objects.visible_to(user).filter(pk=1)", False),
        ("Site.objects.public()", False),
        ("Region.objects.cities()", False),
    ],
)
def test_the_doorway_test_sees_a_way_around(source, is_fault):
    assert bool(doorway_faults(source)) == is_fault


def code_of(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text()))


def calls(path: Path) -> Iterator[str]:
    for node in code_of(path):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def test_only_one_module_reads_the_environment():
    readers = [
        str(path.relative_to(ROOT))
        for path in sources()
        if "embedded" not in path.parts  # starts servers before there are settings
        for node in code_of(path)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv")
    ]

    assert sorted(set(readers)) == ["okoce/settings/env.py"]


def test_the_clock_is_asked_for_the_day_in_jakarta():
    faults = [
        f"{path.relative_to(ROOT)}: {name}()"
        for path in sources()
        for name in calls(path)
        if name in ("date.today", "datetime.today", "datetime.utcnow", "datetime.date.today")
    ]

    assert faults == []


def test_nothing_is_printed_or_marked_safe_from_data():
    faults = [
        f"{path.relative_to(ROOT)}: {name}()"
        for path in sources()
        if not {"management", "embedded", "translations.py"} & set(path.parts)
        for name in calls(path)
        if name in ("print", "mark_safe", "eval", "exec", "pickle.loads", "csrf_exempt")
        and path.name not in ("verify_draw.py", "child.py")  # scripts that speak through their output
    ]

    assert faults == []


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", templates(), ids=lambda p: str(p.relative_to(ROOT)))
def test_templates_hold_no_inline_script_or_style(path):
    text = path.read_text()
    forbidden = ("<style", " style=", " onclick=", " onload=", " onchange=", " hx-on", "javascript:", "js:")
    inline = [mark for mark in forbidden if mark in text]
    scripts = [part.split(">")[0] for part in text.split("<script")[1:]]

    assert inline == []
    assert [script for script in scripts if " src=" not in script] == []


@pytest.mark.parametrize("path", templates(), ids=lambda p: str(p.relative_to(ROOT)))
def test_every_form_that_posts_carries_its_token(path):
    forms = [part.split("</form>")[0] for part in path.read_text().split("<form")[1:]]

    assert [f[:80] for f in forms if 'method="post"' in f.split(">")[0] and "{% csrf_token %}" not in f] == []
