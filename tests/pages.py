"""What a page says, for tests that read it."""

import re

from django.http import HttpResponse


def text_of(response: HttpResponse) -> str:
    """The page with every run of blanks and line breaks as one blank."""
    return " ".join(response.content.decode().split())


def without_tokens(response: HttpResponse) -> str:
    """The page without its CSRF tokens: any short text may stand in their random letters by chance."""
    return re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1", response.content.decode())
