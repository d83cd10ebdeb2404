"""Every setting of onTap, from the environment; runs with nothing set.

ONTAP_ENV=embedded (the default) is one process on SQLite that needs nothing else; ONTAP_ENV=production is many
processes on PostgreSQL and Redis. A wrong mix is reported by `ontap.checks`, with what to set.
"""

import logging
import random
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from celery.schedules import crontab
from environs import Env, EnvValidationError

from ontap.admin_look import UNFOLD as UNFOLD
from ontap.hosts import names_of_this_machine
from ontap.keys import read_or_make_key
from ontap.mail_address import parse_mail_server

env = Env(eager=False)  # all that cannot be read is collected, for `ontap.checks` to report

BASE_DIR = Path(__file__).resolve().parent.parent
ONTAP_ENV: str = env.str("ONTAP_ENV", "embedded")
EMBEDDED = ONTAP_ENV != "production"
ONTAP_DATA = Path(env.str("ONTAP_DATA", "") or BASE_DIR / "var").resolve()
ONTAP_PORT: int = env.int("PORT", 8080)
ONTAP_LAN: bool = env.bool("ONTAP_LAN", False)
ONTAP_PUBLIC_URL: str = env.str("ONTAP_PUBLIC_URL", "").rstrip("/")
ONTAP_TRUSTED_PROXIES: list[str] = env.list("ONTAP_TRUSTED_PROXIES", [])
# Bare seed addresses without any credential: a pub's own box may, the public platform may not.
ONTAP_ALLOW_OPEN_TABLES: bool = env.bool("ONTAP_ALLOW_OPEN_TABLES", EMBEDDED)

# How long it is kept who changed what, and who logged in: days.
ONTAP_HISTORY_DAYS: int = env.int("ONTAP_HISTORY_DAYS", 730)
ONTAP_AUDIT_DAYS: int = env.int("ONTAP_AUDIT_DAYS", 730)

# Per minute, of one address (a whole pub may be one), one socket, one table session.
ONTAP_HANDSHAKES_PER_MINUTE: int = env.int("ONTAP_HANDSHAKES_PER_MINUTE", 1200)
ONTAP_FAILURES_PER_MINUTE: int = env.int("ONTAP_FAILURES_PER_MINUTE", 120)
ONTAP_ORDERS_PER_SOCKET: int = env.int("ONTAP_ORDERS_PER_SOCKET", 30)
ONTAP_ORDERS_PER_SESSION: int = env.int("ONTAP_ORDERS_PER_SESSION", 60)
# In ten seconds, of one socket; a guest beyond it is closed with 4008.
ONTAP_MESSAGES_PER_SOCKET: int = env.int("ONTAP_MESSAGES_PER_SOCKET", 200)

# Whether managers and operators log in with a code too, where their operator leaves it to the installation.
ONTAP_SECOND_FACTOR: bool = env.bool("ONTAP_SECOND_FACTOR", not EMBEDDED)
# How long a login lasts whatever happens, and without use. A pub's own box is behind the pub's own door: two weeks.
ONTAP_LOGIN_HOURS: float = env.float("ONTAP_LOGIN_HOURS", 336 if EMBEDDED else 12)
ONTAP_LOGIN_IDLE_HOURS: float = env.float("ONTAP_LOGIN_IDLE_HOURS", 336 if EMBEDDED else 2)

DEBUG: bool = env.bool("DEBUG", False)
SECRET_KEY: str = env.str("SECRET_KEY", "")
ONTAP_TABLE_KEYS: list[str] = env.list("ONTAP_TABLE_KEYS", [])
if EMBEDDED:
    SECRET_KEY = SECRET_KEY or read_or_make_key(ONTAP_DATA / "secret_key")
    ONTAP_TABLE_KEYS = ONTAP_TABLE_KEYS or [read_or_make_key(ONTAP_DATA / "table_key")]

