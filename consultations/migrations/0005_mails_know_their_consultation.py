"""Mails written before they carried it learn which consultation they are about, so that who may see it sees them."""

from django.db import migrations

LEARN = """
    UPDATE mail_outgoingmail AS mail
       SET about_kind = 'consultation',
           -- One that fits no consultation is nobody's: no row has this key.
           about_id = coalesce(
               (SELECT id FROM consultations_consultation WHERE reference = mail.about_label), 0)
     WHERE kind LIKE 'consultations/%' AND kind NOT LIKE 'consultations/overdue%' AND about_kind = ''
"""
FORGET = "UPDATE mail_outgoingmail SET about_kind = '', about_id = NULL WHERE about_kind = 'consultation'"
# A list of references for one person; a colleague may be kept out of some of them.
HIDE = "UPDATE mail_outgoingmail SET is_private = true WHERE kind LIKE 'consultations/overdue%'"


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0004_inbox_index"),
        ("mail", "0002_about_what"),
    ]

    operations = [
        migrations.RunSQL(LEARN, FORGET),
        migrations.RunSQL(HIDE, migrations.RunSQL.noop),
    ]
