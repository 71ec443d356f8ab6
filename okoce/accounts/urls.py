from django.urls import path

from okoce.accounts import views

urlpatterns = []
