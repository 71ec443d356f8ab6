from django.urls import path

from okoce.notifications.views import demo

app_name = "demo"

urlpatterns = [
    path("pesan/", demo.messages, name="messages"),
    path("ponsel/", demo.phones, name="phones"),
    path("ponsel/<uuid:uid>/", demo.phone, name="phone"),
]
