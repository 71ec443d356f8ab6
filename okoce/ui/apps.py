import contextlib

from django.apps import AppConfig

from okoce.ui import translations


class UiConfig(AppConfig):
    name = "okoce.ui"
    verbose_name = "look"

    def ready(self):
        # Nobody has to remember to compile. A read-only release compiles when made.
        with contextlib.suppress(OSError):
            translations.ensure_compiled()
