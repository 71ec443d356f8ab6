"""Every kind of message that this portal can send: it has its texts, in both languages, and nothing private
in them.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings

from okoce.notifications import compose, gaps, kinds, safety, texts
from okoce.notifications.channels.sms import wording
from okoce.notifications.enums import Channel
from okoce.notifications.sms_length import sms_length

PRIVATE = re.compile(
    r"\b(nik|kk|npwp|phone|telephone|address|alamat|amount|rupiah|turnover|omzet|birth_date|rt|rw)\b"
)
KINDS = [pytest.param(kind, id=kind.code) for kind in kinds.registered()]
FOLDER = Path(settings.BASE_DIR) / "templates" / "messages"
LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_its_texts_say_something_and_hold_nothing_private(kind, language):
    for channel in kind.channels:
        for part, text in compose.sample_letter(kind, channel, language=language).items():
            assert text, f"{kind.code}/{part} is empty"
            assert safety.problem_in(text) == ""
            if part == "subject":
                assert "\n" not in text
                assert len(text) <= 120


@pytest.mark.parametrize(
    "path", sorted(FOLDER.rglob("*.txt")), ids=lambda path: str(path.relative_to(FOLDER))
)
def test_no_text_names_a_private_value(path):
    tags = re.findall(r"\{[{%].*?[%}]\}", path.read_text())
    includes = [tag for tag in tags if re.match(r"\{%\s*(include|extends)\b", tag)]

    assert [tag for tag in tags if PRIVATE.search(tag)] == []
    assert [tag for tag in includes if '"messages/' not in tag] == []


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_words_in_both_languages(kind):
    """The two languages differ: a text that forgot its translation would read the same."""
    for channel in kind.channels:
        id_text, en_text = (compose.sample_letter(kind, channel, language=code) for code in ("id", "en"))
        assert id_text != en_text


@pytest.mark.parametrize("kind", [one for one in KINDS if Channel.SMS in one.values[0].channels])
@pytest.mark.parametrize("language", LANGUAGES)
def test_as_an_sms_it_has_three_parts_at_most_in_the_small_alphabet(kind, language):
    (text,) = compose.sample_letter(kind, Channel.SMS, language=language).values()
    told = sms_length(wording(text, brand="OK OCE"))

    assert (told.odd, told.parts <= 3) == ("", True), f"{told.parts} parts"


def test_every_folder_of_texts_belongs_to_a_kind():
    codes = {path.name for path in FOLDER.iterdir() if path.is_dir()}

    assert codes - {kind.code for kind in kinds.registered()} == set()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_its_registered_texts_name_known_gaps_and_all_that_is_needed(kind, language):
    if Channel.WHATSAPP not in kind.channels or kind.is_free_text:
        pytest.skip("no registered text")
    text = compose.registered_text(kind, language)

    assert set(texts.gaps(text)) - gaps.names(kind, "whatsapp") == set()
    assert gaps.missing(kind, "whatsapp", text) == []
    assert gaps.private_in(text) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_gap_of_it_has_a_meaning_and_a_value_and_none_is_private(kind):
    known = gaps.names(kind, "text")

    assert known & safety.FORBIDDEN_KEYS == set()
    assert known - set(compose.sample_lines(kind, language="id")) == set()
