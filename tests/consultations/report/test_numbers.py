"""The report against a small set counted by hand."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from consultations.models import Consultation, Introduction, Referral, SpecialistSession, Survey
from consultations.models.specialists import Profession
from consultations.queries import report_numbers
from consultations.queries.report import Compared, Period, Report, Row, Table, median, report
from kyodo import clock
from tests.factories.accounts import UserFactory
from tests.factories.centre import (
    ActivityFieldFactory,
    SupportProgrammeFactory,
    WardCentreFactory,
    WardFactory,
)
from tests.factories.consultations import ConsultationFactory, ReferralFactory

pytestmark = pytest.mark.django_db

Channel, Kind, Outcome = Consultation.Channel, Consultation.Kind, Consultation.Outcome


@pytest.fixture(autouse=True)
def _when_all_is_over() -> Iterator[None]:
    with time_machine.travel(datetime(2028, 6, 1, 12, tzinfo=clock.TOKYO), tick=False):
        yield


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.TOKYO)


def asked(day: date, **facts: object) -> Consultation:
    hour, minute = facts.pop("hour", 10), facts.pop("minute", 0)
    return ConsultationFactory(received_at=at(day, hour, minute), due_at=None, contact=None, **facts)


def cut(found: Report, slug: str) -> Table:
    return next(table for table in found.tables if table.slug == slug)


def filled(table: Table) -> dict[str, tuple[int, int]]:
    return {row.label: (row.now, row.before) for row in table.rows if row.now or row.before}


def figure(found: Report, words: str) -> Compared:
    return next(one for one in found.figures if words in one.label)


def test_a_fiscal_year_is_cut_every_way_and_compared_with_the_one_before() -> None:
    ward = WardFactory(name="中区")
    field = ActivityFieldFactory(short_name="福祉")
    for channel, kind in ((Channel.WEB, Kind.START), (Channel.PHONE, Kind.START), (Channel.PHONE, Kind.RUN)):
        asked(date(2026, 5, 8), channel=channel, kind=kind, ward=ward).fields.add(field)
    asked(date(2025, 5, 8), channel=Channel.VISIT, audience="company")

    found = report(Period(2026))

    assert found.received == Row("受け付けた相談", 3, 1)
    assert filled(cut(found, "channels")) == {"ウェブ": (1, 0), "電話": (2, 0), "来館": (0, 1)}
    assert filled(cut(found, "kinds")) == {"活動を始めたい": (2, 1), "団体の運営": (1, 0)}
    assert filled(cut(found, "audiences")) == {"市民・団体": (3, 0), "企業": (0, 1)}
    assert filled(cut(found, "wards")) == {"中区": (3, 0), "市外・わからない": (0, 1)}
    assert filled(cut(found, "fields")) == {"福祉": (3, 0)}
    assert filled(cut(found, "offices")) == {"センター": (3, 1)}
    assert dict(found.crossing.rows)["中区"][:2] == [2, 1]


def test_days_are_those_of_japan_at_the_turn_of_the_fiscal_year() -> None:
    asked(date(2026, 3, 31), hour=23, minute=59)
    asked(date(2026, 4, 1), hour=0)

    found = report(Period(2026))

    assert (found.received.now, found.received.before) == (1, 1)
    assert found.months[0].label == "2026年4月"
    assert [month.received for month in found.months] == [1] + [0] * 11
    assert [month.received_before for month in found.months] == [0] * 11 + [1]


def test_the_months_after_new_year_belong_to_the_year_that_began_in_april() -> None:
    asked(date(2026, 12, 31), hour=23, minute=59)
    asked(date(2027, 1, 1), hour=0)
    asked(date(2026, 1, 15))

    january = report(Period(2026, 1))

    assert january.title == "相談の報告 2027年1月"
    assert (january.received.now, january.received.before) == (1, 1)
    assert {month.label: month.received for month in january.months if month.received} == {
        "2026年12月": 1,
        "2027年1月": 1,
    }


def test_what_lies_outside_both_years_counts_nowhere() -> None:
    asked(date(2024, 12, 1))
    asked(date(2027, 4, 1))

    found = report(Period(2026))

    assert (found.received.now, found.received.before) == (0, 0)
    assert all(row.now == row.before == 0 for table in found.tables for row in table.rows)


def test_outcomes_count_in_the_period_in_which_it_was_closed() -> None:
    asked(
        date(2026, 3, 20),
        closed=True,
        outcome=Outcome.INTRODUCED,
        closed_at=at(date(2026, 4, 3)),
    )
    asked(date(2026, 4, 1), closed=True, closed_at=at(date(2026, 4, 2)))
    asked(date(2026, 4, 2))

    found = report(Period(2026, 4))

    assert found.received.now == 2
    assert found.closed == Row("完了した相談", 2, 0)
    assert filled(cut(found, "outcomes")) == {"情報を伝えて終わった": (1, 0), "相手を紹介した": (1, 0)}
    assert figure(found, "完了までの日数").now == 7.5
    assert found.months[0].closed == 2


def test_the_first_answer_is_told_by_its_median_and_by_the_share_in_time() -> None:
    for days in (0, 1, 2, 5, None):
        asked(
            date(2026, 5, 1),
            first_answer_days=days,
            first_answered_at=None if days is None else at(date(2026, 5, 1), 11) + timedelta(days=days),
        )

    found = report(Period(2026, 5))

    assert figure(found, "最初の返事まで").now == 1.5
    assert figure(found, "2開館日まで").now == 75.0
    assert figure(found, "返事をしていない").now == 1
    assert figure(found, "最初の返事まで").before is None


def test_referrals_sessions_introductions_and_surveys_are_counted(coordinator: object) -> None:
    one = asked(date(2026, 5, 1), closed=True, closed_at=at(date(2026, 5, 2)))
    ReferralFactory(consultation=one, sent_at=at(date(2026, 5, 3)), sent_by=one.assignee)
    SpecialistSession.objects.create(
        consultation=one, profession=Profession.LAWYER, created_at=at(date(2026, 5, 4))
    )
    Introduction.objects.create(
        consultation=one,
        name="みどりの会",
        introduced_at=at(date(2026, 5, 5)),
        by=UserFactory(),
        result="met",
    )
    programme = SupportProgrammeFactory()
    Introduction.objects.create(
        consultation=one,
        programme=programme,
        name=programme.name,
        introduced_at=at(date(2026, 5, 6)),
        by=UserFactory(),
        result="used",
    )
    for day, rating in ((6, 5), (7, 4)):
        Survey.objects.create(
            consultation=one,
            closed_at=at(date(2026, 5, day)),
            sent_at=at(date(2026, 5, day)),
            answered_at=at(date(2026, 5, 9)),
            solved="yes",
            rating=rating,
        )
    Survey.objects.create(consultation=one, closed_at=at(date(2026, 5, 8)), sent_at=at(date(2026, 5, 8)))

    found = report(Period(2026, 5))

    assert filled(cut(found, "referral-receivers")) == {"区のセンター": (1, 0)}
    assert filled(cut(found, "referral-kinds")) == {"紹介": (1, 0)}
    assert filled(cut(found, "referral-states")) == {"返事待ち": (1, 0)}
    assert filled(cut(found, "professions")) == {"弁護士": (1, 0)}
    assert filled(cut(found, "session-states")) == {"申し込み": (1, 0)}
    assert filled(cut(found, "introductions")) == {"会って話した": (1, 0), "制度を利用した": (1, 0)}
    assert filled(cut(found, "surveys")) == {"解決した": (2, 0), "まだ答えがない": (1, 0)}
    assert figure(found, "回答率").now == 66.7
    assert figure(found, "評価").now == 4.5
    assert (found.months[1].referrals, found.months[1].sessions) == (1, 1)


def test_the_centres_own_can_be_told_from_the_ward_centres() -> None:
    office = WardCentreFactory(name="西区の窓口")
    asked(date(2026, 5, 1))
    for _count in range(2):
        one = asked(date(2026, 5, 2), ward_centre=office)
    ReferralFactory(consultation=one, to_centre=True, sent_at=at(date(2026, 5, 3)), sent_by=UserFactory())

    of_centre, of_wards = report(Period(2026), "centre"), report(Period(2026), "wards")

    assert (of_centre.received.now, of_wards.received.now) == (1, 2)
    assert filled(cut(of_wards, "offices")) == {"西区の窓口": (2, 0)}
    assert filled(cut(of_centre, "referral-kinds")) == {}
    assert filled(cut(of_wards, "referral-kinds")) == {Referral.Kind.REFER.label: (1, 0)}


def test_an_account_that_may_read_only_the_views_can_count_them_all() -> None:
    asked(date(2026, 5, 1))
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE report_reader_of_tests NOLOGIN")
        cursor.execute(
            "SELECT format('GRANT SELECT ON %%I TO report_reader_of_tests', table_name)"
            " FROM information_schema.views WHERE table_name LIKE 'report\\_%%'",
            [],
        )
        for (grant,) in cursor.fetchall():
            cursor.execute(grant)
        # The way to the views is given and named too: once in many runs the new role found none by the usual path.
        cursor.execute("GRANT USAGE ON SCHEMA public TO report_reader_of_tests")
        cursor.execute("SET LOCAL ROLE report_reader_of_tests")
        cursor.execute("SET LOCAL search_path TO public")
        counted = report_numbers.count(Period(2026).asked("wards"))
        counted = report_numbers.count(Period(2026).asked(""))
        cursor.execute("RESET ROLE")

    assert report_numbers.total(counted.received, "channel", "now") == 1


@pytest.mark.parametrize(
    ("values", "middle"), [({}, None), ({3: 1}, 3.0), ({0: 1, 1: 2}, 1.0), ({0: 2, 5: 2}, 2.5)]
)
def test_the_median_lies_in_the_middle(values: dict[int, int], middle: float | None) -> None:
    assert median(Counter(values)) == middle


def test_a_period_under_way_is_compared_with_the_same_days_of_the_year_before() -> None:
    for day in (date(2027, 6, 1), date(2027, 6, 2), date(2027, 12, 1)):
        asked(day)
    asked(date(2028, 5, 1))

    year, june = report(Period(2028)), report(Period(2028, 6))

    assert (year.received.now, year.received.before) == (1, 1)
    assert (june.received.now, june.received.before) == (0, 1)
    assert sum(month.received_before for month in year.months) == 3
