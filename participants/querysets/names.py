"""Names searched by their words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db import models

from okoce.values import names

# Nur'aini and Nur-aini are found by either half, as people write them.
_WORDS = "array_to_tsvector(array_remove(string_to_array(translate(%(expressions)s, '''-', '  '), ' '), ''))"


class NameWords(models.Func):
    """The words of a name key. The table keeps them in ``name_words`` (migration 0020)."""

    template = _WORDS
    output_field = SearchVectorField()


class HasWords(models.Func):
    """Condition: a name holds words, given as a tsquery of ours (``words_query``).

    ``name_words`` is a column that PostgreSQL alone keeps: no query fetches it, no history repeats it.
    """

    template = "%(expressions)s @@ %(wanted)s::tsquery"
    output_field = models.BooleanField()

    def __init__(self, wanted: str) -> None:
        super().__init__(models.F("name_key"))
        self.wanted = wanted

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        sql, params = super().as_sql(compiler, connection, wanted="%s", **extra)
        return sql.replace('"name_key"', '"name_words"'), [*params, self.wanted]


def words_query(choices: Sequence[Sequence[str]], *, beginnings: bool = False) -> str:
    """A tsquery: of each list of words one must occur (with ``beginnings``: a word that begins like it)."""
    end = ":*" if beginnings else ""
    return " & ".join("(" + " | ".join(_lexeme(word) + end for word in words) + ")" for words in choices)


def _lexeme(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def names_searched(query: str) -> list[str]:
    """The words of a search as they stand in name keys; at most six."""
    return names.words(names.key(query))[:6]
