from accounts.models.applications import Application, CriterionCheck, ExpiryReminder, HearingWish
from accounts.models.groups import Document, Group, Invitation, MemberChange, Membership, Party
from accounts.models.notices import NoticeChoice, PendingNotice
from accounts.models.sign_ins import SignIn
from accounts.models.users import User

__all__ = [
    "Application",
    "CriterionCheck",
    "Document",
    "ExpiryReminder",
    "Group",
    "HearingWish",
    "Invitation",
    "MemberChange",
    "Membership",
    "NoticeChoice",
    "Party",
    "PendingNotice",
    "SignIn",
    "User",
]
