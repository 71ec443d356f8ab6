from django.apps import AppConfig


class TrainingsConfig(AppConfig):
    name = "trainings"

    def ready(self) -> None:
        from trainings import messages  # noqa: PLC0415  models exist only from here on

        messages.register()
