from django.conf import settings
from django.urls import URLPattern, path

from consultations.views import answer, ask, editing, inbound, person, survey
from consultations.views.doors import WARD
from consultations.views.ward import consultations as ward_consultations
from consultations.views.ward import desk
from consultations.views.ward import log as ward_log
from consultations.views.ward import mails as ward_mails
from consultations.views.ward import meetings as ward_meetings
from consultations.views.ward import presence as ward_presence
from consultations.views.ward import refer as ward_refer
from consultations.views.ward import referrals as ward_referrals
from consultations.views.ward import reply as ward_reply
from consultations.views.ward import statistics as ward_statistics
from consultations.views.ward import steps as ward_steps

# Whoever asks: sent to the centre, and followed on a page of one's own.
asking: list[URLPattern] = [
    path("consult/", ask.consult, name="consult"),
    path("consult/find/", ask.find, name="consult_find"),
    path("consult/sent/<str:token>/", ask.receipt, name="consult_receipt"),
    path("consult/<str:reference>/", person.consultation, name="consultation"),
    path("consult/<str:reference>/code/", person.request_code, name="consultation_code"),
    path("consult/<str:reference>/open/", person.use_code, name="consultation_open"),
    path("consult/<str:reference>/write/", person.write, name="consultation_write"),
    path("consult/<str:reference>/withdraw/", person.withdraw, name="consultation_withdraw"),
    path("consult/<str:reference>/reopen/", person.ask_for_reopening, name="consultation_reopen"),
    path("consult/<str:reference>/close/", person.close_page, name="consultation_close"),
    path("consult/<str:reference>/files/<int:pk>/", person.attachment, name="consultation_attachment"),
]

# A specialist or an organisation without an account. The thanks stand at an address that is no key.
answering: list[URLPattern] = [
    path("answer/thanks/", answer.thanks, name="consultation_answered"),
    path("answer/<str:token>/", answer.answer, name="consultation_answer"),
]

# The desk of a ward centre, for its officers alone.
ward: list[URLPattern] = [
    path("ward/", desk.desk, name="ward_desk"),
    path("ward/log/", ward_log.log, name="ward_log"),
    path("ward/log/find/", ward_log.find, name="ward_log_find"),
    path("ward/consultations/", ward_consultations.consultations, name="ward_consultations"),
    path("ward/consultations/<str:reference>/", ward_consultations.consultation, name="ward_consultation"),
    path(
        "ward/consultations/<str:reference>/files/<int:pk>/",
        ward_consultations.attachment,
        name="ward_attachment",
    ),
    path("ward/consultations/<str:reference>/presence/", ward_presence.beat, name="ward_presence"),
    path("ward/consultations/<str:reference>/reply/", ward_reply.reply, name="ward_reply"),
    path("ward/consultations/<str:reference>/reply/mail/", ward_reply.mail, name="ward_reply_mail"),
    path("ward/consultations/<str:reference>/reply/discard/", ward_reply.discard, name="ward_reply_discard"),
    path("ward/consultations/<str:reference>/refer/", ward_refer.refer, name="ward_refer"),
    path("ward/consultations/<str:key>/edit/", editing.edit, {"door": WARD}, name="ward_edit"),
    path("ward/consultations/<str:key>/contact/", editing.contact, {"door": WARD}, name="ward_contact"),
    path("ward/consultations/<str:reference>/next/", ward_consultations.next_one, name="ward_next"),
    path("ward/consultations/<str:reference>/<slug:name>/", ward_steps.step, name="ward_step"),
    path("ward/mails/", ward_mails.mails, name="ward_mails"),
    path("ward/mails/<int:pk>/", ward_mails.mail, name="ward_mail"),
    path("ward/mails/<int:pk>/place/", ward_mails.place, name="ward_mail_place"),
    path("ward/mails/<int:pk>/ignore/", ward_mails.ignore, name="ward_mail_ignore"),
    path("ward/referrals/", ward_referrals.referrals, name="ward_referrals"),
    path("ward/referrals/<int:pk>/", ward_referrals.referral, name="ward_referral"),
    path("ward/referrals/<int:pk>/<slug:step>/", ward_referrals.referral_step, name="ward_referral_step"),
    path("ward/statistics/", ward_statistics.statistics, name="ward_statistics"),
    path("ward/meetings/", ward_meetings.meetings, name="ward_meetings"),
    path("ward/meetings/<int:meeting>/<int:pk>/", ward_meetings.material, name="ward_meeting_material"),
]

# Mail that a provider passes on.
mail: list[URLPattern] = [
    path(settings.INBOUND_PATH, inbound.webhook, name="consultations_mail_webhook"),
]

# How it went, two weeks after it was closed.
surveying: list[URLPattern] = [
    path("survey/thanks/<slug:how>/", survey.thanks, name="consultation_survey_thanks"),
    path("survey/<str:token>/", survey.survey, name="consultation_survey"),
]

urlpatterns: list[URLPattern] = [*asking, *answering, *ward, *mail, *surveying]
