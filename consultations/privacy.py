"""What consultations say of persons (kyodo.privacy). actions.retention empties what stands under contact and text here.

A test takes one consultation with everything in it through both and looks at every field named below.
"""

from kyodo.privacy import fields

PRIVACY = {
    "Tag": fields(plain="id name"),
    "Consultation": fields(
        plain="id reference channel audience kind ward wish group ward_centre status waiting_for duplicate_of outcome "
        "received_at first_answered_at first_answer_days unanswered_since due_at days_left escalated_at "
        "follow_up_on reopening_asked_at closed_at anonymised_at version consented_at referral_consented_at "
        "form_key fields tags related",
        staff="assignee recorded_by",
        text="subject text person outcome_text next_step search",
    ),
    "Access": fields(plain="id consultation ward_centre level"),
    "WishedTime": fields(plain="id consultation rank begins_at"),
    "Contact": fields(
        plain="id consultation may_phone may_mail may_leave_message anonymised_at",
        contact="name name_kana organisation email phone phone_digits search",
    ),
    "Entry": fields(
        plain="id consultation kind channel office referral via happened_at written_at is_reached minutes mail "
        "anonymised_at",
        staff="by",
        text="text search",
    ),
    "Attachment": fields(plain="id consultation entry content_type size added_at", text="file name"),
    "StatusChange": fields(plain="id consultation before after at why", staff="assignee by"),
    "InboundMail": fields(
        plain="id message_id state why_queued leaves_out size received_at about entry handled_at purged_at",
        staff="handled_by",
        contact="sender recipient subject text reason",
    ),
    "InboundOriginal": fields(plain="inbound", contact="content"),
    "InboundFile": fields(plain="id inbound content_type size", contact="file name"),
    "Introduction": fields(
        plain="id consultation group organisation programme introduced_at result result_at",
        staff="by",
        text="name reason result_text",
    ),
    "Referral": fields(
        plain="id consultation kind status from_ward_centre to_kind to_ward_centre to_organisation sent_at "
        "answer_until consented_on is_without_consent meets_at calendar_sequence answered_at finished_at outcome "
        "anonymised_at",
        staff="to_specialist from_name to_name sent_by consent_by answered_by assignee",
        text="to_email summary consent_text answer_text outcome_text",
    ),
    "ReferralTime": fields(plain="id referral rank begins_at"),
    "PageCode": fields(
        plain="id consultation ticket_hash created_at expires_at used_at", contact="code_hash"
    ),
    "AnswerLink": fields(plain="id referral token_hash created_at expires_at revoked_at", text="excerpt"),
    "NetworkMeeting": fields(plain="id title begins_at ends_at place agenda"),
    "MeetingMaterial": fields(plain="id meeting file name content_type added_at"),
    "LockOut": fields(plain="id consultation at", staff="user by", text="reason"),
    "Reading": fields(plain="id consultation reader what at", reading="by"),
    "Presence": fields(plain="id consultation since seen_at is_writing", moment="user"),
    "RetentionRun": fields(plain="id started_at finished_at contacts texts files mails readings waiting"),
    "CannedReply": fields(plain="id title kind body position is_active"),
    "ReplyDraft": fields(
        plain="id consultation waits_for_answer version saved_at", staff="by", text="message copies_to"
    ),
    "DraftFile": fields(plain="id draft content_type size", text="file name"),
    "SavedView": fields(plain="id name query position", staff="user"),
    "Specialist": fields(
        plain="id profession areas ways is_active wards",
        roster="name name_kana office_name email phone note",
    ),
    "SpecialistSlot": fields(plain="id specialist begins_at ends_at"),
    "SpecialistSession": fields(
        plain="id consultation profession status slot referral begins_at ends_at way hold calendar_sequence "
        "created_at held_at anonymised_at version",
        staff="specialist created_by",
        text="hearing_note place result",
    ),
    "Survey": fields(
        plain="id consultation closed_at sent_at answered_at solved rating anonymised_at", text="comment"
    ),
}
