from consultations.models.consultations import Access, Consultation, Tag, WishedTime
from consultations.models.contacts import Contact
from consultations.models.entries import Attachment, Entry, StatusChange
from consultations.models.inbound import InboundFile, InboundMail, InboundOriginal
from consultations.models.introductions import Introduction
from consultations.models.keys import AnswerLink, PageCode
from consultations.models.network import MeetingMaterial, NetworkMeeting
from consultations.models.oversight import LockOut, Presence, Reading, RetentionRun
from consultations.models.referrals import Referral, ReferralTime
from consultations.models.replies import CannedReply, DraftFile, ReplyDraft, SavedView
from consultations.models.specialists import Specialist, SpecialistSession, SpecialistSlot
from consultations.models.surveys import Survey

__all__ = [
    "Access",
    "AnswerLink",
    "Attachment",
    "CannedReply",
    "Consultation",
    "Contact",
    "DraftFile",
    "Entry",
    "InboundFile",
    "InboundMail",
    "InboundOriginal",
    "Introduction",
    "LockOut",
    "MeetingMaterial",
    "NetworkMeeting",
    "PageCode",
    "Presence",
    "Reading",
    "Referral",
    "ReferralTime",
    "RetentionRun",
    "ReplyDraft",
    "SavedView",
    "Specialist",
    "SpecialistSession",
    "SpecialistSlot",
    "StatusChange",
    "Survey",
    "Tag",
    "WishedTime",
]
