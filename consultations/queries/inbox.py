"""The inbox (相談の対応): who must act by when. Counts, list and line of one page; nothing here is looked up twice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, TextChoices
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from consultations.models import Consultation, InboundMail, Referral, Tag
from consultations.queries.clocks import Clocks, Due
from consultations.queries.filters import Filters, narrowed
from consultations.queries.next_line import Order, next_line
from kyodo import clock, dates
from kyodo.statements import Statement

PER_PAGE = 50
Status = Consultation.Status
WaitingFor = Consultation.WaitingFor


class Tab(TextChoices):
    NEW = "new", gettext_lazy("新しい・担当なし")
    MINE = "mine", gettext_lazy("自分")
    OVERDUE = "overdue", gettext_lazy("期限切れ")
    WEEK = "week", gettext_lazy("今週が期限")
    MESSAGES = "messages", gettext_lazy("新しいメッセージ")
    REOPENING = "reopening", gettext_lazy("再開の希望")
    FOLLOW_UP = "follow_up", gettext_lazy("様子をたずねる日")
    PERSON = "person", gettext_lazy("相談者の返事待ち")
    PARTNER = "partner", gettext_lazy("ほかの機関の返事待ち")
    ALL = "all", gettext_lazy("対応中すべて")
    REFERRALS = "referrals", gettext_lazy("届いた紹介")


class Sort(TextChoices):
    DUE = "due", gettext_lazy("期限の近い順")
    NEWEST = "newest", gettext_lazy("新しい順")
    OLDEST = "oldest", gettext_lazy("古い順")


ORDERS: Mapping[str, Order] = {
    Sort.DUE: (F("due_at").asc(nulls_last=True), "received_at", "pk"),
    Sort.NEWEST: ("-received_at", "-pk"),
    Sort.OLDEST: ("received_at", "pk"),
}


@dataclass(frozen=True)
class Row:
    """One line of the list, in the words it shows: fifty of them are drawn at a time. All of them are in the office's own
    hand, so that who asks may be told; how to reach them stands on the page alone."""

    consultation: Consultation
    url: str
    choice: str
    """What its checkbox sends: the row, and the version that was looked at."""
    choice_label: str
    title: str
    reference: str
    due: Due
    badges: Sequence[str]
    tags: Sequence[str]
    asker: str
    audience: str
    kind: str
    ward: str
    assignee: str
    is_mine: bool
    next_step: str
    follow_up: str
    received_at: datetime
    age: str
    channel: str


@dataclass(frozen=True)
class ReferralRow:
    """A referral that reached the centre: what it is about, before it is accepted."""

    referral: Referral
    is_over: bool

    @property
    def url(self) -> str:
        return reverse("admin:consultations_referral_page", args=[self.referral.pk])


@dataclass(frozen=True)
class TabLine:
    tab: str
    label: str
    count: int
    is_here: bool


class KnownPaginator(Paginator[Any]):
    """The tab has been counted with all the others."""

    def __init__(self, rows: QuerySet[Any], count: int) -> None:
        super().__init__(rows, PER_PAGE)
        self._known = count

    @cached_property
    def count(self) -> int:
        return self._known


@dataclass(frozen=True)
class Inbox:
    tabs: Sequence[TabLine]
    tab: Tab
    page: Page[Any]
    rows: Sequence[Row]
    referrals: Sequence[ReferralRow]
    loads: Mapping[int | None, int]
    """How much each colleague has in hand, whatever the list is narrowed to."""


def inbox(user: User, tab: Tab, sort: str, filters: Filters, page: str) -> Inbox:
    everything = under_way(user)
    by_assignee = _counted_in_all(user)
    loads = {assignee: counted[Tab.ALL] for assignee, counted in by_assignee.items()}
    work = narrowed(everything, filters, user)
    counts = _together(_counted(work, user) if filters else by_assignee, user)
    tabs = [TabLine(one.value, str(one.label), counts[one], one == tab) for one in Tab]
    if tab == Tab.REFERRALS:
        found = KnownPaginator(_in_order(received_referrals(user)), counts[tab]).get_page(page)
        return Inbox(tabs, tab, found, rows=(), referrals=_referral_rows(found), loads=loads)
    # Each tab lies within what is under way; said twice, PostgreSQL takes it for a few rows and sorts them all.
    lying = (work if filters else Consultation.objects.in_hand_of(user)).filter(conditions(user)[tab])
    # Which lines, and then what stands in them: to sort a thousand rows, their joins need not be made.
    keys = lying.order_by(*ORDERS[sort]).values_list("pk", flat=True)
    shown = KnownPaginator(keys, counts[tab]).get_page(page)
    return Inbox(tabs, tab, shown, rows=rows_of(_lines(list(shown)), user), referrals=(), loads=loads)


def next_of(user: User, tab: Tab, sort: str, filters: Filters, one: Consultation) -> Consultation | None:
    """The line after this one, in the list as it was left; of the tab of referrals, in everything that is open."""
    work = narrowed(under_way(user), filters, user) if filters else Consultation.objects.in_hand_of(user)
    belongs = conditions(user)
    return next_line(work.filter(belongs.get(tab, belongs[Tab.ALL])), ORDERS[sort], one)


# ── What lies in which tab ───────────────────────────────────────────────────────────────────────────────────────


def under_way(user: User) -> QuerySet[Consultation]:
    """What the office has in hand and what of the closed ones still asks for something: each arm has its index."""
    return Consultation.objects.in_hand_of(user).filter(
        ~Q(status=Status.CLOSED)
        | Q(follow_up_on__isnull=False)
        | Q(reopening_asked_at__isnull=False)
        | Q(unanswered_since__isnull=False)
    )


def conditions(user: User) -> dict[Tab, Q]:
    """What makes a consultation belong into each tab."""
    return _conditions(user, *_moments())


def _moments() -> tuple[datetime, date, datetime]:
    """Now, today, and the end of the week."""
    today = clock.today()
    return clock.now(), today, clock.day_ends(today + timedelta(days=6 - today.weekday()))


def _conditions(user: User, now: datetime, today: date, week_ends: datetime) -> dict[Tab, Q]:
    is_open = ~Q(status=Status.CLOSED)
    return {
        Tab.NEW: Q(status=Status.RECEIVED),
        Tab.MINE: is_open & Q(assignee_id=user.pk),
        Tab.OVERDUE: is_open & Q(due_at__lt=now),
        Tab.WEEK: is_open & Q(due_at__gte=now, due_at__lt=week_ends),
        Tab.MESSAGES: Q(unanswered_since__isnull=False),
        Tab.REOPENING: Q(reopening_asked_at__isnull=False),
        Tab.FOLLOW_UP: Q(follow_up_on__lte=today),
        Tab.PERSON: Q(status=Status.WAITING, waiting_for=WaitingFor.PERSON),
        Tab.PARTNER: Q(status=Status.WAITING, waiting_for=WaitingFor.PARTNER),
        Tab.ALL: is_open,
    }


def counts(user: User) -> dict[Tab, int]:
    """What lies in each tab, before anything is narrowed."""
    return _together(_counted_in_all(user), user)


ByAssignee = dict[int | None, dict[str, int]]


def _counted(work: QuerySet[Consultation], user: User) -> ByAssignee:
    """All tabs for each colleague in one question: who has how much is in it."""
    rows: Iterable[Any] = _counting(work, conditions(user))
    return {row["assignee"]: row for row in rows}


def _counted_in_all(user: User) -> ByAssignee:
    """The same of all that is under way: every page of an inbox asks it."""
    rows: Iterable[Any] = _counting_in_all.rows(user, *_moments())
    return {row["assignee"]: row for row in rows}


def _counting(work: QuerySet[Consultation], belonging: Mapping[Tab, Q]) -> Any:
    asked = {tab.value: Count("pk", filter=belongs) for tab, belongs in belonging.items()}
    return work.order_by().values("assignee").annotate(**asked)


@Statement
def _counting_in_all(
    user: User, now: datetime, today: date, week_ends: datetime
) -> QuerySet[Consultation, dict[str, Any]]:
    rows: QuerySet[Consultation, dict[str, Any]] = _counting(
        under_way(user), _conditions(user, now, today, week_ends)
    )
    return rows


def _together(by_assignee: Mapping[int | None, Mapping[str, int]], user: User) -> dict[Tab, int]:
    """Of the whole office; and the referrals, which are rows of their own."""
    counts = {
        tab: sum(counted[tab] for counted in by_assignee.values()) for tab in Tab if tab != Tab.REFERRALS
    }
    return counts | {Tab.REFERRALS: _received_referrals.count(user)}


def received_referrals(user: User) -> QuerySet[Referral]:
    """Those waiting for the office's answer, and what it has accepted and not finished."""
    return Referral.objects.visible_to(user).received_by_office(user.ward_centre_id).open()


