from django.urls import path

from okoce.ui import views

app_name = "ui"
urlpatterns = [
    path("bahasa/", views.set_language, name="set_language"),
    path("tampilan/", views.set_theme, name="set_theme"),
    path("bantuan/", views.help_page, name="help"),
    path("privasi/", views.privacy, name="privacy"),
    path("aksesibilitas/", views.accessibility, name="accessibility"),
    path("galeri/", views.gallery, name="gallery"),
]
