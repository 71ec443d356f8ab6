from django.urls import path

from trainings.views import answer, attendance, calendar, certificates, chosen, public, seats, sessions

app_name = "trainings"

urlpatterns = [
    path("", calendar.sessions, name="sessions"),
    path("undang-pilihan/<str:token>/", chosen.invite_chosen, name="invite_chosen"),
    path("jadwal/", public.schedule, name="schedule"),
    path("sesi/buat/", sessions.create, name="session_create"),
    path("sesi/<int:pk>/", sessions.detail, name="session"),
    path("sesi/<int:pk>/ubah/", sessions.edit, name="session_edit"),
    path("sesi/<int:pk>/terbitkan/", sessions.publish, name="publish"),
    path("sesi/<int:pk>/batalkan/", sessions.cancel, name="cancel"),
    path("sesi/<int:pk>/pesan/", sessions.ready_texts, name="ready_texts"),
    path("sesi/<int:pk>/undang/", seats.invite, name="invite"),
    path("sesi/<int:pk>/tambah/", seats.add, name="add"),
    path("sesi/<int:pk>/peserta/<int:booking>/lepas/", seats.release, name="release"),
    path("sesi/<int:pk>/absen/", attendance.attendance, name="attendance"),
    path("sesi/<int:pk>/absen/hadir/", attendance.mark, name="mark"),
    path("sesi/<int:pk>/absen/batal/", attendance.take_back, name="take_back"),
    path("sesi/<int:pk>/absen/terima/", attendance.admit, name="admit"),
    path("sesi/<int:pk>/absen/semua/", attendance.all_but, name="all_but"),
    path("sesi/<int:pk>/absen/tutup/", attendance.close, name="close"),
    path("sesi/<int:pk>/absen/cetak/", attendance.sheet, name="attendance_sheet"),
    path("sesi/<int:pk>/jawab/", answer.answer, name="answer"),
    path("sesi/<int:pk>/sertifikat/", certificates.of_session, name="session_certificates"),
    path("sesi/<int:pk>/sertifikat.pdf", certificates.session_file, name="session_certificates_file"),
    path("sertifikat-saya/", certificates.own, name="own_certificates"),
    path("sertifikat-saya/buat/", certificates.make_own, name="make_own_certificate"),
    path("sertifikat-saya/<int:year>.pdf", certificates.own_file, name="own_certificate_file"),
    path("sertifikat/", certificates.check, name="certificate_check"),
    path("sertifikat/berkas/<uuid:uid>/", certificates.detail, name="certificate_detail"),
    path("sertifikat/berkas/<uuid:uid>.pdf", certificates.file, name="certificate_file"),
    path("sertifikat/berkas/<uuid:uid>/nama/", certificates.confirm_name, name="certificate_name"),
    path("sertifikat/berkas/<uuid:uid>/terbitkan-ulang/", certificates.reissue, name="certificate_reissue"),
    path("sertifikat/berkas/<uuid:uid>/tarik/", certificates.revoke, name="certificate_revoke"),
    path("sertifikat/<str:code>/", certificates.certificate, name="certificate"),
]
