from django.apps import AppConfig


class TrainingsConfig(AppConfig):
    name = "trainings"

    def ready(self) -> None:
        from okoce.notifications import causes  # noqa: PLC0415
        from participants import merging  # noqa: PLC0415  models exist only from here on
        from trainings import erasable, messages  # noqa: PLC0415
        from trainings.services.merging import Places  # noqa: PLC0415

        erasable.declare()
        messages.register()
        merging.register("trainings.Booking.participant", Places())
        merging.register("trainings.AttendanceScan.participant", merging.Move())
        merging.register("trainings.Certificate.participant", merging.MoveUnlessSame(("year",)))
        merging.register("trainings.NameConfirmation.participant", merging.MoveUnlessSame(()))
        causes.register(messages.CAUSE, messages.describe_cause)
