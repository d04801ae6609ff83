"""A subject out of the first words breaks none of them."""

import pytest

from consultations.rules.subjects import LONGEST, shortened


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        ("子ども食堂を始めたい", "子ども食堂を始めたい"),
        (
            "商店街の空き店舗を使って、地域の子どもとお年寄りが集まれるコミュニティスペースを作りたいです。",
            "商店街の空き店舗を使って、地域の子どもとお年寄りが集まれる…",
        ),
        (
            "はじめまして。港北区で外国につながる子どもたちの学習支援をしているボランティアグループです。",
            "はじめまして。港北区で外国につながる子どもたちの学習支援をしている…",
        ),
        ("We would like to organise an international cooking evening", "We would like to organise an…"),
        ("あ" * 60, "あ" * 39 + "…"),
    ],
)
def test_it_ends_with_a_whole_word(line: str, subject: str) -> None:
    assert shortened(line) == subject
    assert len(subject) <= LONGEST
