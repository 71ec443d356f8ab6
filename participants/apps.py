from django.apps import AppConfig


class ParticipantsConfig(AppConfig):
    name = "participants"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate  # noqa: PLC0415  models exist only now

        from okoce.notifications import directory, opting_in, opting_out  # noqa: PLC0415
        from participants import (  # noqa: PLC0415
            audiences,
            bulk_actions,
            copying,
            duplicate_panel,
            erasable,
            erasing_sql,
            evidence,
            identity_panel,
            merging,
            messages,
            trail,
        )
        from participants.directory import PHONES, addresses, facts, people  # noqa: PLC0415
        from participants.finding import Finder  # noqa: PLC0415
        from participants.services import consents  # noqa: PLC0415
        from participants.services.merging_messages import Messages  # noqa: PLC0415

        directory.register_participants(people, addresses)
        directory.register_finder(Finder())
        directory.register_phones(PHONES)
        opting_out.register(consents.withdraw)
        directory.register_facts(facts)
        audiences.register()
        opting_in.register(consents.give, consents.text_of_messages)
        messages.register()
        trail.register()
        duplicate_panel.register()
        merging.register("notifications.Message.participant_id", Messages())
        merging.register("notifications.PushSubscription.participant_id", merging.Move())
        merging.register("notifications.OptOut.participant_id", merging.MoveUnlessSame(("topic", "channel")))
        merging.register(
            "notifications.MessagePause.participant_id",
            merging.MoveUnlessSame((), among={"ended_at": None}),
        )
        merging.register("notifications.Inbound.participant_id", merging.Move())
        bulk_actions.register()
        copying.declare()
        erasable.declare()
        identity_panel.register()
        post_migrate.connect(erasing_sql.install, sender=self, dispatch_uid="erasing")
        evidence.register_own()
