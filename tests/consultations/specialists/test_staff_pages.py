"""The pages on which staff lead a session and keep the roster."""

from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from consultations.actions import partner, referring, specialists
from consultations.models import (
    AnswerLink,
    Consultation,
    Reading,
    Referral,
    Specialist,
    SpecialistSession,
    SpecialistSlot,
)
from consultations.models.specialists import Profession
from consultations.queries.matching import candidates
from consultations.rules import slots
from kyodo import clock
from kyodo.centre.models import Closure
from kyodo.mail.models import OutgoingMail
from spaces.models import Unit
from tests.consultations.specialists.conftest import EXCERPT, Ask
from tests.counting import query_count
from tests.factories.centre import WardFactory
from tests.factories.consultations import ConsultationFactory, SpecialistFactory
from tests.factories.spaces import HoldFactory, yokohama_spaces

Status = SpecialistSession.Status
MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=clock.TOKYO)
TALK = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _monday() -> object:
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def staff(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


@pytest.fixture
def heard(consultation: Consultation, coordinator: User) -> SpecialistSession:
    session = specialists.request(
        consultation=consultation, profession=Profession.TAX_ACCOUNTANT, by=coordinator
    )
    return specialists.hear(
        session=session, version=1, profession=session.profession, hearing_note=EXCERPT, by=coordinator
    )


def page(session: SpecialistSession) -> str:
    return reverse("admin:consultations_session", args=[session.pk])


def step(session: SpecialistSession, name: str) -> str:
    return reverse("admin:consultations_session_step", args=[session.pk, name])


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def test_a_session_goes_its_whole_way_on_the_page(
    staff: Client, consultation: Consultation, specialist: Specialist, coordinator: User
) -> None:
    yokohama_spaces()
    slot = SpecialistSlot.objects.create(
        specialist=specialist, begins_at=clock.at(TALK, time(14)), ends_at=clock.at(TALK, time(16))
    )

    began = staff.post(
        reverse("admin:consultations_session_new", args=[consultation.pk]), {"profession": "tax_accountant"}
    )
    session = SpecialistSession.objects.get()
    assert began.headers["Location"] == page(session)
    staff.post(
        step(session, "hear"),
        {"hear-version": 1, "hear-profession": "tax_accountant", "hear-hearing_note": EXCERPT},
    )
    shown = text(staff.get(page(session)))
    assert "2026年11月24日（火） 14:00-16:00" in shown
    staff.post(
        step(session, "match"),
        {
            "match-version": 2,
            "match-choice": f"{specialist.pk}-{slot.pk}",
            "match-consented": "asked",
            "match-consent_text": "要点を伝えること",
            "match-consented_on": "2026-11-16",
        },
    )
    partner.accept(link=AnswerLink.objects.get(), times=[slot.begins_at])
    unit = Unit.objects.get(code="table-1")
    fixed = staff.post(
        step(session, "fix"),
        {
            "fix-version": 3,
            "fix-begins_at_0": "2026-11-24",
            "fix-begins_at_1": "14:00",
            "fix-minutes": "60",
            "fix-way": "on_site",
            "fix-units": unit.pk,
        },
    )

    session.refresh_from_db()
    assert fixed.status_code == 302
    assert (session.status, session.place, session.slot) == (Status.FIXED, unit.name, slot)
    with time_machine.travel(MONDAY + timedelta(days=9), tick=False):
        # Nine days later the session has ended by itself.
        staff.logout()
        staff.force_login(coordinator)
        told = staff.post(
            step(session, "finish"),
            {"finish-version": 4, "finish-outcome": "advised", "finish-result": "帳簿の話をした。"},
        )
    session.refresh_from_db()
    assert (told.status_code, session.status) == (302, Status.HELD)


def test_each_look_at_a_session_is_on_record(
    staff: Client, heard: SpecialistSession, coordinator: User
) -> None:
    staff.get(page(heard))

    assert Reading.objects.get(consultation=heard.consultation).by == coordinator


def test_reception_reads_a_session_and_leads_none(
    client: Client, reception: User, heard: SpecialistSession
) -> None:
    client.force_login(reception)

    shown = client.get(page(heard))
    refused = [
        client.post(step(heard, "cancel"), {"cancel-version": heard.version}).status_code,
        client.get(reverse("admin:consultations_session_new", args=[heard.consultation_id])).status_code,
    ]

    assert shown.status_code == 200
    assert "士業相談を取りやめる" not in text(shown)
    assert refused == [403, 403]


def test_a_session_of_a_consultation_of_another_office_does_not_exist(
    staff: Client, ward_officer: User, coordinator: User
) -> None:
    theirs = ConsultationFactory(
        in_progress=True, ward_centre=ward_officer.ward_centre, assignee=ward_officer
    )
    session = SpecialistSession.objects.create(consultation=theirs, profession="lawyer")

    assert staff.get(page(session)).status_code == 404
    assert staff.post(step(session, "cancel"), {"cancel-version": 1}).status_code == 404
    assert staff.get(reverse("admin:consultations_session_new", args=[theirs.pk])).status_code == 404


def test_a_refused_step_keeps_what_was_typed(staff: Client, heard: SpecialistSession) -> None:
    typed = "相談花子さんは、寄付の領収書について聞きたい。"

    response = staff.post(
        step(heard, "hear"),
        {"hear-version": heard.version, "hear-profession": "lawyer", "hear-hearing_note": typed},
    )

    assert response.status_code == 422
    assert typed in text(response)
    assert "名前・団体名・連絡先と同じことばが入っています" in text(response)


def test_a_stale_page_shows_what_was_typed_beside_what_stands_now(
    staff: Client, heard: SpecialistSession, manager: User
) -> None:
    specialists.hear(
        session=heard, version=heard.version, profession="lawyer", hearing_note="先に直した文。", by=manager
    )

    response = staff.post(
        step(heard, "hear"),
        {"hear-version": heard.version, "hear-profession": "lawyer", "hear-hearing_note": "あとで書いた文。"},
    )

    assert response.status_code == 422
    assert "先に直した文。" in text(response)
    assert "あとで書いた文。" in text(response)


def test_a_place_taken_meanwhile_is_told_with_words(
    staff: Client, heard: SpecialistSession, specialist: Specialist, coordinator: User
) -> None:
    yokohama_spaces()
    session = specialists.match(
        session=heard,
        version=heard.version,
        specialist=specialist,
        consent=referring.Consent("同意", clock.today()),
        by=coordinator,
    )
    partner.accept(link=AnswerLink.objects.get(), wish="いつでも")
    unit = Unit.objects.get(code="table-1")
    HoldFactory(units=[unit], day=TALK)

    response = staff.post(
        step(session, "fix"),
        {
            "fix-version": session.version,
            "fix-begins_at_0": "2026-11-24",
            "fix-begins_at_1": "14:00",
            "fix-minutes": "60",
            "fix-way": "on_site",
            "fix-units": unit.pk,
        },
    )

    assert response.status_code == 422
    assert "先にほかの予約が入りました" in text(response)


def test_the_session_page_asks_as_often_for_many_specialists_as_for_one(
    staff: Client, heard: SpecialistSession, specialist: Specialist
) -> None:
    def fill(one: Specialist) -> None:
        one.wards.add(WardFactory())
        begins = clock.at(TALK, time(14)) + timedelta(days=one.pk % 50)
        SpecialistSlot.objects.create(specialist=one, begins_at=begins, ends_at=begins + timedelta(hours=1))

    fill(specialist)
    few = query_count(staff, page(heard))
    for _number in range(3):
        fill(SpecialistFactory())
    many = query_count(staff, page(heard))

    assert few == many <= 20


def test_the_lists_ask_as_often_for_many_rows_as_for_one(
    staff: Client, heard: SpecialistSession, specialist: Specialist
) -> None:
    addresses = [
        reverse("admin:consultations_specialistsession_changelist"),
        reverse("admin:consultations_specialist_changelist"),
    ]
    few = [query_count(staff, one) for one in addresses]
    for _number in range(3):
        SpecialistSession.objects.create(
            consultation=ConsultationFactory(in_progress=True),
            profession="lawyer",
            specialist=SpecialistFactory(profession="lawyer"),
        )
    many = [query_count(staff, one) for one in addresses]

    assert few == many
    assert max(many) <= 20


# ── Matching ──


def test_candidates_come_with_the_reason_and_the_best_first(
    heard: SpecialistSession, specialist: Specialist
) -> None:
    ward = WardFactory(name="青葉区")
    heard.consultation.ward = ward
    heard.consultation.wish = Consultation.Wish.ONLINE
    fitting = SpecialistFactory(areas="寄付、会計", ways=["online"])
    fitting.wards.add(ward)
    SpecialistFactory(profession=Profession.LAWYER)
    SpecialistFactory(is_active=False)

    found = candidates(heard)

    assert [one.specialist for one in found] == [fitting, specialist]
    assert found[0].reasons == [
        "得意な分野「寄付・会計」",
        "青葉区に行ける",
        "希望の方法「オンライン」に応じる",
    ]


# ── The link anew ──


def test_a_renewed_link_replaces_the_former(staff: Client, ask: Ask, specialist: Specialist) -> None:
    asked = ask(specialist)

    staff.post(reverse("admin:consultations_referral_renew", args=[asked.referral.pk]))

    assert Client().get(asked.url).status_code == 404
    newest = AnswerLink.objects.get(revoked_at__isnull=True)
    assert newest.excerpt == EXCERPT
    assert OutgoingMail.objects.filter(kind="consultations/referral_link").count() == 2


@pytest.mark.parametrize(
    ("who", "status"), [("ward_officer", 403), ("citizen", 403), ("reception", 302), ("manager", 302)]
)
def test_the_office_that_asked_renews_a_link(
    who: str, status: int, client: Client, ask: Ask, specialist: Specialist, request: pytest.FixtureRequest
) -> None:
    asked = ask(specialist)
    client.force_login(request.getfixturevalue(who))

    response = client.post(reverse("admin:consultations_referral_renew", args=[asked.referral.pk]))

    assert response.status_code == status or "/login/" in response.headers.get("Location", "")
    renewed = AnswerLink.objects.filter(revoked_at__isnull=False).exists()
    assert renewed is (who in ("reception", "manager"))


def test_the_link_of_an_answered_referral_is_not_renewed(
    staff: Client, ask: Ask, specialist: Specialist
) -> None:
    asked = ask(specialist)
    partner.decline(link=AnswerLink.objects.get(), reason="予定が合いません。")

    response = staff.post(
        reverse("admin:consultations_referral_renew", args=[asked.referral.pk]), follow=True
    )

    assert "その操作はできません" in text(response)
    assert not AnswerLink.objects.filter(revoked_at__isnull=True).exists()
    assert Referral.objects.get().status == Referral.Status.DECLINED


# ── The roster ──


def test_the_roster_is_found_by_any_spelling(staff: Client) -> None:
    SpecialistFactory(name="髙橋 税子", name_kana="たかはし ぜいこ")
    SpecialistFactory(name="別府 務", name_kana="べっぷ つとむ")

    for typed in ("高橋", "タカハシ", "たかはし　ぜいこ"):
        shown = text(staff.get(reverse("admin:consultations_specialist_changelist"), {"q": typed}))
        assert "髙橋 税子" in shown
        assert "別府 務" not in shown


def test_free_times_count_without_those_that_are_taken(
    staff: Client, specialist: Specialist, heard: SpecialistSession
) -> None:
    for hour in (10, 13, 16):
        SpecialistSlot.objects.create(
            specialist=specialist,
            begins_at=clock.at(TALK, time(hour)),
            ends_at=clock.at(TALK, time(hour + 2)),
        )
    SpecialistSession.objects.filter(pk=heard.pk).update(slot=SpecialistSlot.objects.first())

    shown = text(staff.get(reverse("admin:consultations_specialist_changelist")))

    assert '<td class="field-free_slots">2</td>' in shown


def pattern(**changes: str) -> dict[str, str]:
    return {
        "pattern": "2",
        "weekday": "1",
        "begins": "14:00",
        "ends": "16:00",
        "first": "2026-11-16",
        "months": "3",
        **changes,
    }


def test_weekly_times_are_previewed_and_then_added_without_closed_days(
    staff: Client, specialist: Specialist, coordinator: User
) -> None:
    Closure.objects.create(
        first_day=date(2027, 1, 12),
        last_day=date(2027, 1, 12),
        kind=Closure.Kind.OTHER,
        reason="設備の点検",
        created_by=coordinator,
    )
    address = reverse("admin:consultations_specialist_slots", args=[specialist.pk])

    preview = text(staff.post(address, pattern()))

    assert "2026年12月8日（火） 14:00-16:00" in preview
    assert "設備の点検" in preview
    assert not SpecialistSlot.objects.exists()

    staff.post(address, pattern(add="1") | {"day": ["2026-12-08", "2027-01-12", "2027-02-09"]})

    days = [clock.local(one.begins_at).date() for one in SpecialistSlot.objects.all()]
    assert days == [date(2026, 12, 8), date(2027, 2, 9)]


def test_times_they_have_already_are_not_added_twice(staff: Client, specialist: Specialist) -> None:
    address = reverse("admin:consultations_specialist_slots", args=[specialist.pk])
    chosen = {"day": ["2026-12-08"]}
    staff.post(address, pattern(add="1") | chosen)

    again = staff.post(address, pattern(add="1", begins="15:00", ends="17:00") | chosen)

    assert again.status_code == 422
    assert SpecialistSlot.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends": "13:00"}, "終了は開始より後に"),
        ({"first": "2026-11-01"}, "これからの日"),
        ({"weekday": "9"}, "field-error"),
    ],
)
def test_a_pattern_that_can_not_be_is_refused(
    changes: dict[str, str], words: str, staff: Client, specialist: Specialist
) -> None:
    response = staff.post(
        reverse("admin:consultations_specialist_slots", args=[specialist.pk]), pattern(**changes)
    )

    assert response.status_code == 422
    assert words in text(response)


