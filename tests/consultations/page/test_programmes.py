"""Support programmes found for a consultation, named to the person, and what came of it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.actions.directory import index
from accounts.models import User
from consultations.actions import introductions
from consultations.models import Consultation, Introduction
from consultations.queries.partners import Partners, partners_for
from kyodo import clock
from kyodo.centre.models import SupportProgramme
from kyodo.mail.models import OutgoingMail
from tests.consultations.page.pages import address, html, press
from tests.counting import query_count
from tests.factories.accounts import GroupFactory
from tests.factories.centre import (
    ActivityFieldFactory,
    SupportOrganisationFactory,
    SupportProgrammeFactory,
    WardFactory,
)
from tests.factories.consultations import ConsultationFactory

pytestmark = pytest.mark.django_db


def reasons(found: Partners) -> dict[str, str]:
    return {one.name: "／".join(one.reasons) for one in found.programmes}


def test_the_kinds_of_question_are_those_of_consultations() -> None:
    """The centre stands below and knows no consultation: it repeats the words."""
    own = dict(Consultation.Kind.choices)
    del own[Consultation.Kind.OTHER]

    assert dict(SupportProgramme.Need.choices) == own


def test_programmes_are_named_with_the_reason_best_first(coordinator: User) -> None:
    ward, field = WardFactory(name="みなと区"), ActivityFieldFactory(name="子ども")
    consultation = ConsultationFactory(ward=ward, kind="start")
    consultation.fields.set([field])
    SupportProgrammeFactory(name="始める人の助成", needs=["start"])
    SupportProgrammeFactory(name="区の助成", ward=ward, audiences=["group"])
    SupportProgrammeFactory(name="子どもの助成", for_fields=[field], needs=["start", "run"])
    SupportProgrammeFactory(name="子ども食堂の設備費", needs=["run"])

    found = partners_for(consultation, coordinator)

    assert list(reasons(found).items()) == [
        ("子どもの助成", "分野が同じ：子ども／相談の種類が合う：活動を始めたい"),
        ("子ども食堂の設備費", "ことばが合う：子ども食堂"),
        ("区の助成", "みなと区の制度／団体が応募できる"),
        ("始める人の助成", "相談の種類が合う：活動を始めたい"),
    ]


def test_what_does_not_fit_is_not_named(coordinator: User) -> None:
    consultation = ConsultationFactory(kind="start", ward=WardFactory())
    consultation.fields.set([ActivityFieldFactory()])
    SupportProgrammeFactory(name="だれでも使える")
    SupportProgrammeFactory(name="団体ならどこでも", audiences=["group"])
    SupportProgrammeFactory(name="ほかの相談", needs=["run"])
    SupportProgrammeFactory(name="ほかの分野", needs=["start"], for_fields=[ActivityFieldFactory()])
    SupportProgrammeFactory(name="よその区", needs=["start"], ward=WardFactory())
    SupportProgrammeFactory(name="案内しない", needs=["start"], is_active=False)

    assert reasons(partners_for(consultation, coordinator)) == {}


def test_staff_find_any_programme_by_their_own_words(coordinator: User) -> None:
    consultation = ConsultationFactory(kind="start")
    SupportProgrammeFactory(name="印刷機の貸し出し", needs=["run"], for_fields=[ActivityFieldFactory()])

    assert reasons(partners_for(consultation, coordinator, "印刷")) == {
        "印刷機の貸し出し": "ことばが合う：印刷"
    }


def test_what_is_over_or_for_others_is_marked_for_staff(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory(kind="start", audience="company")
    over = SupportProgrammeFactory(
        name="終わった助成", needs=["start"], applications_until=date(2026, 10, 31)
    )
    SupportProgrammeFactory(name="団体の助成", needs=["start"], audiences=["group", "registered"])
    client.force_login(coordinator)

    page = html(client.get(address(consultation, "partners")))

    assert over.is_over
    assert "2026年10月31日（土）で締め切りました。" in page
    assert "応募できるのは団体・センターの登録団体です。" in page


@pytest.mark.parametrize(("expired", "is_marked"), [(False, False), (True, True)])
def test_a_programme_of_registered_groups_wants_a_registration_in_force(
    expired: bool, is_marked: bool, coordinator: User
) -> None:
    consultation = ConsultationFactory(kind="start", group=GroupFactory(expired=expired))
    SupportProgrammeFactory(needs=["start"], audiences=["registered"])

    (one,) = partners_for(consultation, coordinator).programmes

    assert bool(one.note) == is_marked


def test_a_programme_that_was_used_before_says_so(coordinator: User) -> None:
    programme = SupportProgrammeFactory(needs=["start"])
    for result in ("used", "used", "unused", "pending"):
        Introduction.objects.create(
            consultation=ConsultationFactory(),
            programme=programme,
            name=programme.name,
            by=coordinator,
            result=result,
        )

    found = partners_for(ConsultationFactory(kind="start"), coordinator)

    assert "これまでに2件の利用につながった" in reasons(found)[programme.name]


def test_the_page_asks_the_same_for_one_programme_and_many(client: Client, coordinator: User) -> None:
    field, ward = ActivityFieldFactory(), WardFactory()
    consultation = ConsultationFactory(kind="start", ward=ward, group=GroupFactory())
    consultation.fields.set([field])
    client.force_login(coordinator)
    facts: dict[str, Any] = {"for_fields": [field], "needs": ["start"], "audiences": ["registered"]}
    SupportProgrammeFactory(**facts)
    one = query_count(client, address(consultation, "partners"))
    for _more in range(12):
        SupportProgrammeFactory(ward=ward, applications_until=clock.today() - timedelta(days=1), **facts)

    assert query_count(client, address(consultation, "partners")) == one <= 20


def test_a_programme_is_named_mails_nobody_and_gets_its_result(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory(kind="start")
    programme = SupportProgrammeFactory(name="はじめの助成", needs=["start"])
    client.force_login(coordinator)

    press(client, consultation, "introduce", programme=programme.pk, reason="相談の種類が合う")
    row = Introduction.objects.get()
    assert (row.programme, row.name, row.reason) == (programme, "はじめの助成", "相談の種類が合う")
    page = html(client.get(address(consultation, "partners")))
    assert "紹介済み" in page
    assert 'value="used"' in page
    assert 'value="together"' not in page

    result = reverse("admin:consultations_consultation_introduction", args=[consultation.pk, row.pk])
    client.post(result, {"version": 1, "result": "used", "result_text": "5万円が決まった。"})
    row.refresh_from_db()
    assert (row.result, row.result_at is not None) == ("used", True)
    story = html(client.get(address(consultation)))
    for words in ("制度を紹介：はじめの助成", "はじめの助成のその後：制度を利用した", "5万円が決まった。"):
        assert words in story
    assert not OutgoingMail.objects.exists()


def test_a_programme_is_used_and_a_partner_is_met(coordinator: User) -> None:
    consultation = ConsultationFactory()
    programme = introductions.introduce(
        consultation=consultation, programme=SupportProgrammeFactory(), by=coordinator
    )
    partner = introductions.introduce(consultation=consultation, group=GroupFactory(), by=coordinator)

    for row, wrong in ((programme, "together"), (partner, "used")):
        with pytest.raises(ValidationError) as refused:
            introductions.record_result(introduction=row, version=1, result=wrong, words="", by=coordinator)
        assert refused.value.code == "result"
        row.result = wrong
        with pytest.raises(IntegrityError, match="introduction_result_of_its_kind"), transaction.atomic():
            row.save()


def test_one_introduction_names_one_thing(coordinator: User) -> None:
    consultation = ConsultationFactory()
    two: list[dict[str, Any]] = [
        {"group": GroupFactory(), "programme": SupportProgrammeFactory()},
        {"organisation": SupportOrganisationFactory(), "programme": SupportProgrammeFactory()},
        {"group": GroupFactory(), "organisation": SupportOrganisationFactory()},
    ]

    for both in two:
        with pytest.raises(ValidationError) as refused:
            introductions.introduce(consultation=consultation, by=coordinator, **both)
        assert refused.value.code == "partner"
        with pytest.raises(IntegrityError, match="introduction_of_one"), transaction.atomic():
            Introduction.objects.create(consultation=consultation, name="x", by=coordinator, **both)


def test_a_programme_that_is_no_longer_named_is_refused(client: Client, coordinator: User) -> None:
    consultation, programme = ConsultationFactory(), SupportProgrammeFactory(is_active=False)
    client.force_login(coordinator)

    assert press(client, consultation, "introduce", programme=programme.pk).status_code == 422
    assert not Introduction.objects.exists()


def test_a_group_is_named_with_the_word_that_its_activities_share(coordinator: User) -> None:
    group = GroupFactory(listed=True, activities="月に一度の子ども食堂")
    index(group)

    (found,) = partners_for(ConsultationFactory(kind="start"), coordinator).groups

    assert found.reason == "ことばが合う：子ども食堂"
