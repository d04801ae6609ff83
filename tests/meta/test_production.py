"""A site for real people starts only when it is safe, and says what to mend."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "KYODO_PRODUCTION": "1",
    "KYODO_SECRET_KEY": "a-secret-of-a-test-0123456789-0123456789-0123456789-0123456789",
    "KYODO_ALLOWED_HOSTS": "kyodo.example.jp",
    "KYODO_BASE_URL": "https://kyodo.example.jp",
    "KYODO_EMAIL_URL": "smtp://127.0.0.1:2525",
    "DATABASE_URL": "postgres://kyodo@127.0.0.1:1/kyodo",
}
LOG = """
import logging, django
django.setup()
from kyodo.middleware import RequestIdMiddleware
from django.http import HttpResponse
from django.test import RequestFactory
def view(request):
    logging.getLogger("kyodo").error("予約でつまずきました")
    return HttpResponse()
RequestIdMiddleware(view)(RequestFactory().get("/?email=aoba@example.jp", headers={"X-Request-ID": "0123456789abcdef"}))
"""

REFUSED = """
import django
django.setup()
from django.http import HttpResponseBadRequest
from django.test import RequestFactory
from django.utils.log import log_response
for path in ("/feeds/SECRET.ics", "/invitations/SECRET/", "/accounts/confirm-email/SECRET/",
             "/accounts/password/reset/key/SECRET/", "/answer/SECRET/", "/survey/SECRET/", "/bookings/?q=SECRET", "/groups/2026-0001/"):
    request = RequestFactory().get(path)
    log_response("%s: %s", "Bad Request", request.path, response=HttpResponseBadRequest(), request=request)
"""


def run(code: str, tmp_path: Path, **changes: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KYODO_", "DATABASE_"))}
    environment = (
        kept | GOOD | {"KYODO_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "kyodo.settings"} | changes
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={name: value for name, value in environment.items() if value != "unset"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_safe_site_starts(tmp_path: Path) -> None:
    done = run("import kyodo.settings", tmp_path)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KYODO_SECRET_KEY", "unset"),
        ("KYODO_SECRET_KEY", "short"),
        ("KYODO_SECRET_KEY", "demo-" + "x" * 60),
        ("KYODO_DEBUG", "1"),
        ("DATABASE_URL", "unset"),
        ("KYODO_ALLOWED_HOSTS", "unset"),
        ("KYODO_BASE_URL", "http://kyodo.example.jp"),
        ("KYODO_EMAIL_URL", "unset"),
        ("KYODO_REQUIRE_STAFF_MFA", "0"),
        ("KYODO_INBOUND_ADDRESS", "reply@mail.example.jp"),
    ],
)
def test_an_unsafe_site_does_not_start_and_names_what_to_mend(
    variable: str, value: str, tmp_path: Path
) -> None:
    done = run("import kyodo.settings", tmp_path, **{variable: value})

    assert done.returncode != 0
    assert f"- {variable}: " in done.stderr


@pytest.mark.parametrize("secret", ["unset", "provider:short", "x" * 40])
def test_a_door_for_mail_needs_a_name_and_a_long_secret(secret: str, tmp_path: Path) -> None:
    door = {"KYODO_INBOUND_ADDRESS": "reply@mail.example.jp", "KYODO_INBOUND_PROVIDER": "postmark"}
    good = "provider:" + "x" * 32

    refused = run("import kyodo.settings", tmp_path, **door, KYODO_INBOUND_SECRET=secret)
    allowed = run("import kyodo.settings", tmp_path, **door, KYODO_INBOUND_SECRET=good)

    assert "- KYODO_INBOUND_SECRET: " in refused.stderr
    assert allowed.returncode == 0, allowed.stderr


def test_everything_missing_is_named_at_once(tmp_path: Path) -> None:
    unset = dict.fromkeys([name for name in GOOD if name != "KYODO_PRODUCTION"], "unset")

    done = run("import kyodo.settings", tmp_path, **unset)

    assert all(f"- {name}: " in done.stderr for name in unset)


def test_a_wrong_value_names_its_variable(tmp_path: Path) -> None:
    done = run("import kyodo.settings", tmp_path, KYODO_PRODUCTION="maybe")

    assert "KYODO_PRODUCTION must be 1 or 0" in done.stderr


def test_a_log_line_is_json_with_the_name_of_the_request_and_nobody_in_it(tmp_path: Path) -> None:
    done = run(LOG, tmp_path)

    lines = [json.loads(text) for text in done.stderr.splitlines()]
    [line] = [one for one in lines if one["name"] == "kyodo"]
    assert line["message"] == "予約でつまずきました"
    assert line["request_id"] == "0123456789abcdef"
    assert "aoba" not in done.stderr


def test_a_refused_request_leaves_no_key_and_no_question_in_the_log(tmp_path: Path) -> None:
    done = run(REFUSED, tmp_path)

    lines = [json.loads(text) for text in done.stderr.splitlines()]
    messages = [one["message"] for one in lines if one["name"] == "django.request"]
    assert len(messages) == 8
    assert messages[-1] == "Bad Request: /groups/2026-0001/"
    assert "SECRET" not in done.stderr


def test_the_demo_does_not_load_into_production(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "load_demo"],
        cwd=ROOT,
        env={**os.environ, **GOOD, "KYODO_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode != 0
    assert "Traceback" not in done.stderr


HEADERS = """
import json, django
django.setup()
from django.test import Client
client = Client(HTTP_HOST="kyodo.example.jp")
plain, safe = client.get("/spaces/"), client.get("/healthz", headers={"X-Forwarded-Proto": "https"})
print(json.dumps([plain.status_code, plain["Location"], safe.status_code, dict(safe.headers)]))
"""


def test_every_answer_carries_the_secure_headers(tmp_path: Path) -> None:
    done = run(HEADERS, tmp_path)
    plain, location, status, headers = json.loads(done.stdout or "[0, 0, 0, {}]")

    assert (plain, location) == (301, "https://kyodo.example.jp/spaces/"), done.stderr
    assert status == 200
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