_public = urlsplit(ONTAP_PUBLIC_URL)
_public_hosts = [_public.hostname] if _public.hostname else []
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [])
ALLOWED_HOSTS += _public_hosts
if EMBEDDED:
    ALLOWED_HOSTS += names_of_this_machine()  # `up --lan` adds PRIVATE_ADDRESSES of `ontap.hosts`
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"] if _public_hosts else []
if _public.scheme == "https":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ONTAP_TRUSTED_PROXIES else None
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_WIDE", True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_REFERRER_POLICY = "no-referrer"
# On plain http browsers ignore it, and complain in the console of every page.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if _public.scheme == "https" else None
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "venues.sessions"
SESSION_COOKIE_NAME = "ontap_login"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

INSTALLED_APPS = [
    "ontap",
    "venues",
    "orders",
    "tracker",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "rest_framework",
    "channels",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "ontap.static_files.static_files",
    "ontap.middleware.page_headers",
    "ontap.languages.page_language",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "venues.logins.LoginMiddleware",
    "ontap.middleware.acting_person",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "ontap.middleware.admin_policy",
]
ROOT_URLCONF = "ontap.urls"
ASGI_APPLICATION = "ontap.asgi.application"
AUTH_USER_MODEL = "venues.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
OTP_TOTP_ISSUER = "onTap"
OTP_TOTP_SYNC = False  # a code that was typed late is no sign of a slow clock
# `venues.tries` counts wrong codes with wrong passwords. The library's own wait would refuse a right code after a slip.
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0
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
            ]
        },
    }
]

DATABASE_URL: str = env.str("DATABASE_URL", "")
DATABASES: dict[str, dict[str, Any]]
if EMBEDDED:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": ONTAP_DATA / "ontap.sqlite3",
            "OPTIONS": {
                # IMMEDIATE takes the write lock at BEGIN, where the busy timeout applies; FULL, because an
                # acknowledged order must outlive a power cut.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;",
            },
            # Each request has a thread of its own, whose connection would outlive it until some garbage collection.
            # Threads that stay (the writer, the readers of `orders.reading`) keep theirs.
            "CONN_MAX_AGE": 0,
            "TEST": {"NAME": ONTAP_DATA / "test.sqlite3"},
        }
    }
else:
    DATABASES = {"default": (env.dj_db_url("DATABASE_URL") if DATABASE_URL else None) or {}}
    if DATABASES["default"].get("ENGINE") == "django.db.backends.postgresql":
        DATABASES["default"]["CONN_MAX_AGE"] = 0  # the pool keeps the connections
        DATABASES["default"].setdefault("OPTIONS", {}).update(
            pool={"min_size": 2, "max_size": env.int("DATABASE_POOL", 12), "timeout": 5},
            options="-c lock_timeout=3000 -c statement_timeout=10000 -c idle_in_transaction_session_timeout=5000",
            connect_timeout=3,
            keepalives=1,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
            tcp_user_timeout=10_000,
        )

REDIS_URL: str = env.str("REDIS_URL", "")
CHANNEL_LAYERS: dict[str, dict[str, Any]]
if EMBEDDED:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
else:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL or "redis://127.0.0.1:6379/0"]},
        }
    }

