from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kyodo import clock
from kyodo.centre.models.contact import phone_number
from kyodo.centre.models.fields import ActivityField
from kyodo.centre.models.places import Ward
from kyodo.db import models


class SupportProgrammeQuerySet(models.QuerySet["SupportProgramme"]):
    def active(self) -> "SupportProgrammeQuerySet":
        """Those the centre still names; staff see them even between two rounds of applications."""
        return self.filter(is_active=True)

    def current(self) -> "SupportProgrammeQuerySet":
        """Those one can apply for, as far as we know: what the public is shown."""
        is_open = Q(applications_until__isnull=True) | Q(applications_until__gte=clock.today())
        return self.active().filter(is_open)

    def reaching(self, ward_id: int | None) -> "SupportProgrammeQuerySet":
        """Those of the whole city, and those of this ward."""
        return self.filter(Q(ward__isnull=True) | Q(ward=ward_id))


class SupportProgramme(models.Model):
    """What groups can apply for (支援制度): a grant, things, the help of experts, a place."""

    class Kind(models.TextChoices):
        MONEY = "money", _("資金")
        GOODS = "goods", _("物品")
        EXPERTS = "experts", _("専門家")
        PLACE = "place", _("場所")

    class Need(models.TextChoices):
        """What brings somebody to the centre: the kinds of question, in the words of consultations."""

        START = "start", _("活動を始めたい")
        RUN = "run", _("団体の運営")
        PARTNER = "partner", _("いっしょに取り組む相手を探したい")
        PROPOSE = "propose", _("協働事業を市に提案したい")
        SPECIALIST = "specialist", _("専門家に聞きたい")

    class Audience(models.TextChoices):
        CITIZEN = "citizen", _("個人")
        GROUP = "group", _("団体")
        REGISTERED = "registered", _("センターの登録団体")
        COMPANY = "company", _("企業")

    name = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(_("種類"), max_length=8, choices=Kind.choices)
    description = models.CharField(
        _("受けられる支援"), max_length=120, help_text=_("1文で。相談する人にも見えます。")
    )

    operator = models.CharField(_("実施する機関"), max_length=80)
    phone = models.PhoneField(_("電話番号"), max_length=20, blank=True, validators=[phone_number])
    website = models.URLField(_("ウェブサイト"), blank=True)

    eligibility = models.CharField(
        _("応募できる人"), max_length=120, blank=True, help_text=_("例：市内で活動する非営利の団体")
    )
    audiences = ArrayField(
        models.CharField(max_length=12, choices=Audience.choices),
        verbose_name=_("応募できる人の区分"),
        default=list,
        blank=True,
    )
    needs = ArrayField(
        models.CharField(max_length=12, choices=Need.choices),
        verbose_name=_("役に立つ相談"),
        default=list,
        blank=True,
    )
    fields = models.ManyToManyField(
        ActivityField,
        verbose_name=ActivityField._meta.verbose_name,
        blank=True,
        related_name="+",
        help_text=_("何もつけなければ、どの分野でも使えます。"),
    )
    ward = models.ForeignKey(
        Ward,
        models.PROTECT,
        related_name="+",
        verbose_name=Ward._meta.verbose_name,
        null=True,
        blank=True,
        help_text=_("市全体を対象とするときは空にします。"),
    )

    deadline = models.CharField(
        _("募集の時期"), max_length=60, blank=True, help_text=_("例：毎年4月から5月、いつでも")
    )
    applications_until = models.DateField(
        _("締切日"), null=True, blank=True, help_text=_("過ぎると、相談する人には出さなくなります。")
    )
    confirmed_on = models.DateField(
        _("最後に確かめた日"), null=True, blank=True, help_text=_("内容と連絡先を先方に確かめた日です。")
    )
    is_active = models.BooleanField(_("案内する"), default=True)
    position = models.PositiveSmallIntegerField(_("並び順"), default=0)

    objects = SupportProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("支援制度")
        verbose_name_plural = _("支援制度")
        ordering: ClassVar[list[Any]] = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "name"],
                name="support_programme_name_once",
                violation_error_message=_("この機関のこの制度は、すでにあります。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["money", "goods", "experts", "place"]),
                name="support_programme_known_kind",
                violation_error_message=_("種類を選んでください。"),
            ),
            models.CheckConstraint(
                condition=~Q(phone="") | ~Q(website=""),
                name="support_programme_reachable",
                violation_error_message=_("電話番号かウェブサイトのどちらかを書いてください。"),
            ),
            models.CheckConstraint(
                condition=Q(audiences__contained_by=["citizen", "group", "registered", "company"]),
                name="support_programme_known_audiences",
                violation_error_message=_("応募できる人の区分を選んでください。"),
            ),
            models.CheckConstraint(
                condition=Q(needs__contained_by=["start", "run", "partner", "propose", "specialist"]),
                name="support_programme_known_needs",
                violation_error_message=_("役に立つ相談を選んでください。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        """The last day to apply has passed; there may be another round."""
        return self.applications_until is not None and self.applications_until < clock.today()
