from django.apps import AppConfig


class DrillsConfig(AppConfig):
    """One kind of message for the drills, so that they do not hang on the texts of the domain."""

    name = "tests.drills"
    label = "drills"

    def ready(self) -> None:
        from okoce.notifications import kinds
        from okoce.notifications.enums import Channel

        kinds.register(
            kinds.Kind(
                code="drill",
                label="Drill",
                channels=(Channel.EMAIL,),
                details=lambda messages: {m.key: {"words": "besok pukul 09.00"} for m in messages},
                sample={"words": "besok pukul 09.00"},
            )
        )