CELERY_BROKER_URL = "memory://localhost" if EMBEDDED else REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# With the broker away `.delay()` must fail in a moment rather than stall its caller.
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"polling_interval": 0.05}
    if EMBEDDED
    else {"socket_timeout": 5, "socket_connect_timeout": 2, "retry_policy": {"timeout": 2.0}}
)
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
CELERY_WORKER_ENABLE_REMOTE_CONTROL = not EMBEDDED
# What waited for a worker longer than until the next beat is of no use any more.
CELERY_BEAT_SCHEDULE = {
    "unanswered orders": {
        "task": "orders.tasks.look_for_unanswered_orders",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "idle sessions": {"task": "orders.tasks.look_for_idle_sessions", "schedule": 60.0, "options": {"expires": 60}},
    "planned changes of menus": {
        "task": "orders.tasks.look_for_planned_changes",
        "schedule": 2.0,
        "options": {"expires": 2},
    },
    "expired commands": {
        "task": "tracker.tasks.look_for_expired_commands",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "commands to retry": {
        "task": "tracker.tasks.look_for_commands_to_retry",
        "schedule": 2.0,
        "options": {"expires": 2},
    },
    "missed agents": {"task": "tracker.tasks.look_for_missed_agents", "schedule": 5.0, "options": {"expires": 5}},
    "venues and gateways in step": {
        "task": "tracker.tasks.look_for_venues_behind",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "forgotten pucks": {
        "task": "tracker.tasks.look_for_forgotten_pucks",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "readings of the gateways": {
        "task": "tracker.tasks.look_for_readings_due",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "histories at risk": {
        "task": "tracker.tasks.look_for_histories_at_risk",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "alerts": {"task": "ontap.tasks.keep_alerts", "schedule": 5.0, "options": {"expires": 5}},
    "alerts to send": {"task": "ontap.tasks.look_for_deliveries", "schedule": 2.0, "options": {"expires": 2}},
    "pruning of alerts": {
        "task": "ontap.tasks.prune",
        "schedule": crontab(minute=str(random.randrange(60))),
        "options": {"expires": 3600},
    },
    "moved tables and missing pucks": {
        "task": "tracker.tasks.look_for_orders_to_mend",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "pucks that nobody looked at": {
        "task": "tracker.tasks.look_for_unseen_pucks",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "old enrolments": {"task": "tracker.tasks.prune_enrolments", "schedule": 300.0, "options": {"expires": 300}},
    # Each installation at a minute of its own.
    "pruning of the gateways": {
        "task": "tracker.tasks.prune",
        "schedule": crontab(minute=str(random.randrange(60))),
        "options": {"expires": 3600},
    },
    "pruning": {
        "task": "orders.tasks.prune",
        "schedule": crontab(minute=str(random.randrange(60))),
        "options": {"expires": 3600},
    },
}

# Where alerts go by e-mail; unset, none are sent, and admin says so.
ONTAP_EMAIL_URL: str = env.str("ONTAP_EMAIL_URL", "")
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
EMAIL_TIMEOUT = 5
_mail_fault = ""
if ONTAP_EMAIL_URL:
    try:
        _mail = parse_mail_server(ONTAP_EMAIL_URL)
    except ValueError as error:
        _mail_fault = f"{error}."
    else:
        EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
        EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
        EMAIL_USE_TLS, EMAIL_USE_SSL, DEFAULT_FROM_EMAIL = _mail.starttls, _mail.tls, _mail.sender

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "EXCEPTION_HANDLER": "venues.answers.handle_api_exception",
}

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch"), ("ar", "العربية")]  # of guests' pages; see `ontap.languages`
LOCALE_PATHS = [BASE_DIR / "orders" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
# Served from where they are: no build step, in neither column.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "ontap.static_files.ReleaseStorage"},
}
MEDIA_ROOT = ONTAP_DATA / "media"
MEDIA_URL = "/media/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A venue's menu without JavaScript: five fields a product, and Django's default is 1,000.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

_SELF = ["'self'"]
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": (),
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": _SELF,
        "style-src": _SELF,
        "img-src": ["'self'", "data:"],
        "font-src": _SELF,
        "connect-src": _SELF,
        "form-action": _SELF,
        "manifest-src": _SELF,
        "worker-src": _SELF,
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"scrub": {"()": "ontap.scrub.ScrubFilter"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["scrub"]}},
    "root": {
        "handlers": ["console"],
        "level": env.log_level("LOG_LEVEL", logging.WARNING if EMBEDDED else logging.INFO),
    },
    "loggers": {
        # Django's own handlers would bypass the scrubbing.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},
        # uvicorn prints whole addresses, by handlers of its own.
        **{name: {"handlers": [], "propagate": True} for name in ("uvicorn", "uvicorn.error", "uvicorn.access")},
        # Whoever asks for a host that is not ours gets a 400 and a line of the access log, not a traceback.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}

WRONG_VARIABLES: dict[str, list[str]] = {}
try:
    env.seal()
except EnvValidationError as error:
    WRONG_VARIABLES = dict(cast("dict[str, list[str]]", error.error_messages))
if _mail_fault:
    WRONG_VARIABLES["ONTAP_EMAIL_URL"] = [_mail_fault]
