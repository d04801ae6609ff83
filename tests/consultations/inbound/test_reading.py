"""Bytes of a mail read: charsets, HTML, quotes, signatures, files. Needs no database."""

import time
from email.message import EmailMessage

import pytest

from consultations.models import InboundMail
from consultations.rules.inbound import charsets, markup, parsing, quotes
from tests.consultations.inbound.letters import PDF, letter

Why = InboundMail.Why


# ── What the person wrote themselves ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("whole", "own"),
    [
        ("承知しました。\n\n2026年11月20日(金) 10:00 センター <a@example.jp>:\n\n> 明日は\n> どうですか\n", "承知しました。"),
        ("承知しました。\n\n2026年11月20日(金) 10:00 横浜市市民協働推進センター <\nno-reply@example.jp>:\n> 明日\n", "承知しました。"),
        ("承知しました。\n\n2026/11/20 10:00、センターさんは書きました:\n> 明日\n", "承知しました。"),
        ("承知しました。\n\n2026/11/20 10:00、センター <a@example.jp>のメール:\n\n> 明日\n", "承知しました。"),
        ("承知しました。\n\nセンター <a@example.jp> さんは書きました:\n> 明日\n", "承知しました。"),
        ("承知しました。\n\nOn Fri, Nov 20, 2026 at 10:00 AM Centre <a@example.jp>\nwrote:\n\n> Tomorrow\n", "承知しました。"),
        ("承知しました。\n\n-----Original Message-----\nFrom: Centre\nSent: Friday\nSubject: x\n\n明日は\n", "承知しました。"),
        ("承知しました。\n\n差出人: センター <a@example.jp>\n送信日時: 2026年11月20日 10:00\n宛先: 花子\n件名: 相談\n\n明日は\n", "承知しました。"),
        ("承知しました。\n\n________________________________\n差出人: センター\n送信日時: 2026年11月20日\n\n明日は\n", "承知しました。"),
        ("承知しました。\n\niPhoneから送信\n\n> 明日\n", "承知しました。"),
        ("承知しました。\n-- \n相談 花子\n045-123-4567\n", "承知しました。"),
    ],
)  # fmt: skip
def test_the_quoted_tail_and_the_signature_are_left_out(whole: str, own: str) -> None:
    assert quotes.own_words(whole) == own


@pytest.mark.parametrize(
    "whole",
    [
        "見積もりは2026年11月20日までにお願いします：\n・会場\n・人数\n以上です。",
        "> 何人ですか\n10人です\n> いつですか\n来週です",
        "> 全部が引用\n> だけのメール",
        "差出人: のところを直してください。\nそれだけです。",
        "会場は次のとおりです。\n----\n第1会議室",
        "iPhoneから送信",
        "A案 -- B案\nどちらですか。",
        "次のどちらがよいですか。\n\n> A案 水曜\n> B案 金曜",
        "持ち物です。\n| 品 | 数 |\n| 机 | 2 |",
        "お願いします。\n--\n追伸 駐車場はありますか。",
        "お願いします。\n--\n相談 花子\n\n追伸 045-123-4567に電話してください。",
        "ご覧ください。\n\n---------- Forwarded message ---------\nFrom: 山田 <y@example.jp>\nDate: 2026年11月1日\n\n助成金の案内",
    ],
)
def test_what_only_looks_like_a_quote_stays(whole: str) -> None:
    assert quotes.own_words(whole) == whole


def test_a_quote_that_nobody_introduced_is_cut_where_it_was_said_before() -> None:
    sent = ["相談 花子 様\n\n明日はどうですか。ご都合をお知らせください。"]
    quoted = "承知しました。\n\n> 明日はどうですか。ご都合を\n> お知らせください。"

    assert quotes.own_words(quoted, known=sent) == "承知しました。"
    assert quotes.own_words(quoted, known=["ほかの話です。"]) == quoted


