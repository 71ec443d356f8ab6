"""Addresses of people who may be registered twice, under /peserta/."""

from django.urls import path

from participants import converters  # noqa: F401  registers <number:…>
from participants.views import duplicates

duplicate_patterns = [
    path("ganda/", duplicates.duplicate_list, name="duplicates"),
    path("ganda/<uuid:uid>/", duplicates.compare, name="duplicate"),
    path("ganda/<uuid:uid>/beda/", duplicates.different, name="duplicate_different"),
    path("ganda/<uuid:uid>/minta/", duplicates.ask, name="duplicate_ask"),
    path("gabungan/<uuid:uid>/batal/", duplicates.undo, name="merge_undo"),
    path("<number:number>/gabung/", duplicates.join_with, name="join_with"),
]
