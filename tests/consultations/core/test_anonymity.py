"""What leaves for somebody outside names nobody: neither the person, nor the group or company, nor the family name alone."""

import pytest

from consultations.rules import anonymity
from tests.factories.accounts import GroupFactory
from tests.factories.consultations import ConsultationFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "words",
    [
        "田辺花子の団体の会計",
        "田辺が代表になったばかり。",
        "たなべ　はなこ より",
        "タナベから電話があった。",
        "みどりの会の会計をどうするか。",
        "NPO法人みどりの会では",
        "ﾐﾄﾞﾘの会で",
        "あおば見守りの会として",
    ],
)
def test_the_family_name_alone_and_the_organisation_name_somebody(words: str) -> None:
    consultation = ConsultationFactory(
        group=GroupFactory(name="あおば見守りの会"),
        contact__name="田辺 花子",
        contact__name_kana="タナベ ハナコ",
        contact__organisation="特定非営利活動法人みどりの会",
    )

    assert anonymity.names(words, consultation)


@pytest.mark.parametrize(
    ("name", "organisation", "words"),
    [
        ("田辺 花子", "", "田辺町の川で、花子ども会と。"),
        ("森 花子", "", "森の手入れをしたい。"),
        ("原 花子", "会", "会の運営を知りたい。"),
        ("", "", "だれのことか分からない話。"),
    ],
)
def test_words_that_only_resemble_a_name_are_fine(name: str, organisation: str, words: str) -> None:
    consultation = ConsultationFactory(contact__name=name, contact__organisation=organisation)

    assert not anonymity.names(words, consultation)
