"""What the centre's own rows say of persons (kyodo.privacy): nothing, but for who closed a day."""

from kyodo.privacy import fields

PLACE = "id name postal_code address phone fax email website confirmed_on"

PRIVACY = {
    "Centre": fields(
        plain="id name name_kana operator introduction postal_code address building latitude longitude access "
        "phone fax email website disaster_phone"
    ),
    "ActivityField": fields(plain="id code kind name short_name position law_fields"),
    "HistoryEntry": fields(plain="id year month side text"),
    "OpeningHours": fields(plain="id name begins_on ends_on is_yearly priority note"),
    "OpeningTime": fields(plain="id layer day opens closes"),
    "Closure": fields(plain="id first_day last_day begins ends kind reason created_at", staff="created_by"),
    "LoadedRow": fields(plain="id kind key object_id values"),
    "NewsItem": fields(plain="id title body published_at"),
    "Ward": fields(plain="id code name kana position"),
    "WardCentre": fields(plain=f"{PLACE} ward"),
    "SupportOrganisation": fields(plain=f"{PLACE} kind ward description"),
    "SupportProgramme": fields(
        plain="id name kind description operator phone website eligibility audiences needs fields ward deadline "
        "applications_until confirmed_on is_active position"
    ),
}
