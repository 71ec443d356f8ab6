from django.apps import AppConfig


class ParticipantsConfig(AppConfig):
    name = "participants"

    def ready(self) -> None:
        from okoce.notifications import directory  # noqa: PLC0415  models exist only now
        from participants import messages, trail  # noqa: PLC0415
        from participants.directory import people  # noqa: PLC0415

        directory.register_participants(people)
        messages.register()
        trail.register()
