"""The WSGI application served by granian or gunicorn."""

from django.core.wsgi import get_wsgi_application

from okoce.settings.env import choose_settings_module

choose_settings_module()
application = get_wsgi_application()
