from django.conf import settings
from django.urls import URLPattern, path

from consultations.views import answer, ask, inbound, person
from consultations.views.ward import desk
from consultations.views.ward import referrals as ward_referrals

# Whoever asks: sent to the centre, and followed on a page of one's own.
asking: list[URLPattern] = [
    path("consult/", ask.consult, name="consult"),
    path("consult/<str:reference>/", person.consultation, name="consultation"),
]

# A specialist or an organisation without an account. The thanks stand at an address that is no key.
answering: list[URLPattern] = [
    path("answer/thanks/", answer.thanks, name="consultation_answered"),
    path("answer/<str:token>/", answer.answer, name="consultation_answer"),
]

# The desk of a ward centre, for its officers alone.
ward: list[URLPattern] = [
    path("ward/", desk.desk, name="ward_desk"),
    path("ward/referrals/<int:pk>/", ward_referrals.referral, name="ward_referral"),
    path("ward/referrals/<int:pk>/<slug:step>/", ward_referrals.referral_step, name="ward_referral_step"),
]

# Mail that a provider passes on.
mail: list[URLPattern] = [
    path(settings.INBOUND_PATH, inbound.webhook, name="consultations_mail_webhook"),
]

urlpatterns: list[URLPattern] = [*asking, *answering, *ward, *mail]
