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
