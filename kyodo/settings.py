"""All settings, in sections. Every variable read here stands in .env.example (a test compares them)."""

import re
import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from kyodo import database, environment

BASE_DIR = Path(__file__).resolve().parent.parent
environment.load_file(BASE_DIR / ".env")

# ── Where and how it runs ────────────────────────────────────────────────────────────────────────────────────────

PRODUCTION = environment.boolean("KYODO_PRODUCTION")
DEBUG = environment.boolean("KYODO_DEBUG")
VAR = Path(environment.text("KYODO_VAR") or BASE_DIR / "var").resolve()
DEMO_MARK = "demo-"


def _secret_key() -> str:
    """Ours from the environment; outside production one is made once and kept under VAR."""
    if key := environment.text("KYODO_SECRET_KEY"):
        return key
    if PRODUCTION:
        return ""
    path = VAR / "secret-key"
    if not path.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(DEMO_MARK + secrets.token_urlsafe(48))
    return path.read_text()


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = environment.words("KYODO_SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = environment.words("KYODO_ALLOWED_HOSTS", "" if PRODUCTION else "127.0.0.1,localhost,[::1]")
BASE_URL = environment.text("KYODO_BASE_URL", "http://localhost:" + environment.text("PORT", "8000")).rstrip(
    "/"
)
REQUIRE_STAFF_MFA = environment.boolean("KYODO_REQUIRE_STAFF_MFA", PRODUCTION)

# ── Database ─────────────────────────────────────────────────────────────────────────────────────────────────────

DATABASE_URL = environment.text("DATABASE_URL")
EMBEDDED_DATABASE = None if DATABASE_URL or PRODUCTION else database.Embedded(VAR / "postgres")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": environment.integer("KYODO_DATABASE_CONNECTION_SECONDS", 600),
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": environment.text("KYODO_TEST_DATABASE", "test_kyodo")},
    }
}
if EMBEDDED_DATABASE:
    DATABASES["default"] |= EMBEDDED_DATABASE.settings()
elif DATABASE_URL:
    DATABASES["default"] |= database.from_url(DATABASE_URL)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── What production refuses to start without ─────────────────────────────────────────────────────────────────────

LONG_SECRET = re.compile(r"[A-Za-z0-9_.-]+:[A-Za-z0-9_.-]{24,}")

if PRODUCTION:
    missing = [
        sentence
        for wrong, sentence in (
            (
                len(SECRET_KEY) < 50 or SECRET_KEY.startswith(DEMO_MARK),
                "KYODO_SECRET_KEY: set a secret of 50 characters or more, "
                'for example from: python -c "import secrets; print(secrets.token_urlsafe(64))"',
            ),
            (DEBUG, "KYODO_DEBUG: leave it out or set it to 0"),
            (not DATABASE_URL, "DATABASE_URL: set postgres://user:password@host/name"),
            (not ALLOWED_HOSTS, "KYODO_ALLOWED_HOSTS: set the names of this site, separated by commas"),
            (not BASE_URL.startswith("https://"), "KYODO_BASE_URL: set the https:// address of this site"),
            (not REQUIRE_STAFF_MFA, "KYODO_REQUIRE_STAFF_MFA: leave it out or set it to 1"),
            (
                not environment.text("KYODO_EMAIL_URL"),
                "KYODO_EMAIL_URL: set smtp://user:password@host:587 or anymail:NAME",
            ),
            (
                bool(environment.text("KYODO_INBOUND_PROVIDER"))
                and not LONG_SECRET.fullmatch(environment.text("KYODO_INBOUND_SECRET")),
                "KYODO_INBOUND_SECRET: set name:secret, the secret of 24 letters and digits or more",
            ),
            (
                bool(environment.text("KYODO_INBOUND_ADDRESS"))
                and not (environment.text("KYODO_INBOUND_PROVIDER") or environment.text("KYODO_INBOUND_URL")),
                "KYODO_INBOUND_ADDRESS: people would answer to it and nobody read it; set KYODO_INBOUND_PROVIDER or "
                "KYODO_INBOUND_URL as well, or leave it out",
            ),
        )
        if wrong
    ]
    if missing:
        raise ImproperlyConfigured("This production site can't start yet.\n- " + "\n- ".join(missing))

# ── Applications ─────────────────────────────────────────────────────────────────────────────────────────────────

INSTALLED_APPS = [
    "kyodo.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_filters",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "csp",
    "kyodo",
    "kyodo.centre",
    "kyodo.mail",
    "accounts",
    "spaces",
    "events",
    "consultations",
    "cases",
    "kyodo.portal",
]

