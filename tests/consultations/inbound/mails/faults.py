"""By what is wrong or odd in them."""

from consultations.models import InboundMail
from tests.consultations.inbound.mails import (
    PDF,
    SENDER,
    Mail,
    file,
    html,
    mail,
    part,
    plain,
    tree,
    whole,
    word,
)
from tests.consultations.inbound.mails.samples import excel

Why = InboundMail.Why
YES = "ありがとうございます。水曜でお願いします。"
KANJI = "相談のつづきです。"


def text_in(charset: str, data: bytes, says: str) -> Mail:
    return Mail(mail(data, kind=f"text/plain; charset={charset}"), says)


FAULTS: dict[str, Mail] = {
    # ── Charsets ─────────────────────────────────────────────────────────────────────────────────────────────────
    "gb2312 that is GBK": text_in("gb2312", "朱镕基，謝謝".encode("gbk"), "朱镕基，謝謝"),
    "iso-8859-1 that is of Windows": text_in("iso-8859-1", "“Merci” – 5 €".encode("cp1252"), "“Merci” – 5 €"),
    "iso-8859-1 that is UTF-8": text_in("iso-8859-1", KANJI.encode(), KANJI),
    "iso-8859-1 that is Shift_JIS": text_in("iso-8859-1", KANJI.encode("cp932"), KANJI),
    "us-ascii that is EUC-JP": text_in("us-ascii", KANJI.encode("euc_jp"), KANJI),
    "ks_c_5601-1987 that is of Windows": text_in(
        "ks_c_5601-1987", "똠방각하 뷁".encode("cp949"), "똠방각하 뷁"
    ),
    "euc-jp with a sign of Windows": text_in(
        "euc-jp", "会場は".encode("euc_jp") + b"\xad\xa1" + "です".encode("euc_jp"), "会場は①です"
    ),
    "x-euc-jp": text_in("x-euc-jp", KANJI.encode("euc_jp"), KANJI),
    "x-sjis": text_in("x-sjis", KANJI.encode("cp932"), KANJI),
    "big5": text_in("big5", "謝謝您".encode("big5"), "謝謝您"),
    "windows-31j": text_in("windows-31j", "髙橋①".encode("cp932"), "髙橋①"),
    "UTF-8 cut inside a sign": text_in("utf-8", KANJI.encode()[:-1], KANJI[:-1] + "�"),
    "Shift_JIS with one byte that is wrong": text_in(
        "shift_jis", "会場".encode("cp932") + b"\xff" + "です。はい".encode("cp932"), "会場�です。はい"
    ),
    "EUC-JP with one byte that is wrong": text_in(
        "euc-jp", "会場".encode("euc_jp") + b"\xff\n" + "です".encode("euc_jp"), "会場�\nです"
    ),
    "ISO-2022-JP with an emoji of a carrier": text_in(
        "iso-2022-jp", b"\x1b$B2q>l\x7e\x7eB'\x1b(B ok", "会場�則 ok"
    ),
    "a charset that nobody knows": text_in("x-unknown", KANJI.encode("cp932"), KANJI),
    "no charset at all": Mail(mail(KANJI.encode("cp932"), kind="text/plain"), KANJI),
    "HTML that names its charset itself": Mail(
        mail(f"<meta charset=euc-jp><p>{KANJI}</p>".encode("euc_jp"), kind="text/html"), KANJI
    ),
    # ── Headers and names of files ───────────────────────────────────────────────────────────────────────────────
    "a raw subject in UTF-8": Mail(mail(YES, subject="Subject: 打合せの件"), f"件名：打合せの件\n\n{YES}"),
    "a raw subject in Shift_JIS": Mail(
        mail(YES, subject=b"Subject: " + "表の打合せ".encode("cp932")), f"件名：表の打合せ\n\n{YES}"
    ),
    "a subject of raw and encoded words": Mail(
        mail(YES, subject=f"Subject: 打合せ {word('の件')}"), f"件名：打合せ の件\n\n{YES}"
    ),
    "a subject broken inside a sign": Mail(
        mail(YES, subject="Subject: =?UTF-8?B?5omT5ZCI44Gb44E=?=\r\n =?UTF-8?B?ruS7tg==?="),
        f"件名：打合せの件\n\n{YES}",
    ),
    "a subject with base64 that is wrong": Mail(
        mail(YES, subject=f"Subject: =?UTF-8?B?5omT5ZCI44Gb4?= {word('の件')}"), f"件名：打合せの件\n\n{YES}"
    ),
    "a name by RFC 2231 with a sign of Windows": Mail(
        whole("mixed", plain(YES), file(b"filename*=ISO-2022-JP''%1B%24B-%21%32%71%42%27%1B%28B.pdf", PDF)),
        YES,
        ("①会則.pdf",),
    ),
    "a name by RFC 2231 in pieces": Mail(
        whole("mixed", plain(YES), file(b"filename*0*=UTF-8''%E4%BC%9A;\r\n filename*1*=%E5%89%87.pdf", PDF)),
        YES,
        ("会則.pdf",),
    ),
    "a raw name in UTF-8": Mail(
        whole("mixed", plain(YES), file('filename="会則.pdf"'.encode(), PDF)), YES, ("会則.pdf",)
    ),
    "a raw name in Shift_JIS, with a backslash in a sign": Mail(
        whole("mixed", plain(YES), file(b'filename="' + "表.pdf".encode("cp932") + b'"', PDF)),
        YES,
        ("表.pdf",),
    ),
    "a raw name in ISO-2022-JP, with a quotation mark in a sign": Mail(
        whole("mixed", plain(YES), file(b'filename="' + "会合「案」.pdf".encode("iso-2022-jp") + b'"', PDF)),
        YES,
        ("会合「案」.pdf",),
    ),
    "a name of 300 signs": Mail(
        whole("mixed", plain(YES), file("あ" * 300 + ".xlsx", excel())), YES, ("あ" * 115 + ".xlsx",)
    ),
    "a name that is a folder": Mail(whole("mixed", plain(YES), file("..", PDF)), YES, ("添付.pdf",)),
    "a type of content that is raw": Mail(
        whole("mixed", plain(YES), file("a.bin", b"\0\1", "application/x-表")), YES, stays=("a.bin",)
    ),
    # ── Senders ──────────────────────────────────────────────────────────────────────────────────────────────────
    "an address as its own name": Mail(mail(YES, sender=f"From: {SENDER} <{SENDER}>"), YES),
    "a comma in a comment": Mail(mail(YES, sender=f"From: {SENDER} (Hanako, Yokohama)"), YES),
    "a comma in a name": Mail(mail(YES, sender=f"From: Sodan, Hanako <{SENDER}>"), YES),
    "another address in a name": Mail(mail(YES, sender=f'From: "a@x.example <b@x.example>" <{SENDER}>'), YES),
    "a quotation mark that never closes": Mail(mail(YES, sender=f'From: "Hanako <{SENDER}>'), YES),
    "a name and no address": Mail(mail(YES, f"Sender: {SENDER}", sender="From: Hanako"), YES),
    # ── Words and forms ──────────────────────────────────────────────────────────────────────────────────────────
    "one text with a name": Mail(mail(YES, kind='text/plain; charset=utf-8; name="mail.txt"'), YES),
    "a plain form that only says there is another": Mail(
        whole("alternative", plain("HTML"), html(f"<p>{YES}</p>")), YES
    ),
    "parts that have no boundary": Mail(mail(YES, kind="multipart/mixed; charset=utf-8"), YES),
    "a subject of its own above the words": Mail(
        mail("よろしくお願いします。", subject=f"Subject: {word('水曜は欠席します')}"),
        "件名：水曜は欠席します\n\nよろしくお願いします。",
    ),
    "words in the subject of an answer": Mail(
        mail(
            "よろしくお願いします。", subject=f"Subject: {word('Re: 【ご相談へのお返事】水曜は欠席します')}"
        ),
        "件名：水曜は欠席します\n\nよろしくお願いします。",
    ),
    "last lines that look quoted": Mail(
        mail("次のどちらかです。\n\n＞ A案\n> B案\n| C案"), "次のどちらかです。\n\n＞ A案\n> B案\n| C案"
    ),
    "a postscript below two dashes": Mail(
        mail(f"{YES}\n\n-- \n相談 花子\n追伸 駐車場はありますか。"),
        f"{YES}\n\n-- \n相談 花子\n追伸 駐車場はありますか。",
    ),
    "two dashes that are no signature": Mail(mail("会場\n--\n第1会議室"), "会場\n--\n第1会議室"),
    "a mail passed on without a word": Mail(
        whole(
            "mixed",
            plain(""),
            part(
                b"From: y@example.com\r\nSubject: =?UTF-8?B?5Yqp5oiQ6YeR?=\r\n\r\nDeadline",
                "message/rfc822",
                way="7bit",
            ),
        ),
        "転送されたメール\ny@example.com\n\n助成金\n\nDeadline",
        stays=("助成金.eml",),
    ),
    "what we don't take": Mail(
        whole("mixed", plain(YES), file("a.exe", b"MZ\x90\0", "application/pdf")), YES, stays=("a.exe",)
    ),
    "more files than a form takes, pictures last": Mail(
        whole("mixed", plain(YES), *(file(f"{number}.pdf", PDF) for number in range(6))),
        YES,
        ("0.pdf", "1.pdf", "2.pdf", "3.pdf", "4.pdf"),
        ("5.pdf",),
    ),
    "parts within parts": Mail(
        whole(
            "mixed",
            tree("mixed", "a", tree("mixed", "b", tree("mixed", "c", plain(YES), file("a.pdf", PDF)))),
        ),
        YES,
        ("a.pdf",),
    ),
    "a part that never ends": Mail(
        whole("mixed", plain(YES), file("a.pdf", PDF)).replace(b"--top--", b""), YES, ("a.pdf",)
    ),
    # ── Persons and machines ─────────────────────────────────────────────────────────────────────────────────────
    "a company's mail server": Mail(
        mail(YES, "Feedback-ID: 1:mail:x", "List-Unsubscribe: <mailto:x@example.jp>"), YES
    ),
    "a person through a list": Mail(mail(YES, "Precedence: list", "List-Id: <npo.example.jp>"), YES),
    "a stranger through a list": Mail(
        mail(YES, "Precedence: list", sender="From: npo@lists.example.com"), YES, why=Why.AUTOMATIC
    ),
    "an answering machine": Mail(mail(YES, "X-Autoresponder: yes"), YES, why=Why.AUTOMATIC),
    "an answering machine of another kind": Mail(mail(YES, "Precedence: auto-reply"), YES, why=Why.AUTOMATIC),
    "a subject like a machine's": Mail(
        mail(YES, subject=f"Subject: {word('不在のお知らせ')}"), YES, why=Why.AUTOMATIC
    ),
    "a mail that did not arrive": Mail(
        whole(
            'report; report-type="delivery-status"',
            plain("届きませんでした。"),
            part(
                "Final-Recipient: rfc822; a@example.jp\r\nStatus: 5.1.1\r\n",
                "message/delivery-status",
                way="7bit",
            ),
            sender="From: MAILER-DAEMON@example.jp",
        ),
        "届きませんでした。",
        why=Why.BOUNCE,
    ),
}
