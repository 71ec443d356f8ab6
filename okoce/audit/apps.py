from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "okoce.audit"

    def ready(self) -> None:
        from okoce.audit import sign_ins, targets  # noqa: PLC0415  models exist only now

        sign_ins.listen()
        targets.register_accounts()
