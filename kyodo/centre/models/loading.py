from django.utils.translation import gettext_lazy as _

from kyodo.db import models


class LoadedRow(models.Model):
    """What `load_centre` wrote (読み込みの記録), so that it can tell its own words from those of staff.

    Bookkeeping of the loader, see docs/decisions/0003-load-centre.md. Not shown to anybody.
    """

    kind = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    object_id = models.PositiveBigIntegerField()
    values = models.JSONField()

    class Meta:
        verbose_name = _("読み込みの記録")
        verbose_name_plural = _("読み込みの記録")
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="loaded_row_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
