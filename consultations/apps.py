from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsultationsConfig(AppConfig):
    name = "consultations"
    verbose_name = _("相談")

    def ready(self) -> None:
        from accounts import endings, notices  # noqa: PLC0415 - models are loaded only now
        from consultations.actions import undelivered  # noqa: PLC0415
        from consultations.actions.retention import forget_person  # noqa: PLC0415
        from consultations.emails.about import KIND  # noqa: PLC0415
        from consultations.models import Consultation  # noqa: PLC0415
        from consultations.notices import (  # noqa: PLC0415
            ASSIGNED,
            MENTION,
            MESSAGE,
            REFERRAL,
            UNDELIVERED,
        )
        from kyodo.mail import about  # noqa: PLC0415

        endings.register_departure(forget_person)
        for kind in (ASSIGNED, MESSAGE, REFERRAL, UNDELIVERED, MENTION):
            notices.register(kind)
        about.register(KIND, lambda user: Consultation.objects.in_hand_of(user), undelivered.follow)
