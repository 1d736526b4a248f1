"""All settings. What differs between installations comes from the environment: docs/settings.md lists it."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from config import environment, logs, mail
from config.home import Home

BASE_DIR = Path(__file__).resolve().parent.parent
FRONTEND_DIST = BASE_DIR / "frontend" / "dist"

HOME = Home(environment.folder("TATKHAM_HOME", default=BASE_DIR / ".tatkham"))
DATABASE_URL = environment.text("DATABASE_URL", default=HOME.database_url)
REDIS_URL = environment.text("REDIS_URL", default=HOME.redis_url)
EMBEDDED_POSTGRES = HOME.database_url == DATABASE_URL
EMBEDDED_VALKEY = HOME.redis_url == REDIS_URL

DEBUG = environment.flag("TATKHAM_DEBUG", default=False)
BEHIND_TLS = environment.flag("BEHIND_TLS", default=False)
# localhost always, for the health checks beside the web process.
ALLOWED_HOSTS = ["localhost", *environment.words("ALLOWED_HOSTS", default=["127.0.0.1", "[::1]"])]
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS", default=[])
PROXY_COUNT = environment.number("PROXY_COUNT", default=0, low=0, high=8)
WEB_WORKERS = environment.number("WEB_WORKERS", default=1, low=1, high=64)
WEB_THREADS = environment.number("WEB_THREADS", default=8, low=1, high=128)
DEFAULT_LANE_WORKERS = environment.number("DEFAULT_LANE_WORKERS", default=2, low=1, high=64)
DATABASE_POOL_SIZE = environment.number("DATABASE_POOL_SIZE", default=0, low=0, high=500)
UPLOAD_LIMIT_MIB = environment.number("UPLOAD_LIMIT_MIB", default=512, low=1, high=65536)
LOG_LEVEL = environment.choice("LOG_LEVEL", default="INFO", among=["DEBUG", "INFO", "WARNING", "ERROR"])
# Single sign-on: all three, or none.
OIDC_ISSUER = environment.text("OIDC_ISSUER")
OIDC_CLIENT_ID = environment.text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = environment.text("OIDC_CLIENT_SECRET")
OIDC_NAME = environment.text("OIDC_NAME", default="OpenID")
OIDC_MATCH_EMAIL = environment.flag("OIDC_MATCH_EMAIL", default=False)
PASSWORD_LOGIN = environment.flag("PASSWORD_LOGIN", default=True)
# Mail: all three, or none.
EMAIL_URL = environment.text("EMAIL_URL")
EMAIL_FROM = environment.text("EMAIL_FROM")
PUBLIC_URL = environment.text("PUBLIC_URL").rstrip("/")
TOKEN_DAYS = environment.number("TOKEN_DAYS", default=90, low=1, high=3650)
LOG_FORMAT = environment.choice("LOG_FORMAT", default="text", among=["text", "json"])
ACCESS_LOG = environment.flag("ACCESS_LOG", default=False)
METRICS_TOKEN = environment.text("METRICS_TOKEN")
WEBHOOK_PRIVATE_ADDRESSES = environment.flag("WEBHOOK_PRIVATE_ADDRESSES", default=DEBUG)
CHECKPOINT_STORE = environment.folder("CHECKPOINT_STORE", default=HOME.root / "checkpoints")
UPLOAD_STORE = environment.folder("UPLOAD_STORE", default=HOME.root / "uploads")
EXPORT_STORE = environment.folder("EXPORT_STORE", default=HOME.root / "exports")


def _check_sign_on() -> None:
    given = {
        "OIDC_ISSUER": OIDC_ISSUER,
        "OIDC_CLIENT_ID": OIDC_CLIENT_ID,
        "OIDC_CLIENT_SECRET": OIDC_CLIENT_SECRET,
    }
    missing = [name for name, value in given.items() if not value]
    if missing and len(missing) < len(given):
        raise environment.SettingError(f"Single sign-on needs {' and '.join(missing)} as well.")
    if missing and not PASSWORD_LOGIN:
        raise environment.SettingError("PASSWORD_LOGIN=no needs single sign-on: OIDC_ISSUER is not set.")
    if OIDC_ISSUER and urlsplit(OIDC_ISSUER).scheme not in ("https", "http"):
        raise environment.SettingError(f"OIDC_ISSUER={OIDC_ISSUER!r} is not an address.")


_check_sign_on()
mail.check(url=EMAIL_URL, sender=EMAIL_FROM, public_url=PUBLIC_URL)


def _secret_key() -> str:
    """Return the key from the environment; an installation on embedded servers makes and keeps its own."""
    given = environment.text("SECRET_KEY")
    if given:
        if len(given) < 32:
            raise environment.SettingError("SECRET_KEY is shorter than 32 characters.")
        return given
    if not EMBEDDED_POSTGRES:
        raise environment.SettingError("SECRET_KEY is not set; it has to be where DATABASE_URL is.")
    return HOME.keep_secret_key()


def _database(url: str) -> dict[str, Any]:
    """Turn postgresql://user:password@host:port/name?option=value into Django's dictionary."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise environment.SettingError(
            "DATABASE_URL cannot be understood: expected postgresql://user:password@host:port/name, "
            f"got the scheme {parts.scheme!r} and the name {parts.path.strip('/')!r}."
        )
    # Statements that ask for it are prepared (annotation/sql.py); Django turns that off unless told.
    options: dict[str, Any] = {"prepare_threshold": 5, **dict(parse_qsl(parts.query))}
    host = options.pop("host", parts.hostname or "")
    if DATABASE_POOL_SIZE:
        options["pool"] = {"min_size": 1, "max_size": DATABASE_POOL_SIZE, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        # The web's threads borrow from a pool, which wants an age of 0; workers keep one connection.
        "CONN_MAX_AGE": 0 if DATABASE_POOL_SIZE else 600,
        # Without it each pooled connection fails once after PostgreSQL was started again.
        "CONN_HEALTH_CHECKS": True,
    }


