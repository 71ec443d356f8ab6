from django.urls import path

from okoce.notifications.views import (
    campaigns,
    chains,
    ending,
    health,
    hours,
    messages,
    phones,
    ready_texts,
    texts,
    webhook,
)

app_name = "notifications"

urlpatterns = [
    path("", messages.message_list, name="messages"),
    path("siap/<str:cause_type>/<int:cause_id>/", ready_texts.ready_texts, name="ready_texts"),
    path(
        "siap/<str:cause_type>/<int:cause_id>/<slug:kind>/tandai/", ready_texts.tick_group, name="tick_group"
    ),
    path("teks/", texts.text_list, name="texts"),
    path("teks/<slug:kind>/", texts.text_kind, name="text_kind"),
    path("teks/<slug:kind>/waktu/", texts.text_times, name="text_times"),
    path("teks/<slug:kind>/<slug:channel>/<slug:language>/", texts.text_edit, name="text_edit"),
    path("teks/<slug:kind>/<slug:channel>/<slug:language>/lihat/", texts.text_look, name="text_look"),
    path(
        "teks/<slug:kind>/<slug:channel>/<slug:language>/versi/<int:version>/",
        texts.text_version,
        name="text_version",
    ),
    path(
        "teks/<slug:kind>/terdaftar/<slug:language>/versi/<int:version>/keadaan/",
        texts.text_template,
        name="text_template",
    ),
    path("whatsapp/", webhook.whatsapp, name="whatsapp"),
    path("saluran/", chains.chains, name="chains"),
    path("berhenti/<str:token>/", ending.end, name="end"),
    path("hp/<str:token>/", phones.shown, name="shown"),
    path("sms/<str:secret>/", webhook.sms, name="sms"),
    path("keadaan/", health.sending, name="sending"),
    path("siaran/", campaigns.campaign_list, name="campaigns"),
    path("siaran/tulis/", campaigns.campaign_write, name="campaign_write"),
    path("siaran/harga/", campaigns.channel_prices, name="prices"),
    path("siaran/<uuid:uid>/", campaigns.campaign_detail, name="campaign"),
    path("siaran/<uuid:uid>/ubah/", campaigns.campaign_edit, name="campaign_edit"),
    path("siaran/<uuid:uid>/coba/", campaigns.campaign_test, name="campaign_test"),
    path("siaran/<uuid:uid>/kirim/", campaigns.campaign_send, name="campaign_send"),
    path("siaran/<uuid:uid>/setujui/", campaigns.campaign_approve, name="campaign_approve"),
    path("siaran/<uuid:uid>/kembalikan/", campaigns.campaign_return, name="campaign_return"),
    path("siaran/<uuid:uid>/hentikan/", campaigns.campaign_stop, name="campaign_stop"),
    path("siaran/<uuid:uid>/lanjutkan/", campaigns.campaign_go_on, name="campaign_go_on"),
    path("siaran/<uuid:uid>/buang/", campaigns.campaign_discard, name="campaign_discard"),
    path("jam/", hours.hours, name="hours"),
    path("<uuid:uid>/", messages.message_detail, name="message"),
    path("<uuid:uid>/kirim-ulang/", messages.message_retry, name="retry"),
    path("<uuid:uid>/whatsapp/", ready_texts.open_ready_text, name="open_ready_text"),
    path("<uuid:uid>/tandai/", ready_texts.tick, name="tick"),
    path("<uuid:uid>/batal-tandai/", ready_texts.untick, name="untick"),
]
