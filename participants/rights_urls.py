from django.urls import path

from participants.views import affected, rights

app_name = "rights"

urlpatterns = [
    path("", rights.requests, name="requests"),
    path("kebocoran/", affected.breach, name="breach"),
    path("kebocoran/daftar/", affected.breach_list, name="breach_list"),
    path("<uuid:uid>/", rights.detail, name="request"),
    path("<uuid:uid>/kabulkan/", rights.grant, name="grant"),
    path("<uuid:uid>/tolak/", rights.refuse, name="refuse"),
    path("peserta/<number:number>/", rights.person, name="person"),
    path("peserta/<number:number>/catat/", rights.enter, name="enter"),
    path("peserta/<number:number>/persetujuan/<slug:purpose>/", rights.consent, name="consent"),
    path("peserta/<number:number>/salinan/", rights.copy, name="copy"),
    path("peserta/<number:number>/jejak/", rights.trail, name="trail"),
    path("peserta/<number:number>/buka-pembatasan/", rights.lift, name="lift"),
]
