"""Translations: complete Indonesian, and a checker that sees what goes wrong."""

import gettext

import polib
import pytest
from django.utils import translation
from django.utils.translation import ngettext

from okoce.ui import translations
from okoce.ui.translations import Use, uses_in_python, uses_in_template


def keys(found):
    return [(use.context, use.msgid, use.plural, use.line) for use in found]


def part(tmp_path, text):
    (tmp_path / "a.po").write_text(text, encoding="utf-8")
    return translations.read_parts(tmp_path)


def test_rule_67_every_string_has_its_indonesian():
    found, faults = translations.uses()
    table, part_faults = translations.read_parts()

    assert faults + part_faults + translations.check(found, table).errors == []


def test_python_functions_are_found_under_any_alias():
    source = (
        "from django.utils.translation import gettext_lazy as _, ngettext as many, pgettext as within\n"
        "from django.utils import translation\n"
        "a = _('one ' 'text')\n"
        "b = many('%(n)s row', '%(n)s rows', n)\n"
        "c = within('month', 'May')\n"
        "d = translation.gettext('far')\n"
        "e = _(computed)\n"
        "f = other('not ours')\n"
    )

    assert keys(uses_in_python(source, "x.py")) == [
        (None, "one text", None, 3),
        (None, "%(n)s row", "%(n)s rows", 4),
        ("month", "May", None, 5),
        (None, "far", None, 6),
    ]


def test_a_translated_f_string_is_refused():
    source = "from django.utils.translation import gettext as _\n_(f'hello {name}')\n"

    with pytest.raises(SyntaxError, match=r"x\.py:2"):
        list(uses_in_python(source, "x.py"))


def test_template_strings_are_found_as_django_looks_them_up():
    source = (
        '{% comment %}{% translate "hidden" %}{% endcomment %}{# _("hidden") #}'
        '{% translate "Done 50%" %}{{ x|default:_("none yet") }}{% translate "May" context "month" %}\n'
        '{% include "a" with label=_("Label") only %}\n'
        "{% blocktranslate trimmed count n=rows with name=x.name %}\n  {{ n }} row\n  of {{ name }}\n"
        "{% plural %}\n  {{ n }} rows of {{ name }}\n{% endblocktranslate %}"
    )

    assert keys(uses_in_template(source, "x.html")) == [
        (None, "Done 50%%", None, 1),
        (None, "none yet", None, 1),
        ("month", "May", None, 1),
        (None, "Label", None, 2),
        (None, "%(n)s row of %(name)s", "%(n)s rows of %(name)s", 3),
    ]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ('#, fuzzy\nmsgid "a"\nmsgstr "b"\n', "fuzzy"),
        ('msgid "%(n)s rows"\nmsgstr "%(m)s baris"\n', "placeholders differ"),
        ('msgid "{name} came"\nmsgstr "datang"\n', "placeholders differ"),
        ('msgid "%d of %s"\nmsgstr "%s dari %d"\n', "placeholders differ"),
        ('msgid "row"\nmsgid_plural "rows"\nmsgstr[0] "baris"\nmsgstr[1] "baris"\n', "one plural form"),
        ('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', "translated otherwise"),
    ],
)
def test_a_faulty_entry_is_named(tmp_path, entry, words):
    _table, faults = part(tmp_path, entry)

    assert len(faults) == 1
    assert words in faults[0]
    assert faults[0].startswith("a.po:")


def test_a_missing_string_is_reported_with_its_place(tmp_path):
    table, _faults = part(tmp_path, 'msgid "other"\nmsgstr "lain"\n')
    report = translations.check([Use(None, "hello", None, "x.html", 7)], table)

    assert report.errors == ["x.html:7: no Indonesian: 'hello'"]
    assert report.warnings == ["not used any more: 'other'"]


def test_an_empty_entry_counts_as_missing(tmp_path):
    table, _faults = part(tmp_path, 'msgid "hello"\nmsgstr ""\n')

    assert len(translations.check([Use(None, "hello", None, "x.html", 7)], table).errors) == 1


def test_stubs_are_appended_once(tmp_path):
    target = tmp_path / "a.po"
    missing = [Use("month", "May", None, "x.html", 1), Use(None, "row", "rows", "x.html", 2)]

    assert translations.append_stubs(target, missing) == 2
    assert translations.append_stubs(target, missing) == 0
    assert [(e.msgctxt, e.msgid, e.msgid_plural) for e in polib.pofile(str(target))] == [
        ("month", "May", ""),
        (None, "row", "rows"),
    ]


def test_compiled_catalogue_is_read_by_gettext(tmp_path):
    (tmp_path / "a.po").write_text(
        'msgid "row"\nmsgid_plural "%(n)s rows"\nmsgstr[0] "%(n)s baris"\n\n'
        'msgctxt "month"\nmsgid "May"\nmsgstr "Mei"\n'
    )
    target = tmp_path / "out" / "django.mo"
    translations.compile_parts(tmp_path, target)
    with target.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)

    assert [catalogue.ngettext("row", "%(n)s rows", n) for n in (1, 5)] == ["%(n)s baris", "%(n)s baris"]
    assert catalogue.pgettext("month", "May") == "Mei"


def test_catalogue_is_written_only_when_a_part_is_newer(tmp_path):
    (tmp_path / "a.po").write_text('msgid "a"\nmsgstr "b"\n')
    target = tmp_path / "out.mo"

    assert [translations.ensure_compiled(tmp_path, target) for _ in range(2)] == [True, False]


def test_english_keeps_its_own_words_and_plurals():
    one, many = "%(count)s answer needs mending", "%(count)s answers need mending"
    with translation.override("en"):
        english = [ngettext(one, many, n) % {"count": n} for n in (1, 2)]
    with translation.override("id"):
        indonesian = [ngettext(one, many, n) % {"count": n} for n in (1, 2)]

    assert english == ["1 answer needs mending", "2 answers need mending"]
    assert indonesian == ["Ada 1 isian yang perlu diperbaiki", "Ada 2 isian yang perlu diperbaiki"]
