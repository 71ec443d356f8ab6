"""Translations without system gettext: read the sources, check the Indonesian, write the catalogue.

    python -m okoce.ui.translations extract              list every string with its places
    python -m okoce.ui.translations check                every fault with file:line; status 1 when any
    python -m okoce.ui.translations compile              write locale/id/LC_MESSAGES/django.mo (checks first)
    python -m okoce.ui.translations missing --part NAME [--under PATH …]
                                                         append empty entries for what has no Indonesian yet

English is the language of the source and needs no catalogue. The Indonesian lives in
``locale/id/parts/*.po``, one file per part of the portal; the compiled ``.mo`` is never committed.
"""

import argparse
import ast
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from django.template.base import Lexer, TokenType
from django.utils.translation import trim_whitespace
from django.utils.translation.template import (
    block_re,
    constant_re,
    context_re,
    endblock_re,
    inline_re,
    plural_re,
)

ROOT = Path(__file__).resolve().parents[2]
PARTS = ROOT / "locale" / "id" / "parts"
CATALOGUE = ROOT / "locale" / "id" / "LC_MESSAGES" / "django.mo"
PYTHON_ROOTS = ("okoce", "participants", "trainings", "bazaars")
TEMPLATE_ROOTS = ("templates",)
TEMPLATE_SUFFIXES = {".html", ".txt", ".xml", ".svg", ".typ"}
HEADER = {
    "Language": "id",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}

# position of (context, msgid, plural) in the call, by Django's function name
FUNCTIONS: dict[str, tuple[int | None, int, int | None]] = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}

Key = tuple[str | None, str]  # (context, msgid)
NAMED = re.compile(r"%\((\w[\w.|:\"']*)\)[sdif]")
POSITIONAL = re.compile(r"(?<!%)(?:%%)*%([sdifr])(?![a-z])")
BRACED = re.compile(r"(?<!\{)\{(\w*)(?::[^{}]*)?\}(?!\})")


@dataclass(frozen=True)
class Use:
    """One place of the source where a string stands."""

    context: str | None
    msgid: str
    plural: str | None
    path: str
    line: int

    @property
    def key(self) -> Key:
        return (self.context, self.msgid)

    @property
    def where(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass
class Report:
    """What `check` found. Only errors fail the build."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    missing: list[Use] = field(default_factory=list)


# ---------------------------------------------------------------- reading the sources


def _text(node: ast.expr) -> str | None:
    """The literal text of an argument, or None when it is computed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left), _text(node.right)
        return None if left is None or right is None else left + right
    return None


def uses_in_python(source: str, path: str) -> Iterator[Use]:
    """Every translated literal, whatever alias the functions were imported under.

    Raises SyntaxError for a translated f-string: its text is not known before it runs.
    """
    tree = ast.parse(source, filename=path)
    aliases: dict[str, str] = {}
    modules: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            aliases.update({n.asname or n.name: n.name for n in node.names if n.name in FUNCTIONS})
        elif isinstance(node, ast.ImportFrom) and node.module == "django.utils":
            modules.update(n.asname or n.name for n in node.names if n.name == "translation")
    if not aliases and not modules:
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        function = node.func
        if isinstance(function, ast.Name):
            name = aliases.get(function.id)
        elif isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            name = function.attr if function.value.id in modules and function.attr in FUNCTIONS else None
        else:
            name = None
        if name is None:
            continue
        at_context, at_msgid, at_plural = FUNCTIONS[name]
        if any(isinstance(a, ast.JoinedStr) for a in node.args[: at_msgid + 1]):
            raise SyntaxError(f"{path}:{node.lineno}: an f-string cannot be translated")
        if len(node.args) <= max(at_msgid, at_plural or 0, at_context or 0):
            continue
        msgid = _text(node.args[at_msgid])
        if not msgid:
            continue
        yield Use(
            _text(node.args[at_context]) if at_context is not None else None,
            msgid,
            _text(node.args[at_plural]) if at_plural is not None else None,
            path,
            node.args[at_msgid].lineno,
        )


def _unquote(literal: str) -> str:
    return literal[1:-1]


