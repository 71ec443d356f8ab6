from okoce.dashboard.views.home import home

__all__ = ["home"]
