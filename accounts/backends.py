from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet

from accounts import roles
from accounts.models import User
from kyodo import memo
from kyodo.statements import Statement


@Statement
def _by_key(key: int) -> QuerySet[User]:
    return User.objects.filter(pk=key)


class RoleBackend:
    """Answers what a role may do; nobody signs in through it, so it knows no get_user."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        return None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return isinstance(user_obj, User) and user_obj.is_active and roles.has_permission(user_obj, perm)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return isinstance(user_obj, User) and user_obj.is_active and user_obj.is_staff


class AccountBackend(AuthenticationBackend):
    """allauth's own; who a session belongs to is asked at every request, with a statement that is not built anew."""

    def get_user(self, user_id: Any) -> User | None:
        user = memo.kept((User, int(user_id))) or _by_key.first(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
