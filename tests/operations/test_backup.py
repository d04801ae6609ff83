from pathlib import Path

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import User
from kyodo import backup
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def paper(settings: Settings) -> Path:
    path = Path(settings.MEDIA_ROOT) / "documents" / "規約.pdf"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"%PDF-1.7")
    return path


def test_what_was_there_comes_back_and_what_came_later_goes(tmp_path: Path, paper: Path) -> None:
    UserFactory(name="前から いる人")
    written = backup.backup(tmp_path / "backups")
    User.objects.update(name="書き換え")
    UserFactory(name="後から 来た人")
    paper.write_bytes(b"spoilt")
    (paper.parent / "later.pdf").touch()

    backup.restore(written, overwrite=True)

    assert [user.name for user in User.objects.all()] == ["前から いる人"]
    assert paper.read_bytes() == b"%PDF-1.7"
    assert [path.name for path in paper.parent.iterdir()] == [paper.name]
    # Triggers and functions came along: history is written again.
    User.objects.update(name="三度目")
    assert history() >= 1


def test_a_full_database_is_not_replaced_without_being_told_to(tmp_path: Path) -> None:
    written = backup.backup(tmp_path)
    UserFactory(name="残る 人")

    with pytest.raises(backup.BackupError, match="not empty"):
        backup.restore(written)

    assert User.objects.get().name == "残る 人"


@pytest.mark.parametrize("part", [backup.DUMP, backup.FILES])
def test_a_damaged_backup_is_refused(tmp_path: Path, part: str) -> None:
    written = backup.backup(tmp_path)
    (written / part).write_bytes((written / part).read_bytes() + b"x")

    with pytest.raises(backup.BackupError, match=part):
        backup.restore(written, overwrite=True)


def test_a_restore_that_breaks_off_changes_nothing(tmp_path: Path) -> None:
    written = backup.backup(tmp_path)
    UserFactory(name="残る 人")
    manifest = written / backup.MANIFEST
    (written / backup.DUMP).write_bytes((written / backup.DUMP).read_bytes()[:-2000])
    manifest.write_text('{"sha256": {}}')

    with pytest.raises(backup.BackupError):
        backup.restore(written, overwrite=True)

    assert User.objects.get().name == "残る 人"


def test_the_oldest_backups_go_and_half_written_ones_do_not_count(tmp_path: Path) -> None:
    for name in (
        "kyodo-20261101-030000",
        "kyodo-20261102-030000",
        "kyodo-20261103-030000",
        "kyodo-20261104-030000.new",
    ):
        (tmp_path / name).mkdir()

    backup.delete_old(tmp_path, keep=2)

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "kyodo-20261102-030000",
        "kyodo-20261103-030000",
        "kyodo-20261104-030000.new",
    ]


def history() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_userevent WHERE name = '三度目'")
        return int(cursor.fetchone()[0])
