from django.apps import AppConfig


class TrainingsConfig(AppConfig):
    name = "trainings"

    def ready(self) -> None:
        from okoce.notifications import causes  # noqa: PLC0415
        from trainings import erasable, messages  # noqa: PLC0415  models exist only from here on

        erasable.declare()
        messages.register()
        causes.register(messages.CAUSE, messages.describe_cause)
