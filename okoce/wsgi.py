"""The WSGI application served by granian or gunicorn."""

import gc

from django.core.wsgi import get_wsgi_application

from okoce.settings.env import choose_settings_module

choose_settings_module()
application = get_wsgi_application()

# What is loaded by now stays for the life of the process: the collector need not look at it again and again.
gc.collect()
gc.freeze()
