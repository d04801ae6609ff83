"""What the reports count: views without names, words and references (docs/decisions/0030-privacy-as-code.md).

Days are those of Japan. PostgreSQL refuses to change the type of a column that a view shows: such a migration drops
the view first and makes it again.
"""

from django.db import migrations

DAY = "({column} AT TIME ZONE 'Asia/Tokyo')::date"


def day(column: str) -> str:
    return DAY.format(column=column)


VIEWS = {
    "report_consultation": f"""
        SELECT id, channel, kind, audience, ward_id, ward_centre_id AS office_id, status, outcome,
               {day("received_at")} AS received_on,
               date_trunc('month', received_at AT TIME ZONE 'Asia/Tokyo')::date AS received_month,
               extract(year FROM (received_at AT TIME ZONE 'Asia/Tokyo') - interval '3 months')::integer
                   AS received_fiscal_year,
               first_answer_days,
               {day("closed_at")} AS closed_on,
               {day("closed_at")} - {day("received_at")} AS days_to_close
          FROM consultations_consultation
    """,
    "report_consultation_field": f"""
        SELECT through.consultation_id, through.activityfield_id AS field_id, {day("asked.received_at")} AS received_on,
               asked.ward_centre_id AS office_id
          FROM consultations_consultation_fields through
          JOIN consultations_consultation asked ON asked.id = through.consultation_id
    """,
    "report_referral": f"""
        SELECT id, consultation_id, kind, status, from_ward_centre_id AS from_office_id, to_kind,
               to_ward_centre_id AS to_office_id, is_without_consent,
               {day("sent_at")} AS sent_on, {day("answered_at")} AS answered_on, {day("finished_at")} AS finished_on
          FROM consultations_referral
    """,
    "report_session": f"""
        SELECT id, consultation_id, profession, status, way,
               {day("created_at")} AS asked_on, {day("begins_at")} AS begins_on
          FROM consultations_specialistsession
    """,
    "report_survey": f"""
        SELECT id, consultation_id, solved, rating, {day("sent_at")} AS sent_on, {day("answered_at")} AS answered_on
          FROM consultations_survey
    """,
    "report_introduction": f"""
        SELECT id, consultation_id, result, {day("introduced_at")} AS introduced_on
          FROM consultations_introduction
    """,
}
# What the views are counted by. INCLUDE lets a year be counted from the index alone; the bare moment stands in it too,
# because PostgreSQL asks for the column itself before it does without the table.
INDEXES = {
    "consultation_report_received": f"""
        ON consultations_consultation (({day("received_at")}))
        INCLUDE (received_at, id, channel, kind, audience, ward_id, ward_centre_id, first_answer_days)
    """,
    "consultation_report_closed": f"""
        ON consultations_consultation (({day("closed_at")}))
        INCLUDE (closed_at, received_at, ward_centre_id, outcome)
        WHERE closed_at IS NOT NULL
    """,
    "referral_report_sent": f"ON consultations_referral (({day('sent_at')}))",
    "survey_report_sent": f"ON consultations_survey (({day('sent_at')}))",
}


class Migration(migrations.Migration):
    dependencies = [("consultations", "0001_initial")]

    operations = [
        *(
            migrations.RunSQL(f"CREATE VIEW {name} AS {select}", f"DROP VIEW {name}")
            for name, select in VIEWS.items()
        ),
        *(
            migrations.RunSQL(f"CREATE INDEX {name} {on}", f"DROP INDEX {name}")
            for name, on in INDEXES.items()
        ),
    ]
