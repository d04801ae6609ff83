"""What accounts and groups say of persons (kyodo.privacy). What goes when somebody leaves: accounts.actions.deletion."""

from kyodo.privacy import fields

PROFILE = (
    "kind name name_kana legal_form purpose activities members_count members_in_city_count founded_on website "
    "fields wards"
)
CONTACT = "contact_name contact_email contact_phone postal_address"

PRIVACY = {
    "User": fields(
        plain="id password last_login is_superuser role ward_centre is_active joined_at deleted_at groups "
        "user_permissions",
        account="email name name_kana phone",
    ),
    "SignIn": fields(plain="id outcome happened_at is_own_device", sign_in="user address browser"),
    "Group": fields(
        plain=f"id {PROFILE} number status registered_on valid_until is_listed public_fields search",
        staff="members",
        group=f"{CONTACT} suspended_reason staff_note",
    ),
    "Party": fields(plain="id application group name role position"),
    "Membership": fields(plain="id group role joined_at", staff="user"),
    "MemberChange": fields(
        plain="id group kind former_role changed_at undone_at",
        staff="user former_representative changed_by undone_by",
    ),
    "Invitation": fields(
        plain="id group role token_hash invited_at expires_at accepted_at revoked_at",
        staff="invited_by accepted_by",
        account="email",
    ),
    "Document": fields(
        plain="id application group kind content_type size uploaded_at replaced_at",
        staff="uploaded_by",
        group="file filename",
    ),
    "Application": fields(
        plain=f"id {PROFILE} reference type status group is_paper wants_model_bylaws hearing_way hearing_at "
        "hearing_sequence completed_steps version created_at submitted_at decided_at",
        staff="applicant entered_by hearing_with decided_by",
        group=f"{CONTACT} change_note hearing_place reason staff_note",
    ),
    "HearingWish": fields(plain="id application rank begins_at"),
    "CriterionCheck": fields(
        plain="id application criterion is_met checked_at", staff="checked_by", group="note"
    ),
    "NoticeChoice": fields(plain="id kind how", staff="user"),
    "PendingNotice": fields(plain="id kind path happened_at", staff="user", group="line"),
    "ExpiryReminder": fields(plain="id group valid_until days reminded_at"),
}