@Statement
def _received_referrals(user: User) -> QuerySet[Referral, int]:
    return received_referrals(user).order_by().values_list("pk", flat=True)


def _in_order(referrals: QuerySet[Referral]) -> QuerySet[Referral]:
    """Those that wait for an answer first."""
    with_question = referrals.select_related("consultation", "assignee")
    return with_question.defer("consultation__search", "consultation__text").order_by(
        "-status", "answer_until", "pk"
    )


def queued_mails(user: User) -> int:
    """Mails that nobody has placed yet, as far as the person may see them."""
    return _queued_mails.count(user)


@Statement
def _queued_mails(user: User) -> QuerySet[InboundMail, int]:
    return InboundMail.objects.queued_for(user).order_by().values_list("pk", flat=True)


# ── Lines ────────────────────────────────────────────────────────────────────────────────────────────────────────


# What a line shows; a row has forty columns, some of them long.
SHOWN = (
    "reference",
    "subject",
    "audience",
    "kind",
    "channel",
    "status",
    "waiting_for",
    "next_step",
    "received_at",
    "due_at",
    "follow_up_on",
    "unanswered_since",
    "reopening_asked_at",
    "version",
    "assignee__name",
    "assignee__email",
    "assignee__deleted_at",
)


def _lines(keys: list[int]) -> list[Consultation]:
    """In the order of the keys."""
    by_key = {consultation.pk: consultation for consultation in _with_facts.rows(keys)}
    return [by_key[key] for key in keys if key in by_key]


