from django.apps import AppConfig


class BazaarsConfig(AppConfig):
    name = "bazaars"

    def ready(self) -> None:
        from bazaars import erasable, messages  # noqa: PLC0415  models exist only from here on
        from participants import merging  # noqa: PLC0415

        erasable.declare()
        messages.register()
        merging.register("bazaars.Application.participant", merging.MoveUnlessSame(("site",)))
        merging.register("bazaars.Allocation.participant", merging.Move())
        merging.register("bazaars.TurnLedger.participant", merging.MoveUnlessSame(("site", "kind")))
