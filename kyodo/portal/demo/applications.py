"""Applications of the demo, one in each state that staff and applicants meet."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from accounts.models import Application, CriterionCheck, HearingWish, User
from kyodo import clock, references
from kyodo.centre.hours import next_open_day
from kyodo.centre.models import ActivityField, Ward
from kyodo.portal.demo import people
from kyodo.portal.demo.groups import Registered

STEPS = ["kind", "profile", "members", "contact", "papers", "hearing"]


def load(accounts: Mapping[str, User], groups: Mapping[str, Registered]) -> None:
    staff = accounts[people.COORDINATOR]
    _submitted(accounts["applicant1@example.jp"])
    _hearing(accounts["applicant2@example.jp"], staff)
    _returned(accounts["applicant3@example.jp"])
    _renewal(groups["hana@example.jp"])


def _submitted(applicant: User) -> None:
    application = _application(
        applicant,
        days_ago=2,
        status=Application.Status.SUBMITTED,
        name="帷子川おさんぽ図書室",
        name_kana="かたびらがわおさんぽとしょしつ",
        purpose="川沿いの道に小さな本棚を置き、歩く人どうしをつなぎます。",
        activities="本棚の手入れと、月1回の読み聞かせ。",
        members_count=9,
        members_in_city_count=9,
        hearing_way=Application.HearingWay.ON_SITE,
    )
    _place(application, fields=["bunka", "kosodate"], wards=["14106"])
    _wishes(application)


def _hearing(applicant: User, staff: User) -> None:
    application = _application(
        applicant,
        days_ago=8,
        status=Application.Status.HEARING,
        name="自転車でめぐる会",
        name_kana="じてんしゃでめぐるかい",
        purpose="だれもが安全に走れる道を、走って確かめて伝えます。",
        activities="走行調査、交通安全の出前講座。",
        members_count=14,
        members_in_city_count=12,
        hearing_way=Application.HearingWay.ONLINE,
        hearing_at=_open_moment(days=3, hour=15),
        hearing_place="https://meeting.example.jp/kyodo",
        hearing_with=staff,
    )
    _place(application, fields=["machizukuri", "bohan"], wards=["14103", "14102"])
    _wishes(application)
    CriterionCheck.objects.create(
        application=application,
        criterion=CriterionCheck.Criterion.NON_PROFIT,
        is_met=True,
        note="会則第3条で、利益を分けないと定めている。",
        checked_by=staff,
    )


def _returned(applicant: User) -> None:
    application = _application(
        applicant,
        days_ago=12,
        status=Application.Status.RETURNED,
        name="磯子ふれあい菜園の会",
        name_kana="いそごふれあいさいえんのかい",
        purpose="使われていない畑を借り、世代をこえて野菜を育てます。",
        activities="土曜の畑仕事と収穫祭。",
        members_count=18,
        members_in_city_count=16,
        wants_model_bylaws=True,
        hearing_way=Application.HearingWay.PHONE,
        reason="会則がまだ届いていません。会則ができたら、書類のページから送ってください。",
    )
    _place(application, fields=["kankyo", "fukushi"], wards=["14107"])


def _renewal(registered: Registered) -> None:
    group = registered.group
    profile = {
        name: getattr(group, name)
        for name in ("kind", "name", "name_kana", "legal_form", "purpose", "activities", "founded_on")
    }
    application = _application(
        registered.representative,
        days_ago=1,
        type=Application.Type.RENEWAL,
        status=Application.Status.SUBMITTED,
        group=group,
        members_count=23,
        members_in_city_count=22,
        **profile,
    )
    application.fields.set(group.fields.all())
    application.wards.set(group.wards.all())


def _application(applicant: User, *, days_ago: int, **values: Any) -> Application:
    submitted_at = clock.now() - timedelta(days=days_ago, hours=3)
    return Application.objects.create(
        reference=references.new(),
        applicant=applicant,
        contact_name=applicant.name,
        contact_email=applicant.email,
        contact_phone=applicant.phone,
        completed_steps=STEPS,
        created_at=submitted_at - timedelta(days=1),
        submitted_at=submitted_at,
        **values,
    )


def _place(application: Application, *, fields: list[str], wards: list[str]) -> None:
    application.fields.set(ActivityField.objects.filter(code__in=fields))
    application.wards.set(Ward.objects.filter(code__in=wards))


def _wishes(application: Application) -> None:
    for rank, (days, hour) in enumerate(((4, 10), (5, 14), (7, 13)), start=1):
        HearingWish.objects.create(application=application, rank=rank, begins_at=_open_moment(days, hour))


def _open_moment(days: int, hour: int) -> datetime:
    day: date = next_open_day(clock.today() + timedelta(days=days))
    return clock.at(day, time(hour))