@pytest.mark.parametrize(
    ("name", "days"),
    [
        (slots.Pattern.WEEKLY, [17, 24, 1, 8]),
        (slots.Pattern.FORTNIGHTLY, [17, 1]),
        (slots.Pattern.SECOND, [8]),
        (slots.Pattern.FOURTH, [24]),
    ],
)
def test_patterns_give_their_days(name: str, days: list[int]) -> None:
    planned = slots.plan(name, 1, time(14), time(16), date(2026, 11, 16), 1)

    assert [one.begins_at.day for one in planned if one.begins_at.date() < date(2026, 12, 15)] == days


def test_reception_keeps_no_roster(client: Client, reception: User, specialist: Specialist) -> None:
    client.force_login(reception)

    answers = [
        client.get(reverse("admin:consultations_specialist_slots", args=[specialist.pk])).status_code,
        client.post(
            reverse("admin:consultations_specialist_change", args=[specialist.pk]), {"name": "別の名"}
        ).status_code,
    ]

    assert answers == [403, 403]


def test_a_coordinator_keeps_a_specialist_with_free_times(staff: Client, specialist: Specialist) -> None:
    response = staff.get(reverse("admin:consultations_specialist_change", args=[specialist.pk]))
    assert response.status_code == 200

    saved = staff.post(
        reverse("admin:consultations_specialist_change", args=[specialist.pk]),
        {
            "name": "税理 士子",
            "profession": "tax_accountant",
            "areas": "NPO法人の会計",
            "ways": ["phone"],
            "email": "new@example.jp",
            "is_active": "on",
            "slots-TOTAL_FORMS": "1",
            "slots-INITIAL_FORMS": "0",
            "slots-0-specialist": specialist.pk,
            "slots-0-begins_at_0": "2026-11-24",
            "slots-0-begins_at_1": "14:00",
            "slots-0-ends_at_0": "2026-11-24",
            "slots-0-ends_at_1": "16:00",
        },
    )

    assert saved.status_code == 302
    specialist.refresh_from_db()
    assert (specialist.email, specialist.ways) == ("new@example.jp", ["phone"])
    assert specialist.slots.count() == 1


