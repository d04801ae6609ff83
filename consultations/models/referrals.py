from typing import TYPE_CHECKING, ClassVar

import pghistory
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation
from consultations.models.oversight import LockOut
from kyodo import clock
from kyodo.db import models

if TYPE_CHECKING:
    from accounts.models import User


MOVED = ("finished_at", "answered_at", "sent_at")
"""The first of these that there is: when it moved last."""


class ReferralQuerySet(models.QuerySet["Referral"]):
    def visible_to(self, user: "User") -> "ReferralQuerySet":
        """Both ends see it for good: the office that sent it and the one it went to; nobody kept out by name."""
        if user.is_staff:
            seen = self.filter(Q(from_ward_centre__isnull=True) | Q(to_kind=Referral.To.CENTRE))
        elif user.is_ward_officer:
            seen = self.filter(
                Q(from_ward_centre_id=user.ward_centre_id) | Q(to_ward_centre_id=user.ward_centre_id)
            )
        else:
            return self.none()
        return seen.exclude(consultation__in=LockOut.objects.hidden_from(user))

    def sent_by_office(self, ward_centre_id: int | None) -> "ReferralQuerySet":
        """None asks for the centre itself."""
        if ward_centre_id is None:
            return self.filter(from_ward_centre__isnull=True)
        return self.filter(from_ward_centre_id=ward_centre_id)

    def received_by_office(self, ward_centre_id: int | None) -> "ReferralQuerySet":
        if ward_centre_id is None:
            return self.filter(to_kind=Referral.To.CENTRE)
        return self.filter(to_ward_centre_id=ward_centre_id)

    def open(self) -> "ReferralQuerySet":
        return self.filter(status__in=Referral.OPEN)


