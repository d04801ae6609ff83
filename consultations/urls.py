from django.urls import URLPattern, path

from consultations.views import answer, ask, person

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

urlpatterns: list[URLPattern] = [*asking, *answering]