@Statement
def _with_facts(keys: list[int]) -> QuerySet[Consultation]:
    own = OuterRef("pk")
    sent = Referral.objects.filter(consultation=own, status__in=Referral.OPEN)
    tags = Tag.objects.filter(consultations=own).order_by("name")
    return (
        Consultation.objects.filter(pk__one_of=keys)
        .order_by()
        .select_related("assignee")
        .only(*SHOWN)
        .annotate(
            ward_name=F("ward__name"),
            asker_name=F("contact__name"),
            asker_organisation=F("contact__organisation"),
            has_referral=Exists(sent),
            tag_names=ArraySubquery(tags.values("name")),
        )
    )


def rows_of(consultations: Sequence[Consultation], user: User) -> list[Row]:
    """What is the same in each line is put into words once."""
    clocks, badges = Clocks(consultations), _Badges()
    audiences, kinds, channels = (
        {value: str(label) for value, label in choices.choices}
        for choices in (Consultation.Audience, Consultation.Kind, Consultation.Channel)
    )
    home = reverse("admin:consultations_consultation_changelist")
    choose, ask_again = _("%(reference)sを選ぶ"), _("%(day)sに様子をたずねる")
    mine, nobody, nothing = _("自分"), _("なし"), _("－")
    return [
        Row(
            consultation=one,
            url=f"{home}{one.pk}/change/",
            choice=f"{one.pk}:{one.version}",
            choice_label=choose % {"reference": one.reference},
            title=one.title,
            reference=one.reference,
            due=clocks.due(one),
            badges=badges.of(one),
            tags=one.tag_names,  # type: ignore[attr-defined]
            asker=asker_of(one.asker_name, one.asker_organisation),  # type: ignore[attr-defined]
            audience=audiences[one.audience],
            kind=kinds[one.kind],
            ward=one.ward_name or nothing,  # type: ignore[attr-defined]
            assignee=mine if one.assignee_id == user.pk else str(one.assignee or nobody),
            is_mine=one.assignee_id == user.pk,
            next_step=one.next_step or nothing,
            follow_up=ask_again % {"day": dates.short_day(one.follow_up_on)} if one.follow_up_on else "",
            received_at=one.received_at,
            age=clocks.age(one),
            channel=channels[one.channel],
        )
        for one in consultations
    ]


def asker_of(name: str | None, organisation: str | None) -> str:
    """Who asks, for a line of a list."""
    return _("・").join(part for part in (organisation, name) if part) or _("お名前なし")


class _Badges:
    """What a line has besides, in words."""

    def __init__(self) -> None:
        self._today = clock.today()
        self._message, self._reopening = _("新しいメッセージ"), _("再開の希望")
        self._ask_again, self._referred = _("様子をたずねる日"), _("紹介中")

    def of(self, one: Consultation) -> list[str]:
        found = [
            (one.unanswered_since is not None, self._message),
            (one.reopening_asked_at is not None, self._reopening),
            (one.follow_up_on is not None and one.follow_up_on <= self._today, self._ask_again),
            (one.has_referral, self._referred),  # type: ignore[attr-defined]
        ]
        return [words for is_so, words in found if is_so]


def _referral_rows(referrals: Page[Any]) -> list[ReferralRow]:
    now = clock.now()
    return [
        ReferralRow(one, one.status == Referral.Status.SENT and one.answer_until < now) for one in referrals
    ]
