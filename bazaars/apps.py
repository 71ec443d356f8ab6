from django.apps import AppConfig


class BazaarsConfig(AppConfig):
    name = "bazaars"

    def ready(self) -> None:
        from bazaars import erasable, messages  # noqa: PLC0415  models exist only from here on

        erasable.declare()
        messages.register()
