"""The site as it is, on a database of its own, with a stopwatch around every request."""

from kyodo import environment
from kyodo.settings import *  # noqa: F403
from kyodo.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE, VAR

DATABASES["default"]["NAME"] = environment.text("BENCH_DATABASE", "kyodo_bench")
ROOT_URLCONF = "benchmarks.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks"]
MIDDLEWARE = ["benchmarks.stopwatch.StopwatchMiddleware", *MIDDLEWARE]
MAIL_DIRECTORY = VAR / "bench-mails"
# Each measured question comes from an address of its own, so that the limits a visitor meets stay as they are.
TRUSTED_PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT = 1