OUTLOOK = "{}\n\n差出人: センター\n送信日時: 2026年11月20日\n\n{}"


@pytest.mark.parametrize(
    ("below", "is_cut"),
    [
        ("明日はどうですか。\n持ち物は要りません。", True),
        ("明日はどうですか。\n→ はい、うかがいます。\n持ち物は要りません。", False),
        ("私の問い合わせに、ほかの役所が答えた文です。\nご覧ください。", False),
    ],
)
def test_below_a_header_of_outlook_nothing_is_cut_that_we_never_said(below: str, is_cut: bool) -> None:
    whole = OUTLOOK.format("承知しました。", below)

    own = quotes.own_words(whole, known=["明日はどうですか。持ち物は要りません。"])

    assert own == ("承知しました。" if is_cut else whole)


def test_answers_below_a_quote_stay_without_it() -> None:
    whole = "2026年11月20日(金) 10:00 センター <a@example.jp>:\n> いつがよいですか\n\n水曜がよいです。\n"

    assert quotes.own_words(whole) == "水曜がよいです。"


def test_answers_between_the_lines_keep_the_questions() -> None:
    whole = "お返事します。\n2026/11/20 10:00、センターさんは書きました:\n> いつ\n水曜\n> だれが\n3人です\n> では\n> また"

    own = quotes.own_words(whole)

    assert "> いつ\n水曜\n> だれが\n3人です" in own
    assert "では" not in own


def test_a_line_made_to_keep_us_busy_is_read_in_no_time() -> None:
    nasty = "\n".join(["<" + "@" * 100_000, "2026年1月1日" * 10_000, "On " + " wrote" * 20_000])

    assert quotes.own_words(nasty)


# ── Charsets ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("charset", ["iso-2022-jp", "shift_jis", "euc-jp", "utf-8"])
@pytest.mark.parametrize("transfer", ["base64", "quoted-printable", "8bit"])
def test_mails_in_every_japanese_charset_are_read(charset: str, transfer: str) -> None:
    words = "相談のつづきです。カタカナと漢字、〜も。"
    words = words.replace("〜", "") if charset == "shift_jis" else words
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "hanako@example.jp", "件名"
    if transfer == "8bit":
        mail.set_payload(words.encode(charset))
        mail["Content-Type"] = f"text/plain; charset={charset}"
    else:
        mail.set_content(words, charset=charset, cte=transfer)

    assert parsing.read(mail.as_bytes()).message == words


def test_signs_that_windows_adds_to_iso_2022_jp_are_read() -> None:
    """髙, ① and ㈱ lie outside the standard; half-width kana have an escape of their own."""
    data = b"\x1b$B|b66-!-j\x1b(B(a) \x1b(I6E\x1b(B\n\x1b$BF|K\\\x1b(B"

    assert charsets.decode(data, "iso-2022-jp") == "髙橋①㈱(a) ｶﾅ\n日本"


@pytest.mark.parametrize("charset", [None, "x-unknown", "us-ascii", "idna", "undefined", "utf\0-8", "zlib"])
def test_a_charset_that_is_missing_or_wrong_is_guessed(charset: str | None) -> None:
    assert charsets.decode("相談です".encode(), charset) == "相談です"
    assert charsets.decode("相談です".encode("cp932"), charset) == "相談です"


def test_what_postgres_cannot_hold_never_gets_there() -> None:
    read = parsing.read(b"From: a@example.jp\nSubject: \xff\xfe \n\na\x00b\xed\xa0\x80\n")

    (read.text + read.subject).encode()
    assert "\x00" not in read.text


