from django.apps import AppConfig


class BazaarsConfig(AppConfig):
    name = "bazaars"

    def ready(self) -> None:
        from bazaars import copying, erasable, messages  # noqa: PLC0415  models exist only from here on
        from bazaars.services.merging import Stalls  # noqa: PLC0415
        from participants import merging  # noqa: PLC0415

        copying.declare()
        erasable.declare()
        messages.register()
        merging.register("bazaars.Application.participant", Stalls())
        merging.register("bazaars.Allocation.participant", merging.Stay("goes with its application"))
        merging.register("bazaars.TurnLedger.participant", merging.MoveUnlessSame(("site", "kind")))
