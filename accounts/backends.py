from typing import Any

from accounts import roles
from accounts.models import User


class RoleBackend:
    """Answers what a role may do; nobody signs in through it, so it knows no get_user."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        return None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return isinstance(user_obj, User) and user_obj.is_active and roles.has_permission(user_obj, perm)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return isinstance(user_obj, User) and user_obj.is_active and user_obj.is_staff
