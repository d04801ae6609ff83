"""＠名前 in a note: the colleague hears of it by mail, and of the note nothing leaves."""

import pytest

from accounts.models import User
from consultations.actions import entries
from consultations.models import Consultation
from consultations.rules.mentions import mentioned
from kyodo.mail.models import OutgoingMail
from tests.factories.accounts import UserFactory
from tests.factories.consultations import ConsultationFactory, LockOutFactory

pytestmark = pytest.mark.django_db


def person(name: str) -> User:
    return User(pk=abs(hash(name)), name=name)


@pytest.mark.parametrize(
    ("note", "called"),
    [
        ("@調整 職員 見てください", ["調整 職員"]),
        ("＠調整職員さん、これは？", ["調整 職員"]),
        ("相談です。@林田 どうですか", ["林田 実"]),
        ("@林 さん", ["林 花"]),
        ("@佐藤 さん", []),
        ("@佐藤 一 さんと ＠佐藤　二 さんと @佐藤 一 さん", ["佐藤 一", "佐藤 二"]),
        ("hanako@林.example.jp に送った", []),
        ("@だれか", []),
    ],
)
def test_names_are_known_with_and_without_space_and_never_guessed(note: str, called: list[str]) -> None:
    names = ("調整 職員", "林 花", "林田 実", "佐藤 一", "佐藤 二")

    assert [one.name for one in mentioned(note, [person(name) for name in names])] == called


def test_a_colleague_is_told_once_and_without_a_word_of_the_note(
    coordinator: User, manager: User, ward_officer: User, case: Consultation
) -> None:
    entries.add_note(
        consultation=case, note="@管理職員 と @管理 へ：内緒の話。@区の 職員 @調整 職員", by=coordinator
    )

    mail = OutgoingMail.objects.get(subject__contains="名前が挙がりました")
    assert mail.to == manager.email
    assert case.reference in mail.subject
    assert "内緒" not in mail.body + mail.subject
    assert case.contact.name not in mail.body


def test_who_is_kept_out_of_it_hears_nothing(coordinator: User, manager: User, case: Consultation) -> None:
    LockOutFactory(consultation=case, user=manager)

    entries.add_note(consultation=case, note="@管理 職員", by=coordinator)

    assert not OutgoingMail.objects.exists()


def test_a_ward_officer_is_led_to_the_desk(ward_officer: User) -> None:
    colleague = UserFactory(name="別の 職員", ward_officer=True, ward_centre=ward_officer.ward_centre)
    own = ConsultationFactory(ward_centre=ward_officer.ward_centre)

    entries.add_note(consultation=own, note="@別の", by=ward_officer)

    mail = OutgoingMail.objects.get()
    assert (mail.to, f"/ward/consultations/{own.reference}/" in mail.body) == (colleague.email, True)


@pytest.fixture
def case() -> Consultation:
    return ConsultationFactory()