def test_places_show_what_has_them_on_the_day_that_is_looked_at(
    staff: Client, heard: SpecialistSession, specialist: Specialist, coordinator: User
) -> None:
    yokohama_spaces()
    slot = SpecialistSlot.objects.create(
        specialist=specialist, begins_at=clock.at(TALK, time(14)), ends_at=clock.at(TALK, time(16))
    )
    unit = Unit.objects.get(code="table-1")
    HoldFactory(units=[unit], begins_at=clock.at(TALK, time(13)), ends_at=clock.at(TALK, time(15)))
    session = specialists.match(
        session=heard,
        version=heard.version,
        specialist=specialist,
        slot=slot,
        consent=referring.Consent("要点を伝えること", clock.today()),
        by=coordinator,
    )
    partner.accept(link=AnswerLink.objects.get(), times=[slot.begins_at])

    assert "13:00-15:00 は使えません" in text(staff.get(page(session)))
    typed = {"fix-version": session.version, "fix-begins_at_0": "2026-11-25", "fix-begins_at_1": "14:00"}
    looked = staff.post(step(session, "fix"), {**typed, "fix-way": "online", "look": "1"})
    assert looked.status_code == 200
    assert "は使えません" not in text(looked)
    assert looked.context["fix_form"].initial["way"] == "online"
    session.refresh_from_db()
    assert session.status == Status.MATCHED
