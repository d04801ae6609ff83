"""What the outbox says of persons (kyodo.privacy): to whom, and everything in it."""

from kyodo.privacy import fields

PRIVACY = {
    "OutgoingMail": fields(
        plain="id kind key state sender message_id is_private is_automatic about_kind about_id about_label about_url "
        "attempts attempts_left next_attempt_at is_uncertain delivery delivery_reason delivery_at provider_id created_at claimed_at sent_at purged_at",
        # A server's refusal may repeat the address.
        mail="to reply_to subject body html headers search last_error delivery_words",
    ),
    "MailAttachment": fields(plain="id mail content_type", mail="name content"),
}
