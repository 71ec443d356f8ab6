"""Settings of a real installation: everything comes from the environment, and a gap in it is no start.

The variables are listed in docs/operations.md, "Environment variables".
"""

from okoce.settings import env
from okoce.settings.base import *  # noqa: F403

# Optional on one's own machine, needed where real people rely on the portal.
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
PORTAL_URL = env.url("PORTAL_URL", schemes=("https",))
MEDIA_ROOT = env.text("MEDIA_ROOT")
EMAIL_URL = env.text("EMAIL_URL")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL")
DPO_CONTACT = env.text("DPO_CONTACT")

# How many proxies in front of us may be believed about the visitor's address and scheme.
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT")
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True

if env.flag("DEMO", default=False):
    env.refuse("DEMO", "must not be 1 in production: it shows sign-in codes to every visitor")
if env.text("PUSH_STAND_IN", default=""):
    env.refuse("PUSH_STAND_IN", "must be empty in production: notices go to the browsers' own services")
if "*" in ALLOWED_HOSTS:
    env.refuse("ALLOWED_HOSTS", "must name the portal's own host, not *")

env.refuse_if_incomplete()
