"""Addresses under /peserta/impor/. A list is named by its random uid, a row by its place in the file."""

from django.urls import path

from participants.views import import_mending, import_steps, importing

import_patterns = [
    path("impor/", importing.imports, name="imports"),
    path("impor/unggah/", importing.upload, name="import_upload"),
    path("impor/tempel/", importing.paste, name="import_paste"),
    path("impor/daftar-kosong.xlsx", importing.template, name="import_template"),
    path("impor/<uuid:uid>/", importing.batch, name="import"),
    path("impor/<uuid:uid>/simpan/", importing.save, name="import_save"),
    path("impor/<uuid:uid>/buang/", importing.discard, name="import_discard"),
    path("impor/<uuid:uid>/perbaikan/", importing.rows_to_mend, name="import_mend"),
    path("impor/<uuid:uid>/kolom/", import_steps.columns, name="import_columns"),
    path("impor/<uuid:uid>/beda/", import_steps.comparison, name="import_comparison"),
    path("impor/<uuid:uid>/setujui/", import_steps.approve, name="import_approve"),
    path("impor/<uuid:uid>/tarik-permintaan/", import_steps.withdraw, name="import_withdraw"),
    path("impor/<uuid:uid>/batalkan/", import_steps.undo, name="import_undo"),
    path("impor/<uuid:uid>/sebab/", import_mending.cause, name="import_cause"),
    path("impor/<uuid:uid>/keluarkan/", import_mending.leave_out, name="import_leave_out"),
    path("impor/<uuid:uid>/ikutkan/", import_mending.take_in, name="import_take_in"),
    path("impor/<uuid:uid>/terima/", import_mending.pass_warnings, name="import_pass"),
    path("impor/<uuid:uid>/sisa/", import_mending.rest, name="import_rest"),
    path("impor/<uuid:uid>/batalkan-perbaikan/", import_mending.undo_mending, name="import_undo_mending"),
    path("impor/<uuid:uid>/terdaftar/", import_mending.take_all, name="import_take_all"),
    path("impor/<uuid:uid>/baris/<int:position>/", import_mending.row, name="import_row"),
    path("impor/<uuid:uid>/baris/<int:position>/buka/", import_mending.open_row, name="import_row_open"),
    path("impor/<uuid:uid>/baris/<int:position>/pilih/", import_mending.choose, name="import_choose"),
    path(
        "impor/<uuid:uid>/baris/<int:position>/terdaftar/",
        import_mending.registered,
        name="import_registered",
    ),
]
