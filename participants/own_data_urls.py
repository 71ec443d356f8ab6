from django.urls import path

from participants.views import own_data, own_messages

app_name = "own_data"

urlpatterns = [
    path("", own_data.own_data, name="own_data"),
    path("persetujuan/<slug:purpose>/", own_data.consent, name="consent"),
    path("pesan/", own_messages.own_messages, name="messages"),
    path("pesan/hp/", own_messages.add_phone, name="add_phone"),
    path("pesan/hp/<uuid:uid>/", own_messages.remove_phone, name="remove_phone"),
    path("pesan/<slug:code>/", own_messages.wish, name="wish"),
    path("salinan/", own_data.copy, name="copy"),
    path("jejak/", own_data.trail, name="trail"),
    path("perbaikan/", own_data.correction, name="correction"),
    path("minta/<slug:kind>/", own_data.ask, name="ask"),
    path("batal/<uuid:uid>/", own_data.take_back, name="take_back"),
]
