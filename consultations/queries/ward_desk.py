"""The desk of a ward centre: first what needs somebody, then what is open, then what came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.emails import about
from consultations.models import Consultation, Referral
from consultations.models.consultations import ConsultationQuerySet
from consultations.models.referrals import MOVED, ReferralQuerySet
from consultations.queries.inbox import asker_of, queued_mails
from consultations.queries.next_line import Order
from consultations.queries.referrals import BADGES
from kyodo import clock, dates
from kyodo.mail.models import OutgoingMail
from kyodo.statements import Statement

SHOWN = 10
CAME_BACK = 10
NEEDS = 30
SOON = timedelta(days=2)
UNSENT_SHOWN = timedelta(days=14)
"""Nobody at a ward centre takes a failed mail off a list, so it leaves by itself."""

Status = Consultation.Status
LIST_ORDER: Order = (F("due_at").asc(nulls_last=True), "-received_at", "-pk")


@dataclass(frozen=True)
class Reason:
    """Why something is on the list, in words; the colour only repeats them."""

    words: str
    badge: str


@dataclass(frozen=True)
class Need:
    """Something that waits for this office."""

    url: str
    title: str
    reference: str
    reasons: Sequence[Reason]
    note: str = ""
    asker: str = ""


@dataclass(frozen=True)
class ReferralLine:
    """A referral this office sent or received, as it stands."""

    url: str
    title: str
    reference: str
    reason: Reason
    outcome: str
    at: datetime


SHOWN_OF_REFERRAL = (
    "kind",
    "status",
    "to_name",
    "from_name",
    "outcome",
    "sent_at",
    "answer_until",
    "answered_at",
    "finished_at",
    "meets_at",
    "assignee__name",
    "assignee__email",
    "assignee__deleted_at",
    "consultation__reference",
    "consultation__status",
    "consultation__outcome",
)


@dataclass(frozen=True)
class OpenLine:
    url: str
    title: str
    asker: str
    reference: str
    status: str
    assignee: str
    due: str


@dataclass(frozen=True)
class WardDesk:
    needs: Sequence[Need]
    open: Sequence[OpenLine]
    open_count: int
    sent: Sequence[ReferralLine]


def ward_desk(user: User) -> WardDesk:
    return WardDesk(
        needs=[*_mails(user), *_asked(user), *_unsent(user), *_in_hand(user)],
        open=[open_line(consultation) for consultation in _open.rows(user)],
        open_count=_all_open.count(user),
        sent=[sent_line(referral) for referral in _last_sent.rows(user)],
    )


@Statement
def _open(user: User) -> QuerySet[Consultation]:
    return of_list(Consultation.objects.in_hand_of(user).open())[:SHOWN]


@Statement
def _all_open(user: User) -> QuerySet[Consultation, int]:
    return Consultation.objects.in_hand_of(user).open().order_by().values_list("pk", flat=True)


@Statement
def _last_sent(user: User) -> QuerySet[Referral]:
    return sent(user)[:CAME_BACK]


def waiting(user: User) -> int:
    """Referrals to answer and messages of people that nobody answered yet."""
    asked = Referral.objects.visible_to(user).received_by_office(user.ward_centre_id)
    messages = Consultation.objects.in_hand_of(user).filter(unanswered_since__isnull=False)
    return asked.filter(status=Referral.Status.SENT).count() + messages.count()


def of_list(rows: ConsultationQuerySet) -> ConsultationQuerySet:
    """Lines of a list, the most urgent first: without the long texts."""
    return (
        rows.select_related("assignee", "contact")
        .defer("search", "text", "outcome_text", "contact__search")
        .order_by(*LIST_ORDER)
    )


def open_line(one: Consultation) -> OpenLine:
    waits = f"（{one.get_waiting_for_display()}）" if one.waiting_for else ""
    return OpenLine(
        url=reverse("ward_consultation", args=[one.reference]),
        title=one.title,
        asker=asker_of(one.contact.name, one.contact.organisation),
        reference=one.reference,
        status=f"{one.get_status_display()}{waits}",
        assignee=str(one.assignee or ""),
        due=_("%(day)sまで") % {"day": dates.short_day(clock.local(one.due_at))} if one.due_at else "",
    )


def sent(user: User) -> ReferralQuerySet:
    """What this office sent, what moved last first."""
    rows = Referral.objects.visible_to(user).sent_by_office(user.ward_centre_id)
    moved = Coalesce(*MOVED)
    return of_referrals(rows).annotate(moved_at=moved).order_by("-moved_at", "-pk")


def received(user: User) -> ReferralQuerySet:
    rows = Referral.objects.visible_to(user).received_by_office(user.ward_centre_id)
    return of_referrals(rows).order_by("-sent_at", "-pk")


def of_referrals(rows: ReferralQuerySet) -> ReferralQuerySet:
    """Lines of a list: no words of the consultation, no words of the referral."""
    return rows.select_related("consultation", "assignee").only(*SHOWN_OF_REFERRAL)


def sent_line(one: Referral) -> ReferralLine:
    names = {"receiver": one.to_name, "kind": one.get_kind_display()}
    return _line(one, _("%(receiver)sへの%(kind)s") % names)


def received_line(one: Referral) -> ReferralLine:
    return _line(
        one, _("%(sender)sからの%(kind)s") % {"sender": one.from_name, "kind": one.get_kind_display()}
    )


def _line(one: Referral, title: str) -> ReferralLine:
    return ReferralLine(
        url=reverse("ward_referral", args=[one.pk]),
        title=title,
        reference=one.consultation.reference,
        reason=status_of(one),
        outcome=outcome_of(one),
        at=one.finished_at or one.answered_at or one.sent_at,
    )


def status_of(one: Referral) -> Reason:
    """A transfer that was accepted is where the consultation is now."""
    if _is_handed_over(one):
        badge = "over" if one.consultation.status == Status.CLOSED else "good"
        return Reason(_("引き継いだ：%(status)s") % {"status": one.consultation.get_status_display()}, badge)
    return Reason(one.get_status_display(), BADGES[Referral.Status(one.status)])


def outcome_of(one: Referral) -> str:
    if _is_handed_over(one):
        return one.consultation.get_outcome_display() if one.consultation.outcome else ""
    return one.get_outcome_display() if one.outcome else ""


def _is_handed_over(one: Referral) -> bool:
    return one.kind == Referral.Kind.TRANSFER and one.status == Referral.Status.DONE


def _asked(user: User) -> list[Need]:
    """Referrals to answer, and those accepted whose end the sender waits for."""
    found = []
    for referral in _received_open.rows(user):
        if referral.status == Referral.Status.SENT:
            reason = Reason(_("返事をする"), "new")
            note = _("%(day)sまで") % {"day": dates.short_day(clock.local(referral.answer_until))}
        else:
            reason = Reason(_("終わったら、その後を伝える"), "good")
            told = [_("担当 %(name)s") % {"name": referral.assignee}] if referral.assignee else []
            if referral.meets_at:
                told.append(_("同席 %(when)s") % {"when": dates.moment(referral.meets_at)})
            note = "　".join(told)
        line = received_line(referral)
        found.append(Need(line.url, line.title, line.reference, [reason], note))
    return found


@Statement
def _received_open(user: User) -> QuerySet[Referral]:
    return received(user).open().order_by("answer_until", "pk")[:NEEDS]


def _mails(user: User) -> list[Need]:
    """Mails that name one of ours and could not be put into it by themselves: one line for all of them."""
    count = queued_mails(user)
    if not count:
        return []
    title = _("届いたメール %(count)s通") % {"count": count}
    return [Need(reverse("ward_mails"), title, "", [Reason(_("どの相談に入れるかを決める"), "new")])]


def _unsent(user: User) -> list[Need]:
    """Mails that did not reach anybody: the list of mails is the centre's, and shows none of a ward's."""
    subjects = dict(_mails_not_arrived.rows(user, clock.now() - UNSENT_SHOWN))
    if not subjects:
        return []
    mine = Consultation.objects.in_hand_of(user)
    reason = Reason(_("メールが届いていません"), "bad")
    return [
        Need(
            reverse("ward_consultation", args=[one.reference]),
            one.title,
            one.reference,
            [reason],
            subjects[one.pk],
            asker_of(one.contact.name, one.contact.organisation),
        )
        for one in of_list(mine.filter(pk__in=list(filter(None, subjects))))
    ]


@Statement
def _mails_not_arrived(user: User, since: datetime) -> QuerySet[OutgoingMail, tuple[int | None, str]]:
    mine = Consultation.objects.in_hand_of(user)
    mails = OutgoingMail.objects.not_arrived().filter(
        about_kind=about.KIND, about_id__in=mine.values("pk"), created_at__gte=since
    )
    return mails.order_by("created_at").values_list("about_id", "subject")[:NEEDS]


def _in_hand(user: User) -> list[Need]:
    return [
        Need(
            reverse("ward_consultation", args=[one.reference]),
            one.title,
            one.reference,
            _reasons(one),
            asker=asker_of(one.contact.name, one.contact.organisation),
        )
        for one in _asking.rows(user, clock.today(), clock.now() + SOON)
    ]


@Statement
def _asking(user: User, today: date, soon: datetime) -> QuerySet[Consultation]:
    """Those that wait for something of this office."""
    waiting = Consultation.objects.in_hand_of(user).filter(
        Q(unanswered_since__isnull=False)
        | Q(reopening_asked_at__isnull=False)
        | Q(follow_up_on__lte=today)
        | (~Q(status=Status.CLOSED) & Q(due_at__lte=soon))
        | Q(status=Status.RECEIVED)
    )
    return of_list(waiting)[:NEEDS]


def _reasons(one: Consultation) -> list[Reason]:
    now, today = clock.now(), clock.today()
    found = []
    if one.unanswered_since:
        found.append(Reason(_("新しいメッセージ"), "new"))
    if one.reopening_asked_at:
        found.append(Reason(_("再開の希望"), "new"))
    if one.due_at and one.due_at <= now:
        found.append(Reason(_("期限を過ぎています"), "bad"))
    elif one.due_at and one.due_at <= now + SOON:
        day = dates.short_day(clock.local(one.due_at))
        found.append(Reason(_("期限 %(day)s") % {"day": day}, "wait"))
    if one.follow_up_on and one.follow_up_on <= today:
        found.append(Reason(_("様子をたずねる日です"), "wait"))
    if one.status == Status.RECEIVED:
        found.append(Reason(_("担当が決まっていません"), "wait"))
    return found
