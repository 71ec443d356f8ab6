"""What a page says, for tests that read it."""

from django.http import HttpResponse


def text_of(response: HttpResponse) -> str:
    """The page with every run of blanks and line breaks as one blank."""
    return " ".join(response.content.decode().split())
