"""Settings, read from the environment. Each is documented in docs/settings.md.

A secret `NAME` may also be given as `NAME_FILE`, the path of a file that holds it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key

from dashboard.storage.options import Bucket, files_in

BASE_DIR = Path(__file__).resolve().parent.parent


class _Environment(environ.fileaware_mapping.FileAwareMapping):  # type: ignore[misc]
    """Values as written, but for the line end that an editor leaves in a file."""

    def __getitem__(self, key: str) -> str:
        return str(super().__getitem__(key)).strip()


env = environ.FileAwareEnv()
env.ENVIRON = _Environment()
environ.Env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data"))).resolve()
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
WEB_PROCESSES = env.int("WEB_PROCESSES", default=1)
WEB_THREADS = env.int("WEB_THREADS", default=8)
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)


def _made_once(name: str, make: Any) -> str:
    """A secret of this installation, made on first use and kept in DATA_DIR, readable by its owner."""
    path = DATA_DIR / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = path.with_name(f".{name}.{secrets.token_hex(4)}")
        aside.touch(mode=0o600)
        aside.write_text(make())
        with contextlib.suppress(FileExistsError):  # another process was first: its secret counts
            path.hardlink_to(aside)
        aside.unlink()
    return path.read_text().strip()


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or _made_once("secret_key", get_random_secret_key)
# Account keys are encrypted with the first and read with any of them: see `manage.py rotate_keys`.
ACCOUNT_KEY_SECRETS: list[str] = env.list("ACCOUNT_KEY_SECRETS", default=[]) or [
    _made_once("account_key_secret", lambda: secrets.token_urlsafe(32))
]
SITE_URL = env.str("SITE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
ALLOWED_HOSTS = [
    *env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"]),
    urlsplit(SITE_URL).hostname or "localhost",
]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "dashboard",
    "dashboard.people",
    "dashboard.audit",
    "datasources",
    "sds_server",
]
MIDDLEWARE = [
    "dashboard.head.without_body",
    "sds_server.observing.middleware.observe",  # before all that looks at the host's name
    "sds_server.apart.api_apart",  # the API's requests end here
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "dashboard.origins.origins_of_page",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dashboard.people.language.as_they_read",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "dashboard.away.FilesAway",
]
API_ONLY = env.bool("API_ONLY", default=False)  # set by `manage.py serve`
ROOT_URLCONF = "sds_server.urls" if API_ONLY else "dashboard.urls"
if API_ONLY:  # no pages, so no static files and no languages
    MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")
    MIDDLEWARE.remove("dashboard.people.language.as_they_read")
WSGI_APPLICATION = "dashboard.wsgi.application"
APPEND_SLASH = False
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
                "dashboard.people.context.reading",
            ],
            "builtins": ["django.templatetags.i18n"],
        },
    }
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'cairn.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
# Kept open between requests, a thread its own; one that broke meanwhile is noticed and replaced.
DATABASES["default"].setdefault("CONN_MAX_AGE", 600)
DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The dashboard's background work: its queue is a table, or Redis where TASKS_URL names one.
TASKS_URL = env.str("TASKS_URL", default="")
LANES = ["prompt", "transfer", "work", "lookup"]  # what is in which: datasources.jobs.lanes
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": LANES}}
if TASKS_URL:
    INSTALLED_APPS.append("django_rq")
    TASKS["default"]["BACKEND"] = "django_tasks_rq.RQBackend"
    # No timeout: a task of a dead worker is known by its row's lease.
    RQ_QUEUES = {lane: {"URL": TASKS_URL, "DEFAULT_TIMEOUT": -1} for lane in LANES}

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",  # a username or an e-mail address
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_ADAPTER = "dashboard.people.signin.Adapter"
ACCOUNT_FORMS = {
    "login": "dashboard.people.forms.SignInForm",
    "change_password": "dashboard.people.forms.PasswordChangeForm",
    "reset_password": "dashboard.people.forms.PasswordResetForm",
    "reset_password_from_key": "dashboard.people.forms.NewPasswordForm",
}
ACCOUNT_RATE_LIMITS = {"login_failed": None}  # failures are axes' business
AXES_USERNAME_CALLABLE = "dashboard.people.signin.attempted_name"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "dashboard.people.signin.locked_out"
AXES_CLIENT_IP_CALLABLE = "dashboard.people.signin.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # sign-ins are in the audit record
CSRF_FAILURE_VIEW = "dashboard.handlers.csrf_failed"

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="cairn@localhost")

# English stands in the source; the others in locale/, compiled into DATA_DIR when a process starts.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [DATA_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files lie in folders of this machine, or in an S3-compatible bucket that many machines share; then
# what is read often is copied into the cache.
STORAGE_URL = env.str("STORAGE_URL", default="")
_bucket = None
if STORAGE_URL:
    _bucket = Bucket(
        url=STORAGE_URL,
        endpoint=env.str("S3_ENDPOINT_URL", default=""),
        region=env.str("S3_REGION", default="us-east-1"),
        access_key=env.str("S3_ACCESS_KEY_ID", default=""),
        secret_key=env.str("S3_SECRET_ACCESS_KEY", default=""),
        cache_folder=Path(env.str("FILE_CACHE_DIR", default=str(DATA_DIR / "cache"))),
        cache_bytes=env.int("FILE_CACHE_BYTES", default=10 * 1024**3),
    )
SDS_DATA_DIR = Path(env.str("SDS_DATA_DIR", default=str(DATA_DIR / "sds")))
STORAGES = {
    "default": files_in(DATA_DIR / "files", _bucket, "files"),
    "sds": files_in(SDS_DATA_DIR, _bucket, "sds"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "tmp"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- The dashboard ---
UPLOAD_LIMIT_BYTES = env.int("UPLOAD_LIMIT_BYTES", default=1024**3)
KEEP_FILES_DAYS = env.int("KEEP_FILES_DAYS", default=365)  # 0: for ever
# Map tiles that were made, on this machine; several processes may share the folder.
TILE_CACHE_DIR = Path(env.str("TILE_CACHE_DIR", default=str(DATA_DIR / "cache" / "tiles")))
TILE_CACHE_BYTES = env.int("TILE_CACHE_BYTES", default=512 * 1024**2)  # 0: none are kept
REFRESH_MINUTES = env.float("REFRESH_MINUTES", default=10)  # of accounts that people look at
# Background work: whoever does a piece holds a lease this long, renewed while at it. A killed
# worker's piece is taken up again when it runs out.
LEASE_SECONDS = env.float("LEASE_SECONDS", default=20)
# A submission that never arrived is tried again after each of these, then given up.
SEND_RETRY_SECONDS = env.list("SEND_RETRY_SECONDS", cast=float, default=[2, 5, 15, 30])
# A submission whose answer was lost is sent again only if the service's job list, read at least
# twice over this time, does not show it.
LOST_ANSWER_SECONDS = env.float("LOST_ANSWER_SECONDS", default=60)
LOST_ANSWER_GIVE_UP_SECONDS = env.float("LOST_ANSWER_GIVE_UP_SECONDS", default=3600)
# How far the service's clock may be from ours when its jobs are matched with ours by time.
CLOCK_SKEW_SECONDS = env.float("CLOCK_SKEW_SECONDS", default=120)

# --- The embedded Spatial Data Services server ---
SDS_STORE = env.str("SDS_STORE", default="geopackage")  # or postgis
SDS_STORE_URL = env.str("SDS_STORE_URL", default="")  # empty: the database of DATABASE_URL
SDS_STORE_SCHEMA = env.str("SDS_STORE_SCHEMA", default="cairn_entities")
SDS_QUERY_SECONDS = env.float("SDS_QUERY_SECONDS", default=30)
SDS_EARLIER_VERSIONS = env.int("SDS_EARLIER_VERSIONS", default=2)
# What `dataLocation` may name: hosts, host:port, or *.domain; and seconds for each wait.
SDS_DATA_HOSTS: list[str] = env.list("SDS_DATA_HOSTS", default=[])
SDS_DATA_SECONDS = env.float("SDS_DATA_SECONDS", default=30)
# Addresses and routes of queries: who says where they are, and how long they may take.
SDS_GEOCODER = env.str("SDS_GEOCODER", default="names")  # or nominatim, pelias, none
SDS_GEOCODER_URL = env.str("SDS_GEOCODER_URL", default="")
SDS_GEOCODER_KEY = env.str("SDS_GEOCODER_KEY", default="")
SDS_GEOCODER_PER_SECOND = env.float("SDS_GEOCODER_PER_SECOND", default=1)  # 0: no bound
SDS_ROUTER = env.str("SDS_ROUTER", default="none")  # or osrm, valhalla
SDS_ROUTER_URL = env.str("SDS_ROUTER_URL", default="")
SDS_ROUTER_KEY = env.str("SDS_ROUTER_KEY", default="")
SDS_LOOKUP_SECONDS = env.float("SDS_LOOKUP_SECONDS", default=5)
SDS_COPYRIGHT = env.str("SDS_COPYRIGHT", default="")
SDS_BRAND_LOGO_URI = env.str("SDS_BRAND_LOGO_URI", default="")

# --- Watching it: see docs/server.md ---
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_ALLOW = [ip_network(one, strict=False) for one in env.list("METRICS_ALLOW", default=[])]
METRICS_DIR = env.str(
    "METRICS_DIR", default=""
)  # where several web processes add up what they count
if METRICS_DIR:
    Path(METRICS_DIR).mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = METRICS_DIR  # read as prometheus_client is imported

LOG_LEVEL = env.str("LOG_LEVEL", default="WARNING").upper()
LOG_FORMAT = env.str("LOG_FORMAT", default="line")  # or json
ACCESS_LOG = env.bool("ACCESS_LOG", default=False)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "sds_server.observing.logs.Lines"},
        "json": {"()": "sds_server.observing.logs.JsonLines"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "cairn": {"level": LOG_LEVEL},
        "cairn.access": {"level": "INFO" if ACCESS_LOG else "WARNING"},
        "django": {"level": "WARNING"},
        "urllib3": {"level": "INFO"},  # below that it writes URLs, which may hold keys
        "django.request": {"level": "ERROR"},  # that a caller was refused is told to the caller
        "axes": {"level": "ERROR"},
        "rq": {"level": "WARNING"},
        "waitress.queue": {"level": "ERROR"},  # it warns of every request that waits for a thread
    },
}
