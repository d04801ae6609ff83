"""What each of the centre's roles may do in the admin: permissions come from the role, not from hand-set boxes."""

from accounts.models import User

VIEW_ALL = ("accounts", "spaces", "consultations", "centre", "mail")
CHANGES: dict[str, dict[str, tuple[str, ...]]] = {
    # Reception: the day's work.
    User.Role.RECEPTION: {
        "spaces": ("booking", "waitingentry"),
    },
    # Coordinators: groups, holds, approvals, as well.
    User.Role.COORDINATOR: {
        "spaces": ("booking", "waitingentry", "hold", "bookingseries", "lotteryround"),
        "accounts": ("application", "group", "membership"),
        "consultations": (
            "tag",
            "cannedreply",
            "specialist",
            "specialistslot",
            "networkmeeting",
            "meetingmaterial",
        ),
        "centre": ("closure",),
        "mail": ("outgoingmail",),
    },
}


def has_permission(user: User, permission: str) -> bool:
    """Answer for `app.action_model`. A manager may do all; the others look at everything and change their part."""
    if not user.is_staff:
        return False
    if user.role == User.Role.MANAGER:
        return True
    app, _, codename = permission.partition(".")
    action, _, model = codename.partition("_")
    if action == "view":
        return app in VIEW_ALL
    return model in CHANGES.get(User.Role(user.role), {}).get(app, ())
