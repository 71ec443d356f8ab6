from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BazaarsConfig(AppConfig):
    name = "bazaars"

    def ready(self) -> None:
        from bazaars import (  # noqa: PLC0415  models exist only now
            call_messages,
            confirm_messages,
            copying,
            erasable,
            messages,
            panel,
            sales_messages,
            setup_messages,
        )
        from bazaars.services.merging import Stalls, stalls_of  # noqa: PLC0415
        from okoce.notifications import audiences, budget  # noqa: PLC0415
        from participants import comparing, merging  # noqa: PLC0415

        copying.declare()
        erasable.declare()
        messages.register()
        call_messages.register()
        confirm_messages.register()
        budget.register_need(messages.STALL_CONFIRM, confirm_messages.people_between)
        audiences.register_page("bazaars:public", _("The page of the bazaars"))
        sales_messages.register()
        setup_messages.register()
        budget.register_need(setup_messages.STALL_SETUP, setup_messages.people_between)
        panel.register()
        comparing.register_fact(_("Bazaars"), stalls_of)
        merging.register("bazaars.Application.participant", Stalls())
        merging.register("bazaars.Allocation.participant", merging.Stay("goes with its application"))
        merging.register("bazaars.PaperSeen.participant", merging.Move())
        merging.register(
            "bazaars.PaperSent.participant",
            merging.MoveUnlessSame(("paper",), among={"state": "waiting"}),
        )
        merging.register(
            "bazaars.FairnessAnswer.participant", merging.Stay("asked anew: nobody answers for another")
        )
        merging.register("bazaars.TurnLedger.participant", merging.MoveUnlessSame(("site", "kind")))
