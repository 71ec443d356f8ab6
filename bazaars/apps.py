from django.apps import AppConfig


class BazaarsConfig(AppConfig):
    name = "bazaars"
