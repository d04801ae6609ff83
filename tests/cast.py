"""The standing cast: who walks through every test. One group (あおば) with its people, another group, and staff."""

import pytest

from accounts.models import Group, User
from tests.factories.accounts import GroupFactory, UserFactory


@pytest.fixture
def citizen(db: None) -> User:
    """Has an account and no group."""
    return UserFactory(name="市民 一郎")


@pytest.fixture
def representative(db: None) -> User:
    return UserFactory(name="代表 青葉")


@pytest.fixture
def booking_manager(db: None) -> User:
    return UserFactory(name="予約 担子")


@pytest.fixture
def member(db: None) -> User:
    return UserFactory(name="会員 太郎")


@pytest.fixture
def group(representative: User, booking_manager: User, member: User) -> Group:
    """The approved group of representative, booking_manager and member."""
    return GroupFactory(
        name="あおば見守りの会",
        name_kana="あおばみまもりのかい",
        representative=representative,
        booking_managers=[booking_manager],
        members=[member],
    )


@pytest.fixture
def other_representative(db: None) -> User:
    return UserFactory(name="代表 港")


@pytest.fixture
def other_group(other_representative: User) -> Group:
    """Another approved group, of other_representative."""
    return GroupFactory(
        name="みなと日本語ひろば", name_kana="みなとにほんごひろば", representative=other_representative
    )


@pytest.fixture
def ward_officer(db: None) -> User:
    return UserFactory(name="区の 職員", ward_officer=True)


@pytest.fixture
def reception(db: None) -> User:
    return UserFactory(name="受付 職員", reception=True)


@pytest.fixture
def coordinator(db: None) -> User:
    return UserFactory(name="調整 職員", coordinator=True)


@pytest.fixture
def manager(db: None) -> User:
    return UserFactory(name="管理 職員", manager=True)
