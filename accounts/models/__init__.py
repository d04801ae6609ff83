from accounts.models.applications import Application, CriterionCheck, HearingWish
from accounts.models.groups import Document, Group, Invitation, Membership, Party
from accounts.models.users import User

__all__ = [
    "Application",
    "CriterionCheck",
    "Document",
    "Group",
    "HearingWish",
    "Invitation",
    "Membership",
    "Party",
    "User",
]
