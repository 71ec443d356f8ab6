"""The language of a request: what the person chose, else Indonesian. And how large a request may be."""

from django.conf import settings
from django.utils import translation
from django.utils.cache import patch_vary_headers

from okoce.ui import errors


class LanguageMiddleware:
    """Follow the language cookie only.

    Django's own middleware also reads Accept-Language. Cheap phones are sold with English system
    language and their owners read Indonesian, so the device decides nothing here.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Cookie"])
        return response


class RequestSizeMiddleware:
    """Answers 413 before the body is read: Django writes uploads of any size to the disk, for anybody."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        length = str(request.META.get("CONTENT_LENGTH") or 0)
        is_number = length.isascii() and length.isdigit() and len(length) < 18
        if not is_number or int(length) > settings.LARGEST_REQUEST:
            return errors.too_large(request, limit_mb=settings.LARGEST_REQUEST // (1024 * 1024))
        return self.get_response(request)
