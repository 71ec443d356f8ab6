from django.urls import path

from bazaars.views import ceremony, events, facts, fairness, participant, public, sales, takings

app_name = "bazaars"

urlpatterns = [
    path("", public.bazaars, name="public"),
    path("acara/<slug:slug>/", public.bazaar, name="bazaar"),
    path("undian/verify_draw.py", public.script, name="script"),
    path("undian/<int:pk>/", public.draw, name="public_draw"),
    path("undian/<int:pk>/catatan.json", public.record, name="record"),
    path("undian/<int:pk>/daftar.json", public.frozen_list, name="frozen_list"),
    path("daftar/<int:pk>/", participant.apply, name="apply"),
    path("daftar/<int:pk>/tarik/", participant.withdraw, name="withdraw"),
    path("hasil/<int:pk>/", participant.result, name="result"),
    path("kelola/", events.bazaars, name="bazaars"),
    path("kelola/baru/", events.create, name="create"),
    path("kelola/<slug:slug>/tempat-baru/", events.add_site, name="add_site"),
    path("kelola/<slug:slug>/keterangan/", facts.facts, name="facts"),
    path("kelola/<slug:slug>/salin/", facts.copy, name="copy"),
    path("tempat/<int:pk>/", events.site, name="site"),
    path("tempat/<int:pk>/ubah/", facts.place, name="place"),
    path("tempat/<int:pk>/stan/untuk-semua/", facts.give_plan, name="give_plan"),
    path("tempat/<int:pk>/stan/", events.stalls, name="stalls"),
    path("tempat/<int:pk>/stan/<str:letter>/hapus/", events.remove_stalls, name="remove_stalls"),
    path("tempat/<int:pk>/kuota/", events.quotas, name="quotas"),
    path("tempat/<int:pk>/buka/", events.open_call, name="open"),
    path("tempat/<int:pk>/janji/", ceremony.commit, name="commit"),
    path("tempat/<int:pk>/bekukan/", ceremony.freeze, name="freeze"),
    path("tempat/<int:pk>/rahasia/", ceremony.reveal, name="reveal"),
    path("tempat/<int:pk>/undi/", ceremony.draw, name="draw"),
    path("jual/<str:token>/", sales.by_link, name="sales_link"),
    path("hasil/<int:pk>/penjualan/", sales.own, name="own_sales"),
    path("kelola/<slug:slug>/penjualan/", takings.totals, name="takings"),
    path("kelola/<slug:slug>/penjualan/unduh/<str:form>/", takings.takings_file, name="takings_file"),
    path("keadilan/", fairness.fairness, name="fairness"),
    path("keadilan/unduh/<str:form>/", fairness.fairness_file, name="fairness_file"),
    path("penjualan/tempat/", takings.places, name="places"),
    path("penjualan/terlambat/", sales.late, name="late_sales"),
    path("penjualan/stan/<int:pk>/", sales.enter, name="enter_sales"),
    path("penjualan/stan/<int:pk>/tautan-baru/", sales.renew_address, name="renew_sales_address"),
    path("tempat/<int:pk>/mitra/<str:number>/penjualan/", sales.partner, name="partner_sales"),
]
