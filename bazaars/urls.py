from django.urls import path

app_name = "bazaars"

urlpatterns = []
