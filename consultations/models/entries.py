from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Access, Consultation
from kyodo import clock
from kyodo.db import models

if TYPE_CHECKING:
    from accounts.models import User


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, user: "User") -> "EntryQuerySet":
        """The office in hand reads all; one that accepted a referral what was said, and its own notes; one that only
        follows it its own and what was shared with partners. The person reads what passed between them and the office.
        """
        if not (user.is_staff or user.is_ward_officer):
            return self.public().filter(
                Q(consultation__person_id=user.pk, via__isnull=True) | Q(via__person_id=user.pk)
            )
        # Asked for each row rather than for all consultations of the office: these are tens of thousands.
        access = Access.objects.of_office(user.ward_centre_id).filter(consultation=OuterRef("consultation"))
        own = Q(office=user.ward_centre_id) if user.ward_centre_id else Q(office__isnull=True)
        return self.filter(
            Exists(access.filter(level=Access.Level.OWNER))
            | (Exists(access.filter(level=Access.Level.FULL)) & Q(kind__in=Entry.SHARED))
            | (Exists(access) & own)
        ).exclude(consultation__lock_outs__user_id=user.pk)

    def public(self) -> "EntryQuerySet":
        """What a person who asked may read: their own messages and what was sent to them."""
        return self.filter(kind__in=Entry.PUBLIC)

    def on_page_of(self, consultation: Consultation) -> "EntryQuerySet":
        """What the page of whoever asked shows, whoever opened it: the public part of this consultation alone.

        Of a duplicate also what they wrote since, though it stands in the one that goes on; and never there what
        came from a duplicate, because two people may have asked the same.
        """
        return self.public().filter(Q(consultation=consultation, via__isnull=True) | Q(via=consultation))


class Entry(models.Model):
    """One thing that happened in a consultation (記録): a message, an answer, a talk, a note. Never changed, never deleted.

    A note is for staff alone; nothing turns it into something a person receives.
    """

    class Kind(models.TextChoices):
        NOTE = "note", _("職員メモ")
        MESSAGE = "message", _("相談者から")
        REPLY = "reply", _("相談者へ")
        TALK = "talk", _("話した記録")
        PARTNER = "partner", _("ほかの機関とのやりとり")

    PUBLIC = (Kind.MESSAGE, Kind.REPLY)
    SHARED = (Kind.MESSAGE, Kind.REPLY, Kind.TALK, Kind.PARTNER)
    """What an office reads that accepted a referral."""
    LONGEST = 8000

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="entries")
    kind = models.CharField(_("種類"), max_length=8, choices=Kind.choices, default=Kind.NOTE)
    channel = models.CharField(_("方法"), max_length=8, choices=Consultation.Channel.choices, blank=True)
    text = models.TextField(_("内容"), max_length=LONGEST, blank=True)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("書いた人"), null=True, blank=True
    )
    """None where the person without an account or a partner speaks, or the site itself notes something."""
    office = models.ForeignKey(
        "centre.WardCentre", models.PROTECT, related_name="+", verbose_name=_("窓口"), null=True, blank=True
    )
    """The office that wrote it, or had it in hand when it came; none is the centre itself."""
    referral = models.ForeignKey(
        "consultations.Referral", models.PROTECT, related_name="entries", null=True, blank=True
    )
    """The referral that an exchange with a partner belongs to."""
    via = models.ForeignKey(
        Consultation,
        models.PROTECT,
        related_name="passed_on",
        verbose_name=_("書いたページの相談"),
        null=True,
        blank=True,
    )
    """Written on the page of a duplicate, which may be another person's: only that page shows it again."""
    happened_at = models.DateTimeField(_("日時"), default=clock.now)
    written_at = models.DateTimeField(_("書いた日時"), default=clock.now)
    is_reached = models.BooleanField(_("連絡がついた"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("かかった時間（分）"), null=True, blank=True)
    mail = models.ForeignKey("mail.OutgoingMail", models.SET_NULL, related_name="+", null=True, blank=True)
    anonymised_at = models.DateTimeField(_("消去した日時"), null=True, blank=True)

    search = SearchVectorField(null=True, editable=False)

    objects: ClassVar[EntryQuerySet] = EntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("記録")
        verbose_name_plural = _("記録")
        ordering = ["happened_at", "pk"]
        indexes = [
            GinIndex(fields=["search"], name="entry_search"),
            models.Index(fields=["consultation", "happened_at", "id"], name="entry_timeline"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(mail__isnull=True) | Q(kind__in=["reply", "partner"]),
                name="entry_note_has_no_mail",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["reply", "talk"]) | Q(by__isnull=False),
                name="entry_of_staff_has_writer",
            ),
            models.CheckConstraint(
                condition=Q(anonymised_at__isnull=True) | Q(text=""), name="entry_anonymised_keeps_no_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.kind} {self.pk}"

    @property
    def is_public(self) -> bool:
        return self.kind in self.PUBLIC


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: "User") -> "AttachmentQuerySet":
        """As the entry it belongs to; what came with the question itself, as the question's text."""
        return self.filter(
            Q(entry__isnull=True, consultation__in=Consultation.objects.readable_by(user))
            | Q(entry__in=Entry.objects.visible_to(user))
        )


class Attachment(models.Model):
    """A file that came with a question or an entry (添付ファイル); private, given out only to who reads that."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="attachments")
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="attachments", null=True, blank=True)
    file = models.FileField(_("ファイル"), upload_to="consultations/%Y/%m/", max_length=200)
    name = models.CharField(_("名前"), max_length=120)
    content_type = models.CharField(_("種類"), max_length=100)
    size = models.PositiveIntegerField(_("大きさ"), help_text=_("バイト"))
    added_at = models.DateTimeField(_("追加した日時"), default=clock.now)

    objects: ClassVar[AttachmentQuerySet] = AttachmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("添付ファイル")
        verbose_name_plural = _("添付ファイル")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.pk}"


class StatusChange(models.Model):
    """One step of a consultation's way (状態の変化); the latest is what the consultation shows. Appended, never changed."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="status_changes")
    before = models.CharField(max_length=12, choices=Consultation.Status.choices, blank=True)
    after = models.CharField(max_length=12, choices=Consultation.Status.choices)
    assignee = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", null=True, blank=True)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", null=True, blank=True)
    """None where the person, a partner or the clock moved it."""
    at = models.DateTimeField(default=clock.now)
    why = models.CharField(max_length=200, blank=True)
    """In the system's own words; never what a person wrote."""

    class Meta:
        verbose_name = _("状態の変化")
        verbose_name_plural = _("状態の変化")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["consultation", "at", "id"], name="status_change_timeline")]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.before}→{self.after}"