def test_subject_and_names_of_files_are_read_as_japanese_programmes_write_them() -> None:
    mail = letter("本文", subject="髙橋です", files=(("議事録.pdf", PDF, "application/pdf"),))

    read = parsing.read(mail.as_bytes())

    assert read.subject == "髙橋です"
    assert [part.name for part in read.parts] == ["議事録.pdf"]

    encoded = (
        b'From: a@example.jp\nContent-Type: application/pdf; name="=?UTF-8?B?6K2w5LqL6YyyLnBkZg==?="\n'
        b"Content-Transfer-Encoding: base64\n\nJVBERi0xLjQ=\n"
    )
    assert parsing.read(encoded).parts[0].name == "議事録.pdf"


# ── Forms of a mail ──────────────────────────────────────────────────────────────────────────────────────────────


def test_html_alone_becomes_text_without_anything_active() -> None:
    html = (
        "<style>p{color:red}</style><script>alert(1)</script><p>こんにちは<br>来週<b>水曜</b>です</p>"
        '<a href="javascript:alert(1)">押す</a> <a href="https://example.jp/x">資料</a>'
        '<div class="gmail_quote"><div>2026年11月20日(金) 10:00 センター &lt;a@example.jp&gt;:<br></div>'
        "<blockquote>引用した<br>ことば</blockquote></div>"
    )

    read = parsing.read(letter("", html=html).as_bytes())

    assert read.message == "こんにちは\n来週水曜です\n\n押す 資料 <https://example.jp/x>"
    assert "引用した" in read.text
    assert "alert" not in read.text


def test_of_two_forms_the_plain_one_is_read_unless_it_is_empty() -> None:
    assert parsing.read(letter("平文です", html="<p>HTMLです</p>").as_bytes()).text == "平文です"
    assert parsing.read(letter(" \n", html="<p>HTMLです</p>").as_bytes()).text == "HTMLです"


def test_words_above_and_below_a_photograph_are_both_read() -> None:
    mail = letter("写真の前", files=(("IMG_1.jpg", b"\xff\xd8\xff", "image/jpeg"),))
    mail.add_attachment("写真の後", disposition="inline")

    read = parsing.read(mail.as_bytes())

    assert read.text == "写真の前\n\n写真の後"
    assert [part.name for part in read.parts] == ["IMG_1.jpg"]


def test_a_mail_inside_a_mail_is_one_file() -> None:
    mail = letter("転送します")
    mail.add_attachment(letter("中のメール"))

    read = parsing.read(mail.as_bytes())

    assert read.text == "転送します"
    assert [part.content_type for part in read.parts] == ["message/rfc822"]
    assert b"Message-ID" in read.parts[0].content


def test_markup_of_any_depth_is_read() -> None:
    assert markup.text_of("<blockquote>" * 5000 + "深い").endswith("深い")


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"no header at all", b"\xff" * 50, b"From: <\nTo: >\nSubject: =?x?\n\n"]
)
def test_whatever_comes_is_read_somehow(data: bytes) -> None:
    parsing.read(data)
    assert len(parsing.key_of(data)) <= 300


# ── What no person wrote ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("headers", "nature"),
    [
        ({"Auto_Submitted": "auto-replied"}, Why.AUTOMATIC),
        ({"Auto_Submitted": "auto-generated; x=y"}, Why.AUTOMATIC),
        ({"Precedence": "auto_reply"}, Why.AUTOMATIC),
        ({"Precedence": "auto-reply"}, Why.AUTOMATIC),
        ({"X_Autoreply": "yes"}, Why.AUTOMATIC),
        ({"X_Autoresponder": "yes"}, Why.AUTOMATIC),
        ({"Return_Path": "<>"}, Why.AUTOMATIC),
        ({"sender": "MAILER-DAEMON@mail.example.com"}, Why.BOUNCE),
        ({"Return_Path": "<>", "subject": "Undelivered Mail Returned to Sender"}, Why.BOUNCE),
        ({"sender": "横浜市市民協働推進センター <no-reply@example.jp>"}, Why.LOOP),
        ({"sender": "reply+abc.def@localhost.localdomain"}, Why.LOOP),
        ({"Auto_Submitted": "no"}, ""),
        ({"Return_Path": "<hanako@example.jp>"}, ""),
        ({"sender": "相談 花子"}, ""),
    ],
)  # fmt: skip
def test_machines_are_told_from_people(headers: dict[str, str], nature: str) -> None:
    assert parsing.read(letter("本文", **headers).as_bytes()).nature == nature