@pghistory.track()
class Referral(models.Model):
    """A consultation brought to somebody else (紹介): by a ward centre to the centre or back, to a specialist, to an
    organisation. The sender keeps a view of it and learns what became of it.

    sent → accepted / declined / withdrawn / expired; accepted → done / withdrawn / expired (a partner without an
    account; an office, where the consultation was closed long ago).
    """

    class Kind(models.TextChoices):
        REFER = "refer", _("紹介")  # the sender keeps it in hand
        TRANSFER = "transfer", _("引き継ぎ")  # it changes hands once accepted
        JOIN = "join", _("同席のお願い")  # the receiver comes to the talk

    class To(models.TextChoices):
        CENTRE = "centre", _("センター")
        WARD_CENTRE = "ward_centre", _("区のセンター")
        ORGANISATION = "organisation", _("ほかの機関")
        SPECIALIST = "specialist", _("専門家")

    class Status(models.TextChoices):
        SENT = "sent", _("返事待ち")
        ACCEPTED = "accepted", _("引き受けた")
        DECLINED = "declined", _("断った")
        DONE = "done", _("終わった")
        WITHDRAWN = "withdrawn", _("取り下げた")
        EXPIRED = "expired", _("期限切れ")

    LONGEST = 2000
    OPEN = (Status.SENT, Status.ACCEPTED)
    OFFICES = (To.CENTRE, To.WARD_CENTRE)
    """Receivers with accounts; the others answer on a page by link."""

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="referrals", verbose_name=_("相談")
    )
    kind = models.CharField(_("種類"), max_length=8, choices=Kind.choices)
    status = models.CharField(_("状態"), max_length=10, choices=Status.choices, default=Status.SENT)

    from_ward_centre = models.ForeignKey(
        "centre.WardCentre",
        models.PROTECT,
        related_name="referrals_sent",
        verbose_name=_("送った区のセンター"),
        null=True,
        blank=True,
    )
    """None: the centre sent it."""
    to_kind = models.CharField(_("送り先の種類"), max_length=12, choices=To.choices)
    to_ward_centre = models.ForeignKey(
        "centre.WardCentre",
        models.PROTECT,
        related_name="referrals_received",
        verbose_name=_("送り先の区のセンター"),
        null=True,
        blank=True,
    )
    to_organisation = models.ForeignKey(
        "centre.SupportOrganisation",
        models.PROTECT,
        related_name="+",
        verbose_name=_("送り先の機関"),
        null=True,
        blank=True,
    )
    to_specialist = models.ForeignKey(
        "consultations.Specialist",
        models.PROTECT,
        related_name="referrals",
        verbose_name=_("送り先の専門家"),
        null=True,
        blank=True,
    )
    to_email = models.EmailField(_("送り先のメールアドレス"), blank=True)
    """Where the link of a receiver without an account went."""
    from_name = models.CharField(_("送った窓口"), max_length=100)
    to_name = models.CharField(_("送り先"), max_length=100)
    """Both ends as they were called at that moment: statistics outlive a change of names."""

    summary = models.TextField(_("要約"), max_length=LONGEST, blank=True)
    """All the receiver reads before accepting: without name and contact."""
    sent_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("送った人"))
    sent_at = models.DateTimeField(_("送った日時"), default=clock.now)
    answer_until = models.DateTimeField(_("返事の期限"))

    consent_text = models.CharField(_("同意の内容"), max_length=300)
    consented_on = models.DateField(_("同意の日"), null=True, blank=True)
    consent_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        related_name="+",
        verbose_name=_("同意を確かめた人"),
        null=True,
        blank=True,
    )
    """None: the person consented in the form."""
    is_without_consent = models.BooleanField(_("同意なしで送った"), default=False)
    """A manager's decision; consent_text then says why."""

    meets_at = models.DateTimeField(_("同席の日時"), null=True, blank=True)
    calendar_sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    """Rises with every calendar entry that was mailed: calendars take the newest."""
    answered_at = models.DateTimeField(_("返事の日時"), null=True, blank=True)
    answered_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        related_name="+",
        verbose_name=_("返事をした人"),
        null=True,
        blank=True,
    )
    assignee = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        related_name="+",
        verbose_name=_("引き受けた窓口の担当"),
        null=True,
        blank=True,
    )
    """Of the office that took it on: whom the sender speaks with. The consultation keeps its own."""
    answer_text = models.TextField(_("返事"), max_length=LONGEST, blank=True)
    finished_at = models.DateTimeField(_("終わった日時"), null=True, blank=True)
    outcome = models.CharField(_("結果"), max_length=12, choices=Consultation.Outcome.choices, blank=True)
    outcome_text = models.TextField(_("その後"), max_length=LONGEST, blank=True)
    anonymised_at = models.DateTimeField(_("消去した日時"), null=True, blank=True)

    objects: ClassVar[ReferralQuerySet] = ReferralQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("紹介")
        verbose_name_plural = _("紹介")
        ordering = ["-sent_at", "-pk"]
        indexes = [
            models.Index(fields=["to_ward_centre", "-sent_at"], name="referral_received"),
            models.Index(fields=["from_ward_centre", "-sent_at"], name="referral_sent"),
            models.Index(
                fields=["answer_until"], condition=Q(status__in=["sent", "accepted"]), name="referral_open"
            ),
            models.Index(fields=["-sent_at", "-id"], name="referral_newest"),
            # What came back to a ward's desk, the last move first.
            models.Index(
                F("from_ward_centre"), Coalesce(*MOVED).desc(), F("id").desc(), name="referral_sent_moved"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    to_kind="centre",
                    to_ward_centre__isnull=True,
                    to_organisation__isnull=True,
                    to_specialist__isnull=True,
                    to_email="",
                )
                | Q(
                    to_kind="ward_centre",
                    to_ward_centre__isnull=False,
                    to_organisation__isnull=True,
                    to_specialist__isnull=True,
                    to_email="",
                )
                | Q(to_kind="organisation", to_ward_centre__isnull=True, to_specialist__isnull=True)
                | Q(
                    to_kind="specialist",
                    to_ward_centre__isnull=True,
                    to_organisation__isnull=True,
                    to_specialist__isnull=False,
                ),
                name="referral_goes_to_one",
            ),
            models.CheckConstraint(
                condition=~Q(to_kind="centre") | Q(from_ward_centre__isnull=False),
                name="referral_not_from_centre_to_itself",
            ),
            models.CheckConstraint(
                condition=Q(to_ward_centre__isnull=True)
                | Q(from_ward_centre__isnull=True)
                | ~Q(to_ward_centre=models.F("from_ward_centre")),
                name="referral_not_to_oneself",
            ),
            models.CheckConstraint(
                condition=Q(kind="refer") | Q(to_kind__in=["centre", "ward_centre"]),
                name="referral_partner_is_referred",
            ),
            models.CheckConstraint(
                condition=~Q(status="declined") | ~Q(answer_text="") | Q(anonymised_at__isnull=False),
                name="referral_declined_has_reason",
                violation_error_message=_("引き受けられない理由を書いてください。"),
            ),
            models.CheckConstraint(
                condition=(Q(status="done", finished_at__isnull=False) & ~Q(outcome=""))
                | (~Q(status="done") & Q(outcome="")),
                name="referral_done_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(is_without_consent=True) | Q(consented_on__isnull=False),
                name="referral_has_consent",
            ),
            models.UniqueConstraint(
                fields=["consultation", "to_kind", "to_ward_centre", "to_specialist", "to_name"],
                condition=Q(status__in=["sent", "accepted"]),
                nulls_distinct=False,
                name="referral_one_open_per_receiver",
                violation_error_message=_("この送り先への紹介は、すでに進んでいます。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_name} → {self.to_name}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN


class ReferralTime(models.Model):
    """One of up to three times wished for a joint session (同席の希望日時)."""

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="wished_times")
    rank = models.PositiveSmallIntegerField(_("希望順"))
    begins_at = models.DateTimeField(_("希望日時"))

    class Meta:
        verbose_name = _("同席の希望日時")
        verbose_name_plural = _("同席の希望日時")
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["referral", "rank"], name="referral_time_rank_once"),
            models.CheckConstraint(condition=Q(rank__range=(1, 3)), name="referral_time_rank_1_to_3"),
        ]

    def __str__(self) -> str:
        return f"{self.rank} {self.begins_at}"
