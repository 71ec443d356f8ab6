from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "okoce.dashboard"

    def ready(self) -> None:
        from okoce.dashboard import people  # noqa: PLC0415  models are there only now

        people.register_all()
