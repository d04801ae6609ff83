"""The rules of a space in words (利用ルール), made from its rows: what staff change there, changes here."""

from django.templatetags.static import static
from django.utils.translation import gettext as _

from kyodo import dates
from spaces.models import BookingPolicy, Space
from spaces.rules.limits import minutes_text


def rule_lines(space: Space) -> list[str]:
    """Five short lines: who, how long, from when, until when it can be changed, what makes it certain."""
    policy = space.policy
    return [
        _who(space),
        _how_long(policy),
        _from_when(policy),
        _until_when(policy),
        _what_makes_it_certain(space),
    ]


def people_text(space: Space) -> str:
    """「2人から10人」"""
    return _("%(least)d人から%(most)d人") % {"least": space.people_min, "most": space.people_max}


def equipment_lines(space: Space) -> list[str]:
    return [line.strip() for line in space.equipment.splitlines() if line.strip()]


def picture_url(space: Space) -> str:
    """The drawing of a space, or nothing: a name mistyped in the admin must not cost anybody the page."""
    if not space.picture:
        return ""
    try:
        return static(space.picture)
    except ValueError:
        return ""


def _who(space: Space) -> str:
    return _("登録団体の打合せに、%(people)sで使えます。") % {"people": people_text(space)}


def _how_long(policy: BookingPolicy) -> str:
    length = _("1回%(shortest)sから%(longest)sまで、%(step)sきざみです。") % {
        "shortest": minutes_text(policy.shortest_minutes),
        "longest": minutes_text(policy.longest_minutes),
        "step": minutes_text(policy.step_minutes),
    }
    if policy.daily_minutes is not None:
        length += _("1団体1日%(daily)sまで予約できます。") % {"daily": minutes_text(policy.daily_minutes)}
    if policy.monthly_minutes is not None:
        length += _("1か月では%(monthly)sまでです。") % {"monthly": minutes_text(policy.monthly_minutes)}
    if policy.open_bookings is not None:
        length += _("これから使う予約は%(most)d件まで持てます。") % {"most": policy.open_bookings}
    return length


def _from_when(policy: BookingPolicy) -> str:
    """The centre's own way to count, word for word."""
    words = {
        BookingPolicy.WindowKind.MONTHS: _("使う日の%(amount)dか月前の同じ日の%(time)sから予約できます。"),
        BookingPolicy.WindowKind.WEEKS: _("使う日の%(amount)d週間前の同じ曜日の%(time)sから予約できます。"),
        BookingPolicy.WindowKind.DAYS: _("使う日の%(amount)d日前の%(time)sから予約できます。"),
    }[BookingPolicy.WindowKind(policy.window_kind)]
    opening = words % {
        "amount": policy.window_amount,
        "time": dates.clock_time(policy.window_opens_at),
    }
    return opening + _("休館日にあたるときは、次の開館日からです。")


def _until_when(policy: BookingPolicy) -> str:
    if policy.change_deadline_hours == 0:
        return _("変更と取消は、始まる時刻までできます。")
    return _("変更と取消は、始まる%(hours)d時間前までできます。") % {"hours": policy.change_deadline_hours}


def _what_makes_it_certain(space: Space) -> str:
    approval = space.policy.approval
    if approval == BookingPolicy.Approval.ALWAYS:
        certain = _("職員が確かめてから、予約が決まります。")
    elif approval == BookingPolicy.Approval.EVENTS and space.allows_events:
        certain = _("打合せはその場で、催しは職員が確かめてから、予約が決まります。")
    else:
        certain = _("予約はその場で決まります。")
    if space.event_people_max is None:
        return certain
    return certain + _("催しは%(most)d人までです。") % {"most": space.event_people_max}
