from accounts.models.applications import Application, CriterionCheck, ExpiryReminder, HearingWish
from accounts.models.groups import Document, Group, Invitation, Membership, Party
from accounts.models.users import User

__all__ = [
    "Application",
    "CriterionCheck",
    "Document",
    "ExpiryReminder",
    "Group",
    "HearingWish",
    "Invitation",
    "Membership",
    "Party",
    "User",
]