SECRET_KEY = _secret_key()
DATABASES = {"default": _database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "axes",
    "annotation",
    "learner",
]

MIDDLEWARE = [
    "config.logs.requests",
    "config.metrics.timing",
    "django.middleware.security.SecurityMiddleware",
    "config.csp.content_security_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

# Sessions: one read by primary key a request. A cache would save it, and would log everybody out, or fail
# every request, when Valkey dies; here a request needs PostgreSQL and nothing else.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = BEHIND_TLS
SECURE_HSTS_PRELOAD = BEHIND_TLS
# The web process speaks no TLS itself; the proxy that does has to set this header.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
# The answers to these paths must reach health checks that speak plain HTTP inside the deployment.
SECURE_REDIRECT_EXEMPT = [r"^api/health$", r"^api/ready$"]
X_FRAME_OPTIONS = "DENY"

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
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
# How long a link for a forgotten password holds: mail may be slow, and a mailbox is no safe for old keys.
PASSWORD_RESET_TIMEOUT = 3600
# Ten wrong passwords for one name from one address close that pair for a quarter of an hour. Not the name
# alone: anybody could then lock an annotator out.
AXES_FAILURE_LIMIT = 10
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "annotation.api.addresses.client_address"
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "annotation.api.session.keep_answer"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
        "annotation.api.authentication.AccessTokenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["annotation.api.parsers.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "annotation.api.schema.Schema",
    "EXCEPTION_HANDLER": "annotation.api.errors.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "NUM_PROXIES": PROXY_COUNT,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Tatkham",
    "DESCRIPTION": "Word boundary annotation for Thai, with a model in the loop.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # Several sets of choices go by the field names `arm` and `state`.
    "ENUM_NAME_OVERRIDES": {
        "ArmEnum": "learner.models.Arm",
        "ComparedArmEnum": ["random", "active"],
        "RoundStateEnum": "learner.models.Round.State",
        "ExportStateEnum": "annotation.models.Export.State",
    },
}

_transport = mail.transport(EMAIL_URL)
EMAIL_BACKEND = _transport.backend
EMAIL_HOST, EMAIL_PORT = _transport.host, _transport.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _transport.host_user, _transport.host_password
EMAIL_USE_TLS, EMAIL_USE_SSL = _transport.use_tls, _transport.use_ssl
EMAIL_FILE_PATH = _transport.file_path
# A mail server that does not answer must not hold up the lane.
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = EMAIL_FROM

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
# The built front end is served from the root of the site; Vite puts a hash into the names below assets/.
WHITENOISE_ROOT = FRONTEND_DIST if FRONTEND_DIST.is_dir() else None
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/assets/.+-[\w-]{8}\.\w+$"
WHITENOISE_AUTOREFRESH = DEBUG

DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

LOGGING = logs.configuration(level=LOG_LEVEL, is_json=LOG_FORMAT == "json")
