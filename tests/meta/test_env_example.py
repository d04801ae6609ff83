"""What a person must know to set a site up stands in one file, and nothing else does."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r'environment\.(?:text|boolean|integer|words|socket_address)\(\s*"([A-Z_]+)"')
WRITTEN = re.compile(r"^#?([A-Z][A-Z_]+)=", re.MULTILINE)
APPS = ("kyodo", "accounts", "spaces", "events", "consultations", "cases", "benchmarks")


def test_every_variable_that_is_read_stands_in_the_example_and_none_besides() -> None:
    sources = [path.read_text() for app in APPS for path in (ROOT / app).rglob("*.py")]
    read = {name for source in sources for name in READ.findall(source)}
    written = set(WRITTEN.findall((ROOT / ".env.example").read_text()))

    assert written - read == set(), "in .env.example, but nobody reads it"
    assert read - written == set(), "read, but not in .env.example"


def test_only_one_module_reads_the_environment_for_settings() -> None:
    """Others would miss the strict reading, the .env file and the test above."""
    allowed = {
        "kyodo/environment.py",
        "kyodo/database.py",
        "kyodo/backup.py",
        "kyodo/serve.py",
        "kyodo/wsgi.py",
        "kyodo/asgi.py",
    }
    found = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"os\.(environ|getenv)", path.read_text())
    }

    assert {path for path in found - allowed if not path.startswith("benchmarks/")} == set()
