import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kyodo import text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＮＰＯ法人", "npo法人"),
        ("ボランティア", "ぼらんてぃあ"),
        ("ﾎﾞﾗﾝﾃｨｱ", "ボランティア"),
        ("希望ヶ丘", "希望が丘"),
        ("希望ケ丘", "希望が丘"),
        ("三ツ境", "三つ境"),
        ("澤田", "沢田"),
        ("濱", "浜"),
        ("渡邉", "渡邊"),
        ("齋藤", "斉藤"),
        ("髙﨑", "高崎"),
        ("045−123－4567", "045-123-4567"),
        ("サ―ビス", "サービス"),
        ("㈱", "(株)"),
        ("か\u3099っこう", "がっこう"),
        ("か゛っこう", "がっこう"),
        ("葛\U000e0100城", "葛城"),
        ("辻\ufe00", "辻"),
        ("見\u200b守\u00adり", "見守り"),
    ],
)
def test_spellings_that_people_take_for_the_same_fold_to_one(one: str, other: str) -> None:
    assert text.fold(one) == text.fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("ビル", "ビール"), ("はは", "ばば"), ("学校", "結構"), ("介護ケア", "介護がア")]
)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert text.fold(one) != text.fold(other)


def test_nothing_asked_is_no_question() -> None:
    assert text.query("") is None
    assert text.query(" 、。!?") is None


def test_a_hit_is_marked_in_the_original_spelling() -> None:
    pieces = text.highlight("地域の<ﾎﾞﾗﾝﾃｨｱ>活動", "ぼらんてぃあ 活動")

    marked = [(piece.text, piece.is_hit) for piece in pieces]
    assert marked == [("地域の<", False), ("ﾎﾞﾗﾝﾃｨｱ", True), (">", False), ("活動", True)]


def test_the_form_of_a_character_is_marked_with_it() -> None:
    pieces = text.highlight("会の葛\U000e0100城さん", "葛城")

    assert [piece.text for piece in pieces if piece.is_hit] == ["葛\U000e0100城"]


def test_an_excerpt_lies_around_the_first_hit() -> None:
    pieces = text.excerpt("あ" * 500 + "見守り" + "い" * 500, "見守り", length=40)

    assert [piece.text for piece in pieces if piece.is_hit] == ["見守り"]
    assert len("".join(piece.text for piece in pieces)) == 42


@given(st.text(max_size=60), st.text(max_size=6))
def test_pieces_put_together_are_the_text(original: str, asked: str) -> None:
    assert "".join(piece.text for piece in text.highlight(original, asked)) == original


@given(st.text(max_size=60))
def test_every_folded_character_knows_its_place(original: str) -> None:
    folded = text.fold_with_places(original)

    assert folded.text == text.fold(original)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert all(
        0 <= start < end <= len(original) for start, end in zip(folded.starts, folded.ends, strict=True)
    )


LETTERS = "あいアイｱが丘ヶケ見守りボﾎﾞ-ーAaＡ1 、・'\\%_:&|!<>()*澤沢"
documents = st.lists(st.text(LETTERS, max_size=30) | st.text(max_size=20), min_size=1, max_size=3)


@pytest.mark.django_db
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents, documents, st.text(LETTERS, min_size=1, max_size=5) | st.text(min_size=1, max_size=3))
def test_it_finds_exactly_what_a_search_for_the_folded_text_finds(
    titles: list[str], bodies: list[str], asked: str
) -> None:
    query = text.query(asked)
    stretches = [run for part in (*titles, *bodies) for run in text.runs(text.fold(part))]
    expected = all(any(run in stretch for stretch in stretches) for run in text.runs(text.fold(asked)))

    if query is not None:
        assert matches(text.vector(A=titles, B=bodies), query) == expected


@pytest.mark.django_db
def test_a_phrase_does_not_reach_from_one_field_into_the_next() -> None:
    query = text.query("りボ")

    assert query is not None
    assert not matches(text.vector(A=["見守り"], B=["ボランティア"]), query)
    assert matches(text.vector(A=["見守りボランティア"]), query)


@pytest.mark.django_db
def test_texts_longer_than_postgresql_counts_are_cut_not_mixed_up() -> None:
    vector = text.vector(A=["あ、い、" * 10_000, "見守り"])
    query = text.query("見守り")

    assert query is not None
    assert not matches(vector, query)


def matches(vector: str, query: text.FoldedQuery) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector @@ %s::tsquery", [vector, query.tsquery])
        return bool(cursor.fetchone()[0])
