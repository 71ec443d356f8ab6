"""Settings of `make run`: the portal on one's own machine, with the demonstration programme."""

from okoce.settings import env

env.defaults_for_local()

from okoce.settings.base import *  # noqa: E402,F403

env.refuse_if_incomplete()

DEBUG = False  # pages as people will see them; error pages included
WHITENOISE_USE_FINDERS = True
ALLOWED_HOSTS = ["*"]