def uses_in_template(source: str, path: str) -> Iterator[Use]:
    """{% translate %}, {% blocktranslate %} and _("…") of a template, as Django will look them up."""
    singular: list[str] = []
    plural: list[str] | None = None
    block: tuple[str | None, bool, int] | None = None
    in_comment = False
    for token in Lexer(source).tokenize():
        is_block = token.token_type == TokenType.BLOCK
        if in_comment:
            in_comment = not (is_block and token.contents == "endcomment")
        elif block is not None:
            if is_block and endblock_re.match(token.contents):
                context, trimmed, line = block
                texts = ["".join(singular), None if plural is None else "".join(plural)]
                one, many = (trim_whitespace(t) if trimmed and t else t for t in texts)
                if one:
                    yield Use(context, one, many, path, line)
                singular, plural, block = [], None, None
            elif is_block and plural_re.match(token.contents):
                plural = []
            elif is_block:
                raise SyntaxError(f"{path}:{token.lineno}: {{% {token.contents} %}} inside blocktranslate")
            elif token.token_type == TokenType.VAR:
                (singular if plural is None else plural).append(f"%({token.contents})s")
            elif token.token_type == TokenType.TEXT:
                (singular if plural is None else plural).append(token.contents.replace("%", "%%"))
        elif token.token_type in (TokenType.BLOCK, TokenType.VAR):
            contents = token.contents
            if is_block and contents.split()[0] == "comment":
                in_comment = True
                continue
            if is_block and (found := block_re.match(contents)):
                context = _unquote(context_re.match(found[1])[1]) if found[1] else None
                block = (context, "trimmed" in contents.split(), token.lineno)
                continue
            if is_block and (found := inline_re.match(contents)):
                context = _unquote(context_re.match(found[2])[1]) if found[2] else None
                yield Use(context, _unquote(found[1]).replace("%", "%%"), None, path, token.lineno)
            for literal in constant_re.findall(contents):
                yield Use(None, _unquote(literal).replace("%", "%%"), None, path, token.lineno)


def sources(root: Path = ROOT) -> Iterator[Path]:
    for top in PYTHON_ROOTS:
        for path in sorted((root / top).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path
    for top in TEMPLATE_ROOTS:
        for path in sorted((root / top).rglob("*")):
            if path.suffix in TEMPLATE_SUFFIXES and path.is_file():
                yield path


def uses(root: Path = ROOT) -> tuple[list[Use], list[str]]:
    """Every string of the sources, and what could not be read."""
    found: list[Use] = []
    faults: list[str] = []
    for path in sources(root):
        name = str(path.relative_to(root))
        text = path.read_text(encoding="utf-8")
        try:
            if path.suffix == ".py":
                if "translation" in text:
                    found.extend(uses_in_python(text, name))
            elif "translate" in text or "trans " in text or "_(" in text:
                found.extend(uses_in_template(text, name))
        except SyntaxError as error:
            faults.append(str(error))
    return found, faults


# ---------------------------------------------------------------- checking


def placeholders(text: str) -> tuple[frozenset[str], tuple[str, ...], frozenset[str]]:
    """Named %(x)s, positional %s and {x} of a text; these must survive translation."""
    return (frozenset(NAMED.findall(text)), tuple(POSITIONAL.findall(text)), frozenset(BRACED.findall(text)))


def _entry_faults(entry: polib.POEntry, where: str) -> Iterator[str]:
    if entry.fuzzy:
        yield f"{where}: fuzzy: {entry.msgid!r}"
    if entry.msgid_plural:
        forms = entry.msgstr_plural
        if set(forms) != {0}:
            yield f"{where}: Indonesian has one plural form, write only msgstr[0]: {entry.msgid!r}"
            return
        text, wanted = forms[0], entry.msgid_plural
    else:
        text, wanted = entry.msgstr, entry.msgid
    if text and placeholders(text) != placeholders(wanted):
        yield f"{where}: placeholders differ: {wanted!r} / {text!r}"
    if text and (wanted[:1] == "\n", wanted[-1:] == "\n") != (text[:1] == "\n", text[-1:] == "\n"):
        yield f"{where}: a line break at the beginning or end differs: {wanted!r}"


def read_parts(folder: Path = PARTS) -> tuple[dict[Key, polib.POEntry], list[str]]:
    """All parts as one table, and the faults of the files themselves."""
    table: dict[Key, polib.POEntry] = {}
    origin: dict[Key, str] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*.po")):
        try:
            entries = polib.pofile(str(path), encoding="utf-8", check_for_duplicates=False)
        except (OSError, ValueError) as error:
            faults.append(f"{path.name}: cannot be read: {error}")
            continue
        for entry in entries:
            if entry.obsolete or not entry.msgid:
                continue
            where = f"{path.name}:{entry.linenum}"
            faults.extend(_entry_faults(entry, where))
            key = (entry.msgctxt, entry.msgid)
            known = table.get(key)
            if known is None or not _translated(known):
                table[key], origin[key] = entry, where
            elif _translated(entry) and (entry.msgstr or entry.msgstr_plural.get(0)) != (
                known.msgstr or known.msgstr_plural.get(0)
            ):
                faults.append(f"{where}: {entry.msgid!r} is translated otherwise in {origin[key]}")
            elif entry.msgid_plural and not known.msgid_plural:
                table[key], origin[key] = entry, where
    return table, faults


def _translated(entry: polib.POEntry) -> bool:
    return bool(entry.msgstr_plural.get(0)) if entry.msgid_plural else bool(entry.msgstr)


def check(found: list[Use], table: dict[Key, polib.POEntry]) -> Report:
    report = Report()
    seen: dict[Key, Use] = {}
    reported: set[Key] = set()
    for use in found:
        first = seen.setdefault(use.key, use)
        if use.plural and first.plural and use.plural != first.plural:
            report.errors.append(f"{use.where}: other plural than in {first.where}: {use.msgid!r}")
        entry = table.get(use.key)
        if entry is None or not _translated(entry):
            report.errors.append(
                f"{use.where}: no Indonesian: {use.msgid!r}"
                + (f" (context {use.context!r})" if use.context else "")
            )
            if use.key not in reported:
                report.missing.append(use)
                reported.add(use.key)
        elif use.plural and entry.msgid_plural != use.plural:
            report.errors.append(
                f"{use.where}: the Indonesian has another msgid_plural "
                f"({entry.msgid_plural!r}) than the source ({use.plural!r})"
            )
    report.warnings.extend(
        f"not used any more: {msgid!r}" for context, msgid in table if (context, msgid) not in seen
    )
    return report


# ---------------------------------------------------------------- writing


def write_catalogue(table: dict[Key, polib.POEntry], target: Path = CATALOGUE) -> None:
    """Write the .mo in one step, so that a process that reads it never sees half of it."""
    catalogue = polib.POFile(encoding="utf-8")
    catalogue.metadata = dict(HEADER)
    catalogue.extend(entry for entry in table.values() if _translated(entry) and not entry.fuzzy)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".tmp")
    os.close(handle)
    catalogue.save_as_mofile(temporary)
    os.chmod(temporary, 0o644)
    os.replace(temporary, target)


