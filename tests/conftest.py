"""What every test stands on: the real PostgreSQL, and no way past this machine."""

import gc
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket
from django.conf import settings
from pytest_django.fixtures import Settings

pytest_plugins = ["tests.cast", "tests.scanner"]

THIS_MACHINE = ["127.0.0.1", "::1", "localhost"]


def pytest_configure() -> None:
    """Start the embedded database; each process of xdist holds it, the last one to end stops it."""
    options = settings.DATABASES["default"]["OPTIONS"]
    # Test data may vanish with the machine, so no commit waits for the disk. Only for these connections.
    options.setdefault("options", "-c synchronous_commit=off")
    # Names of static files without their hashes: nothing has been collected.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    # A slow hash guards real passwords; here it would be most of the running time.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # WhiteNoise would list all static files anew for every test's client, and warns of a folder that is not there.
    settings.WHITENOISE_AUTOREFRESH = True
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    if settings.EMBEDDED_DATABASE:
        settings.EMBEDDED_DATABASE.start()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deal what takes long to the workers of xdist in turn, so that none is left alone with it at the end.

    Under `--dist worksteal` each worker begins with one stretch of the list and, once done, takes from the end of
    another's. The tests that fill the database for others to see stay behind those that roll back, as pytest-django
    puts them.
    """
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    operations, journeys, races, others = ([] for _ in range(4))  # type: ignore[var-annotated]
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        kind = "operations" in marks, "journey" in marks, "race" in marks, True
        (operations, journeys, races, others)[kind.index(True)].append(item)
    dealt, left = [], len(items)
    for worker in range(workers):
        first, last = operations[worker::workers], [*journeys[worker::workers], *races[worker::workers]]
        size = left // (workers - worker)
        left -= size
        between = max(0, size - len(first) - len(last))
        dealt += [*first, *others[:between], *last]
        del others[:between]
    items[:] = [*dealt, *others]


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the garbage search leaves it alone, and looks less often."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup() -> None:
    pytest_socket.socket_allow_hosts(THIS_MACHINE, allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _files_of_their_own(settings: Settings, tmp_path: Path) -> None:
    """What a test uploads goes with it."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture(autouse=True)
def _mails_into_the_outbox(settings: Settings) -> None:
    """As in the real site; Django's test runner would keep what libraries send in a list of its own."""
    settings.EMAIL_BACKEND = "kyodo.mail.backends.OutboxBackend"


@pytest.fixture
def passable_folder() -> Iterator[Path]:
    """A folder that the database's own account reaches: each run of pytest closes tmp_path to all but its owner."""
    folder = Path(tempfile.mkdtemp(prefix="kyodo-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
