from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingsConfig(AppConfig):
    name = "trainings"

    def ready(self) -> None:
        from okoce.notifications import budget, causes, decency  # noqa: PLC0415
        from participants import bulk, comparing, merging  # noqa: PLC0415  models exist only from here on
        from trainings import (  # noqa: PLC0415
            after_messages,
            audiences,
            copying,
            deeds,
            erasable,
            messages,
            reminders,
        )
        from trainings.services import calendar, chosen  # noqa: PLC0415
        from trainings.services.merging import Places, attendance_of  # noqa: PLC0415

        copying.declare()
        erasable.declare()
        audiences.register()
        messages.register()
        budget.register_need(messages.REMINDER, reminders.people_between)
        decency.register_calendar(calendar.quiet_days)
        after_messages.register()
        bulk.describe_with(chosen.INVITED, deeds.told)
        bulk.register(
            bulk.BulkAction(
                "undang",
                _("Invite to a session"),
                "trainings.manage",
                "trainings:invite_chosen",
                "calendar-plus",
                position=10,
            )
        )
        comparing.register_fact(_("Trainings"), attendance_of)
        merging.register("trainings.Booking.participant", Places())
        merging.register(
            "trainings.Waiting.participant",
            merging.MoveUnlessSame(("activity", "area"), first="since", among={"left_at": None}),
        )
        merging.register("trainings.Availability.participant", merging.MoveUnlessSame(()))
        merging.register("trainings.AttendanceScan.participant", merging.Move())
        merging.register("trainings.FeedbackGiven.participant", merging.MoveUnlessSame(("session",)))
        merging.register("trainings.Certificate.participant", merging.MoveUnlessSame(("year",)))
        merging.register("trainings.CalendarFeed.participant", merging.MoveUnlessSame(("created_by",)))
        merging.register("trainings.GroupMember.participant", merging.MoveUnlessSame(("phase",)))
        merging.register("trainings.NameConfirmation.participant", merging.MoveUnlessSame(()))
        merging.register("trainings.EquipmentGrant.participant", merging.MoveUnlessSame(()))
        causes.register(messages.CAUSE, messages.describe_cause)
