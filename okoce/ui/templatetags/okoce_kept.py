"""``{% kept "name" value … %}``: a part of the shell that is rendered once a process for each set of values.

The menu and the footer are the same on every page of a person; rendering them anew cost more than a page's
queries.
Inside, ``csrf_token`` and ``shell.here`` may be used: they are put in for each request. Everything else
that the part
shows must be among the values. Nothing is kept while DEBUG is on.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from django import template
from django.conf import settings
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

MOST = 512
CSRF_MARK, HERE_MARK = "kept7csrf7mark", "kept7here7mark"
_kept: OrderedDict[tuple[Any, ...], str] = OrderedDict()


class _Anywhere:
    """The shell of no page in particular."""

    here = HERE_MARK

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shell, name)


class KeptNode(template.Node):
    def __init__(self, nodelist: NodeList, values: list[FilterExpression]) -> None:
        self.nodelist, self.values = nodelist, values

    def render(self, context: Context) -> SafeString:
        if settings.DEBUG:
            return self.nodelist.render(context)
        key = (get_language(), *(_hashable(value.resolve(context)) for value in self.values))
        text = _kept.get(key)
        if text is None:
            shell = context.get("shell")
            with context.push(csrf_token=CSRF_MARK, shell=_Anywhere(shell) if shell else None):
                text = _kept[key] = self.nodelist.render(context)
            if len(_kept) > MOST:
                _kept.popitem(last=False)
        if CSRF_MARK in text:
            text = text.replace(CSRF_MARK, str(context.get("csrf_token") or ""))
        if HERE_MARK in text:
            text = text.replace(HERE_MARK, escape(context["shell"].here))
        return SafeString(text)


def _hashable(value: Any) -> Any:
    """A menu counts by its addresses and marks: its labels follow the language."""
    if isinstance(value, list):
        return tuple(
            (i["url"], i.get("is_current"), i.get("badge")) for group in value for i in group["items"]
        )
    return str(value)


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    values = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(nodelist, values)
