"""What the pages of the spaces read: all of them compared, and one with its calendar."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kyodo import clock, dates
from kyodo.statements import Statement
from spaces.models import Space, SpacePhoto
from spaces.queries import published, timetable
from spaces.queries.availability import Visitor, offered_spaces
from spaces.queries.prefill import Prefill
from spaces.queries.timetable import DAYS_A_WEEK, MonthCell, Timetable
from spaces.rules import limits


class View(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def label(self) -> Promise:
        return _VIEW_LABELS[self]


_VIEW_LABELS = {
    View.DAY: gettext_lazy("日"),
    View.WEEK: gettext_lazy("週"),
    View.MONTH: gettext_lazy("月"),
}


@dataclass(frozen=True)
class Asked:
    """The day a visitor asked for, or the nearest that can be shown, with a word about the difference."""

    day: date
    notice: str = ""


def asked_day(typed: str) -> Asked:
    today, first, last = clock.today(), timetable.first_shown(), timetable.last_shown()
    if not typed:
        return Asked(today)
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        return Asked(today, _("日付が読み取れませんでした。今日を表示しています。"))
    if first <= day <= last:
        return Asked(day)
    return Asked(
        min(max(day, first), last),
        _("%(first)sから%(last)sまでの空きを見られます。")
        % {"first": dates.day(first), "last": dates.day(last)},
    )


@dataclass(frozen=True)
class Step:
    """To the days before or after, or nowhere where the calendar ends."""

    text: str
    href: str


@dataclass(frozen=True)
class SpaceCard:
    space: Space
    url: str
    picture: str
    people: str
    rules: list[str]


@dataclass(frozen=True)
class SpacesPage:
    asked: Prefill
    """The wish that led here, which every link on the page takes along."""
    cards: list[SpaceCard]
    day: date
    title: str
    is_today: bool
    table: Timetable
    before: Step | None
    after: Step | None
    notice: str
    first: date
    last: date


def spaces_page(asked: Prefill, visitor: Visitor) -> SpacesPage:
    shown = asked_day(asked.date)
    spaces = offered_spaces()
    here = reverse("spaces")
    return SpacesPage(
        asked=asked,
        cards=[
            SpaceCard(
                space,
                asked.url("space", space),
                published.picture_url(space),
                published.people_text(space),
                published.rule_lines(space),
            )
            for space in spaces
        ],
        day=shown.day,
        title=_day_title(shown.day),
        is_today=shown.day == clock.today(),
        table=timetable.spaces_table(spaces, shown.day, visitor, asked) if spaces else Timetable([], []),
        before=_step(_("前の日"), here, shown.day - timedelta(days=1), asked),
        after=_step(_("次の日"), here, shown.day + timedelta(days=1), asked),
        notice=shown.notice,
        first=timetable.first_shown(),
        last=timetable.last_shown(),
    )


@dataclass(frozen=True)
class Tab:
    text: Promise
    href: str
    is_current: bool


@dataclass(frozen=True)
class SpacePage:
    space: Space
    asked: Prefill
    series_url: str
    waiting_url: str
    picture: str
    photos: list[SpacePhoto]
    rules: list[str]
    equipment: list[str]
    access: list[str]
    view: View
    day: date
    title: str
    tabs: list[Tab]
    table: Timetable | None
    weeks: list[list[MonthCell | None]] | None
    before: Step | None
    after: Step | None
    notice: str
    first: date
    last: date


def space_page(space: Space, *, typed_view: str, asked: Prefill, visitor: Visitor) -> SpacePage:
    view = View(typed_view) if typed_view in list(View) else View.WEEK
    shown = asked_day(asked.date)
    day = shown.day
    here = space.get_absolute_url()
    table, weeks = None, None
    if view is View.MONTH:
        title = date_format(day, "YEAR_MONTH_FORMAT")
        weeks = timetable.month_weeks(space, day.year, day.month, visitor, asked)
        around = (
            (_("前の月"), clock.months_later(day.replace(day=1), -1)),
            (_("次の月"), clock.months_later(day.replace(day=1), 1)),
        )
    elif view is View.DAY:
        title = _day_title(day)
        table = timetable.day_table(space, day, visitor, asked)
        around = ((_("前の日"), day - timedelta(days=1)), (_("次の日"), day + timedelta(days=1)))
    else:
        first = timetable.week_start(day)
        title = _("%(first)sから1週間") % {"first": dates.day(first)}
        table = timetable.week_table(space, day, visitor, asked)
        week = timedelta(days=DAYS_A_WEEK)
        around = ((_("前の週"), first - week), (_("次の週"), first + week))
    return SpacePage(
        space=space,
        asked=asked,
        series_url=asked.url("series_new", space),
        waiting_url=replace(asked, date=day.isoformat()).url("waiting_new", space),
        picture=published.picture_url(space),
        photos=_photos.rows(space.pk),
        rules=published.rule_lines(space),
        equipment=published.equipment_lines(space),
        access=[line.strip() for line in space.access_notes.splitlines() if line.strip()],
        view=view,
        day=day,
        title=title,
        tabs=[Tab(one.label, f"{asked.to(here, view=one, date=str(day))}#free", one is view) for one in View],
        table=table,
        weeks=weeks,
        before=_step(around[0][0], here, around[0][1], asked, view=view),
        after=_step(around[1][0], here, around[1][1], asked, view=view),
        notice=shown.notice or _too_many_or_few(space, asked),
        first=timetable.first_shown(),
        last=timetable.last_shown(),
    )


def _day_title(day: date) -> str:
    return _("今日 %(day)s") % {"day": dates.day(day)} if day == clock.today() else dates.day(day)


def _step(text: str, here: str, day: date, asked: Prefill, *, view: View | None = None) -> Step | None:
    """Weeks and months that reach into what can be shown are shown, from their nearest day."""
    first, last = timetable.first_shown(), timetable.last_shown()
    if view is View.MONTH:
        reach = day.replace(day=monthrange(day.year, day.month)[1])
    elif view is View.WEEK:
        reach = day + timedelta(days=DAYS_A_WEEK - 1)
    else:
        reach = day
    if reach < first or day > last:
        return None
    values = {"date": max(day, first).isoformat()}
    if view:
        values = {"view": view.value} | values
    return Step(text, f"{asked.to(here, **values)}#free")


def _too_many_or_few(space: Space, asked: Prefill) -> str:
    """A word for whoever looks for more people than the space takes, before they choose a time there."""
    most = limits.most_people(space, asked.use)
    if not asked.people or space.people_min <= asked.seats <= most:
        return ""
    words = {"space": space.name, "least": space.people_min, "most": most}
    return _("%(space)sは%(least)d人から%(most)d人で使えます。") % words


@Statement
def _photos(space: int) -> QuerySet[SpacePhoto]:
    return SpacePhoto.objects.filter(space=space)
