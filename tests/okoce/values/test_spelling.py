import pytest

from okoce.values import spelling


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("soekarno", "sukarno"),
        ("djoko", "joko"),
        ("tjahjono", "cahyono"),
        ("khairul", "hairul"),
        ("syarif", "sarif"),
        ("khairunnisa", "hairunisa"),
        ("aminah", "amina"),
        ("novita", "nofita"),
        ("jusuf", "yusuf"),
        ("zainal", "sainal"),
    ],
)
def test_spellings_of_one_word_sound_the_same(one, other):
    assert spelling.sound(one) == spelling.sound(other)


@pytest.mark.parametrize(
    ("one", "other", "is_slip"),
    [
        ("budi", "bdui", True),
        ("budi", "budi", True),
        ("budi", "bud", True),
        ("budi", "buddi", True),
        ("budi", "rudi", True),
        ("budi", "ubdi", True),
        ("budi", "buid", True),
        ("budi", "bu", False),
        ("budi", "rudy", False),
        ("budi", "iubd", False),
        ("", "", True),
        ("", "a", True),
    ],
)
def test_one_slip(one, other, is_slip):
    assert spelling.is_one_slip(one, other) is is_slip
    assert spelling.is_one_slip(other, one) is is_slip


def test_short_words_are_names_of_their_own():
    assert not spelling.is_near("ani", "ina")
    assert not spelling.is_near("eka", "eko")


@pytest.mark.parametrize("word", ["wasano", "khairunnisa", "tasdjayanto", "hendro"])
def test_whatever_is_one_slip_away_shares_a_trace(word):
    traces = set(spelling.traces(word))
    slips = {word[:at] + word[at + 1 :] for at in range(len(word))}
    slips |= {word[:at] + word[at] + word[at:] for at in range(len(word))}
    slips |= {word[:at] + "x" + word[at + 1 :] for at in range(len(word))}
    slips |= {word[:at] + word[at : at + 2][::-1] + word[at + 2 :] for at in range(len(word) - 1)}

    assert [slip for slip in slips if not traces & set(spelling.traces(slip))] == []