@pytest.mark.parametrize(
    "headers",
    [
        {"Precedence": "bulk"},
        {"Precedence": "list"},
        {"List_Id": "<news.example.jp>"},
        {"List_Unsubscribe": "<mailto:x@example.jp>"},
        {"Feedback_ID": "1:mail:x"},
        {"sender": "no-reply@shop.example.com"},
    ],
)
def test_what_may_be_a_machine_is_doubtful_and_no_more(headers: dict[str, str]) -> None:
    read = parsing.read(letter("本文", **headers).as_bytes())

    assert (read.nature, read.is_doubtful) == ("", True)


@pytest.mark.parametrize(
    ("subject", "sounds"),
    [
        ("自動返信：ただいま不在です", True),
        ("Automatic reply: 相談", True),
        ("Re: 自動返信ではありません", False),
    ],
)
def test_a_subject_alone_only_sounds_like_a_machine(subject: str, sounds: bool) -> None:
    read = parsing.read(letter("本文", subject=subject).as_bytes())

    assert (read.nature, read.sounds_automatic) == ("", sounds)


def test_a_report_of_a_mail_that_did_not_arrive_is_told_from_a_receipt() -> None:
    report = (
        b"From: Mail System <x@example.jp>\nSubject: x\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/report; report-type=%s; boundary="b"\n\n--b\n\nx\n--b--\n'
    )

    assert parsing.read(report % b"delivery-status").nature == Why.BOUNCE
    assert parsing.read(report % b"disposition-notification").nature == Why.AUTOMATIC


# ── The same mail twice ──────────────────────────────────────────────────────────────────────────────────────────


def test_one_mail_has_one_key_and_two_never_share_one() -> None:
    one = letter("本文", message_id="<1@example.jp>").as_bytes()
    later = b"Received: from somewhere\n" + one
    other = letter("別の本文", message_id="<1@example.jp>").as_bytes()
    nameless = letter("本文", message_id="").as_bytes()

    assert parsing.key_of(one) == parsing.key_of(later)
    assert len({parsing.key_of(mail) for mail in (one, other, nameless)}) == 3


def test_a_mail_to_two_of_our_addresses_comes_twice() -> None:
    mail = letter("本文").as_bytes()
    keys = {
        parsing.key_of(parsing.with_envelope(mail, sender=None, recipient=to)) for to in ("a@x.jp", "b@x.jp")
    }

    assert len(keys) == 2


def test_an_envelope_brings_no_header_of_its_own() -> None:
    mail = parsing.with_envelope(
        b"From: a@x.jp\n\nx", sender="a@x.jp>\nBcc: c@x.jp", recipient="b@x.jp\nCc: d@x.jp"
    )

    assert mail.count(b"\n") == 4
    assert b"\nBcc" not in mail
    assert b"\nCc" not in mail


@pytest.mark.parametrize("loose", ["<a ", '<a b="', "<a b='", "<!", "</a ", "<"])
def test_html_that_never_ends_its_tags_is_read_in_no_time(loose: str) -> None:
    began = time.monotonic()

    found = markup.text_of("<p>はじめ</p>" + loose * 50_000)

    assert found.startswith("はじめ")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("gaps", ["2026/11/20 :" + "\n" * 90_000, ("2026/11/20 :" + "\n" * 300) * 300])
def test_a_mail_of_empty_lines_is_read_in_no_time(gaps: str) -> None:
    began = time.monotonic()

    assert quotes.own_words("はじめ\n" + gaps).startswith("はじめ")

    assert time.monotonic() - began < 5
