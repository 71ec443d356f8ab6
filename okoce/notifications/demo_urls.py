from django.urls import path

from okoce.notifications.views import demo

app_name = "demo"

urlpatterns = [path("pesan/", demo.messages, name="messages")]
