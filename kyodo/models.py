import uuid

from django.utils.translation import gettext_lazy as _

from kyodo.db import models


class Attempts(models.Model):
    """How often someone asked for something within a window of time (回数の記録). Who, only as a hash.

    The table is UNLOGGED: a count is no record of anything, and after a crash all begin anew.
    """

    key = models.CharField(_("だれが何を"), max_length=64, primary_key=True)
    count = models.PositiveIntegerField(_("回数"))
    ends_at = models.DateTimeField(_("数える期間の終わり"))

    class Meta:
        verbose_name = _("回数の記録")
        verbose_name_plural = _("回数の記録")
        indexes = [models.Index(fields=["ends_at"], name="attempts_end")]

    def __str__(self) -> str:
        return self.key


class UnsentForm(models.Model):
    """A form that was sent after the session had ended (送れなかったフォーム), until its sender is back (kyodo.unsent).

    Sealed with a key that only the sender's browser holds: neither this table nor its backup can be read.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sealed = models.BinaryField(_("封をした中身"))
    ends_at = models.DateTimeField(_("消える時"))

    class Meta:
        verbose_name = _("送れなかったフォーム")
        verbose_name_plural = _("送れなかったフォーム")
        indexes = [models.Index(fields=["ends_at"], name="unsent_form_end")]

    def __str__(self) -> str:
        return str(self.pk)