def compile_parts(folder: Path = PARTS, target: Path = CATALOGUE) -> None:
    table, _faults = read_parts(folder)
    write_catalogue(table, target)


def ensure_compiled(folder: Path = PARTS, target: Path = CATALOGUE) -> bool:
    """Write the catalogue when a part is newer. Returns whether it was written."""
    newest = max([folder.stat().st_mtime, *(p.stat().st_mtime for p in folder.glob("*.po"))])
    if target.exists() and target.stat().st_mtime >= newest:
        return False
    compile_parts(folder, target)
    return True


def append_stubs(part: Path, missing: list[Use]) -> int:
    """Append one empty entry per missing string that the part does not hold yet."""
    catalogue = polib.pofile(str(part)) if part.exists() else polib.POFile()
    if not part.exists():
        catalogue.metadata = dict(HEADER)
    held = {(entry.msgctxt, entry.msgid) for entry in catalogue}
    new = [use for use in missing if use.key not in held]
    for use in new:
        catalogue.append(
            polib.POEntry(
                msgctxt=use.context,
                msgid=use.msgid,
                msgid_plural=use.plural or "",
                msgstr_plural={0: ""} if use.plural else {},
                occurrences=[(use.path, "")],
            )
        )
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_text(str(catalogue).rstrip("\n") + "\n", encoding="utf-8")
    return len(new)


def _default_paths(part: str) -> list[str]:
    return [f"{part}/", f"okoce/{part}/", f"templates/{part}/"]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m okoce.ui.translations", description=__doc__.split("\n")[0]
    )
    parser.add_argument("what", choices=["extract", "check", "compile", "missing"])
    parser.add_argument("--part", help="name of the file in locale/id/parts, without .po")
    parser.add_argument(
        "--under", nargs="*", help="only strings of files whose path begins like one of these"
    )
    options = parser.parse_args(arguments)
    found, faults = uses()
    if options.what == "extract":
        for use in sorted(found, key=lambda u: (u.path, u.line)):
            print(f"{use.where}: {use.msgid!r}" + (f" / {use.plural!r}" if use.plural else ""))
        return 0
    table, part_faults = read_parts()
    report = check(found, table)
    if options.what == "missing":
        if not options.part:
            parser.error("missing needs --part NAME")
        under = tuple(options.under or _default_paths(options.part))
        wanted = [use for use in report.missing if use.path.startswith(under)]
        added = append_stubs(PARTS / f"{options.part}.po", wanted)
        print(
            f"{added} empty entries added to locale/id/parts/{options.part}.po, "
            f"{len(wanted) - added} were there"
        )
        return 0
    under = tuple(options.under or [""])
    errors = [*faults, *part_faults, *(e for e in report.errors if e.startswith(under))]
    for warning in report.warnings if not options.under else []:
        print(f"warning: {warning}", file=sys.stderr)
    for error in errors:
        print(error)
    if options.what == "compile":
        write_catalogue(table)
    print(f"{len({u.key for u in found})} strings, {len(table)} translated entries, {len(errors)} faults")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
