"""What staff keep for themselves: texts they send often, and views of the inbox."""

from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation
from consultations.models.entries import Entry
from kyodo import clock
from kyodo.db import models


class CannedReply(models.Model):
    """A text that staff send often (定型文), with placeholders such as {name} and {reference}."""

    title = models.CharField(_("題名"), max_length=60)
    kind = models.CharField(
        _("相談の種類"),
        max_length=12,
        choices=Consultation.Kind.choices,
        blank=True,
        help_text=_("空にすると、どの相談でも選べます。"),
    )
    body = models.TextField(_("本文"), max_length=4000)
    position = models.PositiveSmallIntegerField(_("並び順"), default=0)
    is_active = models.BooleanField(_("使う"), default=True)

    class Meta:
        verbose_name = _("定型文")
        verbose_name_plural = _("定型文")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class ReplyDraft(models.Model):
    """A reply that somebody is writing and has not sent (書きかけの返信): theirs alone, gone once it is sent.

    It carries what was typed, and the files, from the form to the page that shows the mail before it leaves.
    """

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="reply_drafts")
    by = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    message = models.TextField(_("相談者へ送る文"), max_length=Entry.LONGEST, blank=True)
    copies_to = models.CharField(_("写しを送る相手（Cc）"), max_length=800, blank=True)
    """Addresses, parted by a space."""
    waits_for_answer = models.BooleanField(_("送ったら、相談者の返事を待つ"), default=False)
    version = models.PositiveIntegerField()
    """Of the consultation, as it was when the reply was begun."""
    saved_at = models.DateTimeField(_("保存した日時"), default=clock.now)

    class Meta:
        verbose_name = _("書きかけの返信")
        verbose_name_plural = _("書きかけの返信")
        constraints = [models.UniqueConstraint(fields=["consultation", "by"], name="reply_draft_once")]
        indexes = [models.Index(fields=["saved_at"], name="reply_draft_oldest")]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.by_id}"


class DraftFile(models.Model):
    """A file that will go with a reply (書きかけの返信の添付ファイル)."""

    draft = models.ForeignKey(ReplyDraft, models.CASCADE, related_name="files")
    file = models.FileField(_("ファイル"), upload_to="drafts/%Y/%m/", max_length=200)
    name = models.CharField(_("名前"), max_length=120)
    content_type = models.CharField(_("種類"), max_length=100)
    size = models.PositiveIntegerField(_("大きさ"), help_text=_("バイト"))

    class Meta:
        verbose_name = _("書きかけの返信の添付ファイル")
        verbose_name_plural = _("書きかけの返信の添付ファイル")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.pk}"


class SavedView(models.Model):
    """A member of staff's own view of the inbox (保存した表示): the filters as they stood."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    name = models.CharField(_("名前"), max_length=30)
    query = models.CharField(max_length=500)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("保存した表示")
        verbose_name_plural = _("保存した表示")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                name="saved_view_name_once",
                violation_error_message=_("この名前の表示は、もうあります。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name
