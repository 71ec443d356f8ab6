"""Settings of every environment. Values that differ come through env.py, the only reader of os.environ."""

from pathlib import Path

import pghistory
import pgtrigger
from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from okoce.settings import env

BASE_DIR = Path(__file__).resolve().parent.parent.parent

DEBUG = False
TESTING = False
DEMO = env.flag("DEMO", default=False)
# Where load_demo leaves the accounts of the demonstration for the terminal.
DEMO_FILE = env.text("DEMO_FILE", default=str(BASE_DIR / ".local" / "demo.json"))

SECRET_KEY = env.text("SECRET_KEY")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", default=[])

# Personal numbers: see okoce/db/encryption.py. Never derived from SECRET_KEY, never in the database.
ENCRYPTION_KEYS = env.keys("ENCRYPTION_KEYS")
LOOKUP_KEY = env.key("LOOKUP_KEY")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_linear_migrations",
    "pgtrigger",
    "pghistory",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "template_partials",
    "allauth",
    "allauth.account",
    "okoce.db",
    "okoce.ui",
    "okoce.regions",
    "okoce.organisations",
    "okoce.accounts",
    "okoce.audit",
    "okoce.notifications",
    "participants",
    "trainings",
    "bazaars",
    "okoce.dashboard",
]

MIDDLEWARE = [
    "okoce.audit.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "okoce.db.middleware.RequestTransactionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "okoce.ui.middleware.LanguageMiddleware",
    "okoce.ui.middleware.RequestSizeMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "okoce.accounts.middleware.SessionLimitMiddleware",
    "okoce.accounts.middleware.MembershipMiddleware",
    "okoce.accounts.middleware.AccessMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "okoce.dashboard.navigation.NavigationMiddleware",
    "participants.middleware.JoinedPeopleMiddleware",
]

ROOT_URLCONF = "okoce.urls"
WSGI_APPLICATION = "okoce.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "okoce.ui.context.shell",
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    },
]

