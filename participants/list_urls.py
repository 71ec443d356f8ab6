"""Addresses of what belongs to the list: views, columns, deeds on many, exports."""

from django.urls import path

from participants.views import bulk, bulk_cards, exports, list_views

list_patterns = [
    path("kolom/", list_views.columns, name="columns"),
    path("tampilan/", list_views.views, name="views"),
    path("tampilan/simpan/", list_views.save, name="view_save"),
    path("tampilan/<uuid:uid>/", list_views.change, name="view_change"),
    path("tampilan/<uuid:uid>/buka/", list_views.open_with, name="view_open"),
    path("tampilan/<uuid:uid>/hapus/", list_views.delete, name="view_delete"),
    path("pilih/", bulk.select, name="select"),
    path("pilihan/<str:token>/pengampu/", bulk.agency, name="bulk_agency"),
    path("pilihan/<str:token>/pengampu-selesai/", bulk.agency_ends, name="bulk_agency_ends"),
    path("pilihan/<str:token>/pendamping/", bulk.mentor, name="bulk_mentor"),
    path("pilihan/<str:token>/kartu/", bulk_cards.print_cards, name="bulk_cards"),
    path("pilihan/<str:token>/kartu/cetak/", bulk_cards.cards_to_print, name="bulk_cards_print"),
    path("pilihan/<str:token>/ekspor/", exports.export, name="export"),
    path("tindakan/<uuid:uid>/", bulk.deed, name="deed"),
    path("tindakan/<uuid:uid>/batal/", bulk.undo, name="deed_undo"),
    path("ekspor/", exports.jobs, name="exports"),
    path("ekspor/<uuid:uid>/", exports.job, name="export_job"),
    path("ekspor/<uuid:uid>/unduh/", exports.download, name="export_download"),
]
