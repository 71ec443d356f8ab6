from django.apps import AppConfig


class DbConfig(AppConfig):
    name = "okoce.db"
    label = "okoce_db"
