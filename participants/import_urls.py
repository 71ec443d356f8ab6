"""Addresses under /peserta/impor/. A list is named by its random uid, a row by its place in the file."""

from django.urls import path

from participants.views import importing

import_patterns = [
    path("impor/", importing.imports, name="imports"),
    path("impor/unggah/", importing.upload, name="import_upload"),
    path("impor/daftar-kosong.xlsx", importing.template, name="import_template"),
    path("impor/<uuid:uid>/", importing.batch, name="import"),
    path("impor/<uuid:uid>/simpan/", importing.save, name="import_save"),
    path("impor/<uuid:uid>/buang/", importing.discard, name="import_discard"),
    path("impor/<uuid:uid>/perbaikan/", importing.rows_to_mend, name="import_mend"),
    path("impor/<uuid:uid>/baris/<int:position>/", importing.row, name="import_row"),
]
