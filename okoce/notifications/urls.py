from django.urls import path

from okoce.notifications.views import messages, ready_texts, webhook

app_name = "notifications"

urlpatterns = [
    path("", messages.message_list, name="messages"),
    path("siap/<str:cause_type>/<int:cause_id>/", ready_texts.ready_texts, name="ready_texts"),
    path(
        "siap/<str:cause_type>/<int:cause_id>/<slug:kind>/tandai/", ready_texts.tick_group, name="tick_group"
    ),
    path("whatsapp/", webhook.whatsapp, name="whatsapp"),
    path("sms/<str:secret>/", webhook.sms, name="sms"),
    path("<uuid:uid>/", messages.message_detail, name="message"),
    path("<uuid:uid>/kirim-ulang/", messages.message_retry, name="retry"),
    path("<uuid:uid>/whatsapp/", ready_texts.open_ready_text, name="open_ready_text"),
    path("<uuid:uid>/tandai/", ready_texts.tick, name="tick"),
    path("<uuid:uid>/batal-tandai/", ready_texts.untick, name="untick"),
]
