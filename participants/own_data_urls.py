from django.urls import path

from participants.views import own_data

app_name = "own_data"

urlpatterns = [
    path("", own_data.own_data, name="own_data"),
    path("persetujuan/<slug:purpose>/", own_data.consent, name="consent"),
    path("salinan/", own_data.copy, name="copy"),
    path("jejak/", own_data.trail, name="trail"),
    path("perbaikan/", own_data.correction, name="correction"),
    path("minta/<slug:kind>/", own_data.ask, name="ask"),
    path("batal/<uuid:uid>/", own_data.take_back, name="take_back"),
]
