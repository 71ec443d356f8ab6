"""The portal's addresses, two floors, and Django's own admin of the same table."""

from django.contrib import admin
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import path

from okoce.accounts.access import Access, public, signed_in
from okoce.urls import urlpatterns as portal
from participants.models import Participant

SMALL = Template("<!doctype html><title>{{ title }}</title><p>{{ value }}</p>")


@public
def select_one(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        value = cursor.fetchone()[0]
    return HttpResponse(SMALL.render(Context({"title": "floor", "value": value})))


@signed_in
def session_and_user(request: HttpRequest) -> HttpResponse:
    return HttpResponse(SMALL.render(Context({"title": "floor", "value": request.user.full_name})))


class StockAdmin(admin.AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_superuser


class ParticipantAdmin(admin.ModelAdmin):
    """As one writes it on the first day: the columns of our list, a search and two filters."""

    list_display = ("number", "full_name", "kelurahan", "category", "status", "registered_on")
    list_filter = ("category", "status")
    search_fields = ("full_name", "number")


site = StockAdmin()
site.register(Participant, ParticipantAdmin)
admin_patterns, app_name, namespace = site.urls
for pattern in admin_patterns:
    for view in getattr(pattern, "url_patterns", []):
        view.callback.okoce_access = Access("public")  # the portal serves no view without a mark

urlpatterns = [
    path("lantai/select-1/", select_one),
    path("lantai/sesi/", session_and_user),
    path("admin/", (admin_patterns, app_name, namespace)),
    *portal,
]