MIDDLEWARE = [
    "kyodo.middleware.RequestIdMiddleware",
    "kyodo.memo.MemoMiddleware",
    "kyodo.middleware.NulMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "kyodo.middleware.PrivatePagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kyodo.device.DeviceMiddleware",
    "kyodo.body_size.BodySizeMiddleware",
    "kyodo.access.ClosedByDefaultMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "kyodo.unsent.UnsentFormMiddleware",
    "kyodo.access.PageOfFormMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SessionActivityMiddleware",
    "accounts.middleware.StaffSecondFactorMiddleware",
    "kyodo.history.HistoryMiddleware",
]

ROOT_URLCONF = "kyodo.urls"
WSGI_APPLICATION = "kyodo.wsgi.application"
SITE_ID = None

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
                "kyodo.centre.context.centre",
            ],
        },
    },
    {
        # Partials that loop, and the parts of forms: kyodo/drawing.py.
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "jinja2",
        "DIRS": [BASE_DIR / "partials"],
        "OPTIONS": {"environment": "kyodo.drawing.environment"},
    },
]
FORM_RENDERER = "kyodo.forms.Renderer"

# ── Language and time ────────────────────────────────────────────────────────────────────────────────────────────

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["kyodo.formats"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True

# ── People and sign-in ───────────────────────────────────────────────────────────────────────────────────────────

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "accounts.backends.RoleBackend",
    "accounts.backends.AccountBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name", "name_kana")},
    },
    {"NAME": "accounts.passwords.NamesValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "my"
# Where the day of those begins who work here.
STAFF_HOME = "admin:index"
WARD_HOME = "ward_desk"
LOGOUT_REDIRECT_URL = "home"
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
# Whoever works with people's data and leaves the screen is signed out; what they were typing comes back (kyodo.unsent).
STAFF_IDLE_MINUTES = environment.integer("KYODO_STAFF_IDLE_MINUTES", 60, at_least=15)
SIGN_IN_LOG_DAYS = environment.integer("KYODO_SIGN_IN_LOG_DAYS", 180, at_least=30)

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_FORMS = {
    "login": "accounts.forms.signing_in.LoginForm",
    "signup": "accounts.forms.signing_in.SignupForm",
    "add_email": "accounts.forms.signing_in.AddEmailForm",
    "reset_password": "accounts.forms.signing_in.ResetPasswordForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Wrong passwords are counted by accounts.sign_in_limits; "login_failed" is left with the codes of second factors, which
# only somebody with the password can try. All others keep one visitor or one account from what nobody needs so often.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "5/5m/key",
    "signup": "20/m/ip",
    "confirm_email": "1/3m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.signing_in.AuthenticateForm",
    "reauthenticate": "accounts.forms.signing_in.ReauthenticateForm",
    "activate_totp": "accounts.forms.signing_in.ActivateTOTPForm",
    "add_webauthn": "accounts.forms.signing_in.AddPasskeyForm",
}
# Every account's address is verified before the first sign-in, so that nobody can block another's by adding it;
# without this, staff with a second factor could never change theirs.
MFA_ALLOW_UNVERIFIED_EMAIL = True
USERSESSIONS_TRACK_ACTIVITY = True

# ── Cache: counts attempts, never answers what is free ───────────────────────────────────────────────────────────

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kyodo_cache",
        # Beyond this, counters are thrown away. Django's own 300 would let whoever fills the table begin anew.
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

# ── Mail ─────────────────────────────────────────────────────────────────────────────────────────────────────────

EMAIL_BACKEND = "kyodo.mail.backends.OutboxBackend"
EMAIL_URL = environment.text("KYODO_EMAIL_URL")
MAIL_DIRECTORY = VAR / "mails"
MESSAGE_ID_DOMAIN = urlsplit(BASE_URL).hostname or "localhost"
# Keys of the provider that KYODO_EMAIL_URL=anymail:NAME names, such as BREVO_API_KEY=...,...
ANYMAIL = dict(word.split("=", 1) for word in environment.words("KYODO_ANYMAIL"))
MAIL_BODY_DAYS = environment.integer("KYODO_MAIL_BODY_DAYS", 180)
MAIL_ROW_DAYS = environment.integer("KYODO_MAIL_ROW_DAYS", 3 * 365)
# For the page of a broken server, when the database can't be asked for it.
CENTRE_PHONE = environment.text("KYODO_CENTRE_PHONE", "045-671-4732")
# Where answers of people to the centre's mails arrive; each consultation adds +<reference>.<signature> before the @.
# Empty: the site receives no mail.
INBOUND_ADDRESS = environment.text(
    "KYODO_INBOUND_ADDRESS", "" if PRODUCTION else "reply@localhost.localdomain"
)
# Where mails go back to that can't be delivered; each adds +bounce-<number>.<signature> before the @. It must be read in one
# of the ways below. Empty: they go back to KYODO_FROM_EMAIL.
BOUNCE_ADDRESS = environment.text("KYODO_BOUNCE_ADDRESS", INBOUND_ADDRESS)
# Three ways in: a provider's webhook at INBOUND_PATH, an IMAP mailbox, and a folder that .eml files are put into.
INBOUND_PATH = "mail/inbound/"
# Where the provider that KYODO_EMAIL_URL names tells what became of a mail; with the secret of INBOUND_SECRET.
TRACKING_PATH = "mail/tracking/"
INBOUND_PROVIDER = environment.text("KYODO_INBOUND_PROVIDER")
INBOUND_SECRET = environment.text("KYODO_INBOUND_SECRET")
INBOUND_URL = environment.text("KYODO_INBOUND_URL")
INBOUND_DIRECTORY = VAR / "inbound"
INBOUND_DAYS = environment.integer("KYODO_INBOUND_DAYS", 180)
if INBOUND_SECRET:
    ANYMAIL["WEBHOOK_SECRET"] = INBOUND_SECRET
DEFAULT_FROM_EMAIL = environment.text("KYODO_FROM_EMAIL", "横浜市市民協働推進センター <no-reply@example.jp>")

# ── How long consultations are kept ──────────────────────────────────────────────────────────────────────────────

# Days after closing until who asked is forgotten, and until every word is; days until the log of readings is.
CONSULTATION_CONTACT_DAYS = environment.integer("KYODO_CONSULTATION_CONTACT_DAYS", 365, at_least=30)
CONSULTATION_TEXT_DAYS = environment.integer(
    "KYODO_CONSULTATION_TEXT_DAYS", 3 * 365, at_least=CONSULTATION_CONTACT_DAYS
)
CONSULTATION_READING_DAYS = environment.integer("KYODO_CONSULTATION_READING_DAYS", 5 * 365, at_least=30)

# ── Background work ──────────────────────────────────────────────────────────────────────────────────────────────

# A worker that has not reported for so long is dead, and its unfinished jobs are given out again.
WORKER_SILENT_SECONDS = environment.integer("KYODO_WORKER_SILENT_SECONDS", 30)

# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# Where clamd listens, which looks at every file before it is kept; empty: nobody looks. And how long it may take for one.
CLAMAV = environment.socket_address("KYODO_CLAMAV")
CLAMAV_SECONDS: float = environment.integer("KYODO_CLAMAV_SECONDS", 15, at_least=1)
WHITENOISE_MAX_AGE = int(timedelta(days=1).total_seconds())

# ── Security ─────────────────────────────────────────────────────────────────────────────────────────────────────

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "kyodo.portal.errors.csrf_failure"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The address of the visitor is the nth from the right of X-Forwarded-For; 0: no proxy, use the connection's.
TRUSTED_PROXIES = environment.integer("KYODO_TRUSTED_PROXIES", 1 if PRODUCTION else 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE] if DEBUG else [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
# auth.W004: e-mail addresses are unique without regard to case, by a constraint that this check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]

# ── Logs: one JSON object a line in production, with the request's id and no personal data ───────────────────────

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "kyodo.middleware.RequestIdFilter"}},
    "formatters": {
        "json": {
            "()": "kyodo.logs.Formatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
        },
        "plain": {"format": "{levelname} {name} [{request_id}] {message}", "style": "{"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["request_id"],
            "formatter": "json" if PRODUCTION else "plain",
        }
    },
    "root": {"handlers": ["console"], "level": "INFO" if PRODUCTION else "WARNING"},
    "loggers": {
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Names every task at every start, and every job.
        "procrastinate": {"level": "WARNING"},
    },
}

# ── Bookkeeping of libraries ─────────────────────────────────────────────────────────────────────────────────────

PROCRASTINATE_ON_APP_READY = "kyodo.jobs.on_app_ready"
PGHISTORY_ADMIN_CLASS = None
# No GET of ours changes a row that has a history; without this each of its queries is looked at.
PGHISTORY_MIDDLEWARE_METHODS = ("POST",)
TEST_RUNNER = "django.test.runner.DiscoverRunner"
