"""What the benchmarks serve: the portal with the floors beside it."""

import gc
import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
gc.collect()
gc.freeze()  # as okoce.wsgi
