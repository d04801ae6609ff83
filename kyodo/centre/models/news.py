from typing import Any, ClassVar

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from kyodo import clock
from kyodo.db import models


class NewsItemQuerySet(models.QuerySet["NewsItem"]):
    def published(self) -> "NewsItemQuerySet":
        return self.filter(published_at__lte=clock.now())


class NewsItem(models.Model):
    """A piece of news from the centre (お知らせ). Without a time of publication it is a draft."""

    title = models.CharField(_("題名"), max_length=80)
    body = models.TextField(_("本文"), max_length=4000, blank=True)
    published_at = models.DateTimeField(
        _("公開日時"),
        null=True,
        blank=True,
        help_text=_("空なら下書きです。先の日時なら、その時に公開されます。"),
    )

    objects = NewsItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("お知らせ")
        verbose_name_plural = _("お知らせ")
        ordering: ClassVar[list[Any]] = [F("published_at").desc(nulls_first=True), "-id"]
        indexes = [models.Index(fields=["-published_at"], name="news_published")]

    def __str__(self) -> str:
        return self.title