DATABASES = {
    "default": {
        **env.database("DATABASE_URL"),
        # Kept open, checked before use: a restart of the database costs no request after it is back.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL")
# A cache that does not answer holds a page up for a moment, not for minutes.
_CACHE = {"LOCATION": REDIS_URL, "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1}}
CACHES = {
    "default": {"BACKEND": "okoce.db.cache.ForgivingRedisCache", **_CACHE},
    "counts": {"BACKEND": "django.core.cache.backends.redis.RedisCache", **_CACHE},
}

# Sessions live in the database and are read from the cache: losing Valkey loses nobody's session.
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = (
    30 * 24 * 3600
)  # the longest any session lives; okoce.accounts.middleware sets the real limits
CSRF_COOKIE_HTTPONLY = True
# Notices name people: they wait in the session, not in a cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "okoce.ui.errors.csrf_failure"

STAFF_IDLE_MINUTES = 30
STAFF_SESSION_HOURS = 12
PARTICIPANT_IDLE_MINUTES = 15
PARTICIPANT_OWN_PHONE_DAYS = 30

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["okoce.accounts.backends.AccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:choose"
LOGIN_REDIRECT_URL = "dashboard:home"
LOGOUT_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "okoce.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # an address nobody registered gets the same answer and no mail
# Tries of a password are counted by okoce.accounts.guessing: allauth's own count locks the owner out.
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": None}
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", default=0)
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_FORMS = {
    "login": "okoce.accounts.forms.StaffSignInForm",
    "reset_password": "okoce.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "okoce.accounts.forms.ResetPasswordKeyForm",
    "change_password": "okoce.accounts.forms.ChangePasswordForm",
}

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["okoce.ui.formats"]
LANGUAGE_COOKIE_NAME = "bahasa"
USE_I18N = True
TIME_ZONE = "Asia/Jakarta"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = env.text("MEDIA_ROOT", default=str(BASE_DIR / ".local" / "media"))
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
LARGEST_REQUEST = 10 * 1024 * 1024  # files included; a proxy in front should say the same
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000

# Lists that make or change more people than this are saved by two officers: one asks, another agrees.
IMPORT_APPROVAL_ABOVE = env.number("IMPORT_APPROVAL_ABOVE", default=500)

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],  # the page at the door, which works without a line
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        # wa.me: an officer's button opens a ready text; the portal answers with a redirect there
        "form-action": ["'self'", "https://wa.me", "https://api.whatsapp.com"],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

# Statement-level triggers see bulk writes and COPY; row-level ones cost three times as much.
PGHISTORY_LEVEL = pgtrigger.Statement
# History is read by the row it is of and by nothing else; an index on each key it repeats slows imports.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_index=True)

EMAIL_URL = env.text("EMAIL_URL", default="")
EMAIL_TIMEOUT = 10
globals().update(env.email("EMAIL_URL", default=""))
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", default="Portal OK OCE <portal@okoce.example>")
WHATSAPP_URL = env.text("WHATSAPP_URL", default="https://graph.facebook.com/v23.0").rstrip("/")
WHATSAPP_PHONE_ID = env.text("WHATSAPP_PHONE_ID", default="")
# The WhatsApp business account of our number: what is told about texts of another account is not believed.
WHATSAPP_ACCOUNT_ID = env.text("WHATSAPP_ACCOUNT_ID", default="")
WHATSAPP_TOKEN = env.text("WHATSAPP_TOKEN", default="")
WHATSAPP_ACCOUNT_ID = env.text("WHATSAPP_ACCOUNT_ID", default="")  # of Meta's "WhatsApp Business account"
WHATSAPP_APP_SECRET = env.text("WHATSAPP_APP_SECRET", default="")  # signs the webhooks
WHATSAPP_VERIFY_TOKEN = env.text(
    "WHATSAPP_VERIFY_TOKEN", default=""
)  # Meta repeats it when a webhook is set up
# How many workers may send on one channel at once. Each is one line with one letter on its way; some workers
# must stay free for what is urgent: 2 where workers have four children or more together.
OUTBOX_LINES = env.number("OUTBOX_LINES", default=1)
OUTBOX_JOURNALS = env.text("OUTBOX_JOURNALS", default=str(BASE_DIR / ".local" / "journals"))
# How many different people a day Meta lets us begin a conversation with: 250, 2.000, 10.000, 100.000.
WHATSAPP_NEW_PEOPLE_A_DAY = env.number("WHATSAPP_NEW_PEOPLE_A_DAY", default=250)
# No quiet hours, holidays or "one a day": for a demonstration or a trial, which run at any hour.
MESSAGES_AT_ANY_HOUR = env.flag("MESSAGES_AT_ANY_HOUR", default=DEMO)
# Kinds of messages that go by WhatsApp once it is connected, separated by commas; empty: all of them. One can
# begin with the kinds whose texts Meta has approved.
WHATSAPP_KINDS = frozenset(filter(None, env.text("WHATSAPP_KINDS", default="").replace(" ", "").split(",")))
SMS_KINDS = frozenset(filter(None, env.text("SMS_KINDS", default="").replace(" ", "").split(",")))  # the same
# How the SMS gateway wants to be spoken to: one JSON object (docs/operations.md, "SMS").
SMS_GATEWAY = env.text("SMS_GATEWAY", default="")
SMS_TOKEN = env.text("SMS_TOKEN", default="")
SMS_RECEIPT_SECRET = env.text("SMS_RECEIPT_SECRET", default="")  # stands in the address of its receipts
# A message to more people than this needs a second person's agreement.
CAMPAIGN_APPROVAL_ABOVE = env.number("CAMPAIGN_APPROVAL_ABOVE", default=500)
DPO_CONTACT = env.text("DPO_CONTACT", default="dpo@okoce.example")
# Notices on phones (RFC 8292): a private key of P-256 as base64url, and where push services may complain.
VAPID_PRIVATE_KEY = env.text("VAPID_PRIVATE_KEY", default="")
VAPID_CONTACT = env.text("VAPID_CONTACT", default="mailto:" + DPO_CONTACT)
# The push services of browsers: the portal calls no other address that a page hands in.
PUSH_HOSTS = env.words(
    "PUSH_HOSTS",
    default=[
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        ".push.services.mozilla.com",
        ".notify.windows.com",
        "web.push.apple.com",
        ".push.apple.com",
    ],
)
PUSH_STAND_IN = env.text(
    "PUSH_STAND_IN", default=""
)  # host:port on this machine, for demonstration and tests
MINIMUM_AGE = env.number("MINIMUM_AGE", default=17)  # completed years, on the day of registration
# How long data is kept, in days (docs/operations.md). The archive schedule is not known: these are ours.
RETENTION_PARTICIPANT_DAYS = env.number("RETENTION_PARTICIPANT_DAYS", default=5 * 365)
RETENTION_IMPORT_ROW_DAYS = env.number("RETENTION_IMPORT_ROW_DAYS", default=90)
RETENTION_MESSAGE_DAYS = env.number("RETENTION_MESSAGE_DAYS", default=365)
RETENTION_REQUEST_DAYS = env.number("RETENTION_REQUEST_DAYS", default=365)
PORTAL_URL = env.text("PORTAL_URL", default="http://localhost:8000")

CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "visibility_timeout": 3600,
}
CELERY_TIMEZONE = TIME_ZONE
# The clock keeps nothing on disk: every job may run twice, and a file that a kill left half-written stops it.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    "drain-outbox": {
        "task": "okoce.notifications.tasks.drain_outbox",
        "schedule": 15.0,
        "options": {"expires": 15},  # wake-ups do not pile up while no worker is there
    },
    "remind-of-sessions": {
        "task": "trainings.tasks.remind_of_sessions",
        "schedule": 300.0,
    },
    "tend-exports": {"task": "participants.tasks.tend_exports", "schedule": 60.0},
    "pick-up-imports": {"task": "participants.tasks.pick_up_imports", "schedule": 60.0},
    "forget-old-imports": {"task": "participants.tasks.forget_old_imports", "schedule": 86400.0},
    "settle-offers": {
        "task": "trainings.tasks.settle_offers",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "ask-for-sales": {
        "task": "bazaars.tasks.ask_for_sales",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "settle-stalls": {
        "task": "bazaars.tasks.settle_stalls",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "forget-photos-of-incidents": {"task": "bazaars.tasks.forget_photos", "schedule": 86400.0},
    "pick-up-plans": {"task": "trainings.tasks.pick_up_plans", "schedule": 60.0},
    "forget-what-is-over": {"task": "okoce.accounts.tasks.forget_what_is_over", "schedule": 86400.0},
    "forget-old-codes": {"task": "participants.tasks.forget_old_codes", "schedule": 86400.0},
    "tidy-registrations": {"task": "participants.tasks.tidy_registrations", "schedule": 3600.0},
    "sweep-sealed-files": {"task": "okoce.db.tasks.sweep_sealed_files", "schedule": 86400.0},
    "keep-retention": {
        "task": "participants.tasks.keep_retention",
        "schedule": 86400.0,
    },
    "find-duplicates": {
        "task": "participants.tasks.find_duplicates_of_the_day",
        "schedule": crontab(hour=2, minute=20),
    },
    "work-through-webhooks": {
        "task": "okoce.notifications.tasks.work_through_webhooks",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "pass-on-messages": {
        "task": "okoce.notifications.tasks.pass_on_messages",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "work-on-campaigns": {
        "task": "okoce.notifications.tasks.work_on_campaigns",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "close-expired": {"task": "okoce.notifications.tasks.expire_messages", "schedule": 300.0},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"mask": {"()": "okoce.audit.logging.MaskPersonalNumbers"}},
    "formatters": {"line": {"()": "okoce.audit.logging.JsonLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["mask"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django.db.backends": {"level": "WARNING"}},
}
