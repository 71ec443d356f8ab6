"""Addresses of one person's page: state, moves, steps, notes, papers, businesses."""

from django.urls import URLPattern, path

from participants.views import business, dossier, standing, transfers

_BUSINESS = "<number:number>/usaha/<int:pk>/"
_PRODUCT = f"{_BUSINESS}produk/<uuid:uid>/"


def person_patterns() -> list[URLPattern]:
    """Called once the converter of participant numbers is known."""
    return [
        path("pindah/", transfers.requests, name="transfers"),
        path("pindah/minta/<str:token>/", transfers.ask, name="transfer_ask"),
        path("pindah/<uuid:uid>/", transfers.transfer_request, name="transfer_request"),
        path("pindah/<uuid:uid>/tarik/", transfers.withdraw, name="transfer_withdraw"),
        path("<number:number>/pindah/", transfers.transfer, name="transfer"),
        path("<number:number>/keadaan/", standing.status, name="status"),
        path("<number:number>/keadaan/batal/", standing.status_take_back, name="status_take_back"),
        path("<number:number>/pengampu/", standing.agency, name="agency"),
        path("<number:number>/langkah/", standing.steps, name="steps"),
        path("<number:number>/langkah/<int:step>/catat/", standing.step_record, name="step_record"),
        path("<number:number>/langkah/<int:step>/batal/", standing.step_take_back, name="step_take_back"),
        path("<number:number>/riwayat/", dossier.timeline, name="timeline"),
        path("<number:number>/perubahan/", dossier.changes, name="changes"),
        path("<number:number>/catatan/", dossier.notes, name="notes"),
        path("<number:number>/catatan/<uuid:uid>/tarik/", dossier.note_take_back, name="note_take_back"),
        path("<number:number>/berkas/tambah/", dossier.document_add, name="document_add"),
        path("<number:number>/berkas/<uuid:uid>/", dossier.document_open, name="document_open"),
        path("<number:number>/berkas/<uuid:uid>/hapus/", dossier.document_remove, name="document_remove"),
        path("<number:number>/usaha/tambah/", business.add, name="business_add"),
        path(_BUSINESS, business.business, name="business"),
        path(f"{_BUSINESS}ubah/", business.edit, name="business_edit"),
        path(f"{_BUSINESS}tutup/", business.close, name="business_close"),
        path(f"{_BUSINESS}modal/", business.figures, name="business_figures"),
        path(f"{_BUSINESS}tempat/tambah/", business.outlet_add, name="outlet_add"),
        path(f"{_BUSINESS}tempat/<int:outlet>/hapus/", business.outlet_remove, name="outlet_remove"),
        path(f"{_BUSINESS}produk/tambah/", business.product_add, name="product_add"),
        path(f"{_PRODUCT}ubah/", business.product_edit, name="product_edit"),
        path(f"{_PRODUCT}hapus/", business.product_remove, name="product_remove"),
        path(f"{_PRODUCT}geser/", business.product_move, name="product_move"),
        path(f"{_PRODUCT}foto/", business.product_photo, name="product_photo"),
    ]
