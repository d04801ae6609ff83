import pytest
from django.core.exceptions import ValidationError

from kyodo import addresses, forms, plain, references

KATSURAGI = "葛\U000e0100城"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("  ﾔﾏﾀﾞ　ﾀﾛｳ ", "ヤマダ タロウ"),
        ("か\u3099くえん、か゛っこう", "がくえん、がっこう"),
        (f"ＮＰＯ法人（{KATSURAGI}）①㈱！", f"NPO法人（{KATSURAGI}）①㈱！"),
        ("\u202a山\u200b田\u202c\ufeff", "山田"),
        # The sign of a family register, that NFKC would write as another one.
        ("神\ufa19", "神\ufa19"),
        ("家族👨\u200d👩\u200d👧", "家族👨\u200d👩\u200d👧"),
        ("一行目\r\n二行目", "一行目 二行目"),
    ],
)
def test_words_keep_what_is_written_on_purpose(typed: str, read: str) -> None:
    assert plain.words(typed) == read


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ﾔﾏﾀﾞ ﾊﾅｺ", "やまだ はなこ"),
        ("やまた\u3099", "やまだ"),
        ("ジャン＝リュック･ゴダール", "じゃん＝りゅっく・ごだーる"),
        ("ま－く", "まーく"),
        ("いすゞ", "いすゞ"),
    ],
)
def test_a_reading_is_kept_in_one_script(typed: str, kept: str) -> None:
    assert forms.KanaField().clean(typed) == kept


def test_a_reading_of_other_signs_is_refused() -> None:
    with pytest.raises(ValidationError):
        forms.KanaField().clean("山田")


@pytest.mark.parametrize(
    "typed", ["\u202a０４５ー１２３ー４５６７\u202c", "045−123 －4567", "\u2066045‐123‐4567\u2069"]
)
def test_a_telephone_number_is_taken_from_an_address_book(typed: str) -> None:
    assert forms.PhoneField().clean(typed) == "045-123-4567"


@pytest.mark.parametrize("typed", ["231-0005", "〒２３１ー０００５", "2310005", "〒 231 - 0005"])
def test_a_postal_code_is_taken_as_people_write_it(typed: str) -> None:
    assert forms.PostalCodeField(max_length=8).clean(typed) == "231-0005"


def test_a_reference_is_read_in_any_width() -> None:
    assert references.normalise("\u202aａｂ２３－ＣＤ４５\u202c") == "AB23CD45"


def test_a_password_is_left_as_it_was_typed() -> None:
    secret = " ｐａｓｓ\u200b "

    assert forms.CharField(widget=forms.PasswordInput, strip=False).clean(secret) == secret


@pytest.mark.parametrize("name", ["Mrs.Garcia", "Prof.Suzuki", "a.suzuki", "St.John", "山田 太郎"])
def test_a_title_makes_no_address_of_a_name(name: str) -> None:
    forms.no_address(name)


@pytest.mark.parametrize(
    "name", ["evil.com", "Evil.Com", "mrs.com", "Mrs.Garcia.com", "prof.suzuki", "www.a"]
)
def test_an_address_for_a_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        forms.no_address(name)


@pytest.mark.parametrize(
    ("typed", "kept", "sent"),
    [
        ("taro..yamada@docomo.ne.jp", "taro..yamada@docomo.ne.jp", '"taro..yamada"@docomo.ne.jp'),
        ("hanako.＠ezweb.ne.jp", "hanako.@ezweb.ne.jp", '"hanako."@ezweb.ne.jp'),
        ('"hanako."@ezweb.ne.jp', "hanako.@ezweb.ne.jp", '"hanako."@ezweb.ne.jp'),
        ("\u202ataro@example.jp\u202c", "taro@example.jp", "taro@example.jp"),
    ],
)
def test_an_address_is_kept_as_its_owner_writes_it_and_quoted_when_sent(
    typed: str, kept: str, sent: str
) -> None:
    assert forms.EmailField().clean(typed) == kept
    assert addresses.on_the_wire(kept) == sent


@pytest.mark.parametrize(
    "typed",
    ["taro..yamada@example.jp", ".taro@docomo.ne.jp", "taro yamada@docomo.ne.jp", "@docomo.ne.jp", "taro"],
)
def test_a_slip_in_an_address_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        forms.EmailField().clean(typed)
