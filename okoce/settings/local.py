"""Settings of `make run`: the portal on one's own machine, with the demonstration programme."""

from okoce.settings.base import *  # noqa: F403

DEBUG = False  # pages as people will see them; error pages included
WHITENOISE_USE_FINDERS = True
ALLOWED_HOSTS = ["*"]
