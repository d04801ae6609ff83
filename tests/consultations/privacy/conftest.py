from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User

BACKEND = "accounts.backends.AccountBackend"


@pytest.fixture
def sign_in(db: Any) -> Callable[[User], Client]:
    def enter(user: User) -> Client:
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(user, backend=BACKEND)
        return client

    return enter
