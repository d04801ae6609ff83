"""By the programme that people answer with."""

import base64

from tests.consultations.inbound.mails import (
    PDF,
    QUOTED,
    Mail,
    file,
    html,
    mail,
    part,
    plain,
    tree,
    whole,
)
from tests.consultations.inbound.mails.samples import excel, photo_of_a_phone, picture, winmail

YES = "ありがとうございます。水曜でお願いします。"
MARKED = f"> 相談 花子 様\n>\n> {QUOTED}\n"
GMAIL = f"2026年11月20日(金) 10:00 センター <no-reply@example.jp>:\n\n{MARKED}"
GMAIL_HTML = (
    f'<div dir="ltr">{YES}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
    "2026年11月20日(金) 10:00 センター &lt;<a href='mailto:no-reply@example.jp'>no-reply@example.jp</a>&gt;:<br></div>"
    f'<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204)">{QUOTED}</blockquote></div>'
)
OUTLOOK = (
    "________________________________\r\n差出人: センター <no-reply@example.jp>\r\n送信日時: 2026年11月20日 10:00\r\n"
    f"宛先: 相談 花子\r\n件名: 【ご相談へのお返事】\r\n\r\n{QUOTED}\r\n"
)

CLIENTS: dict[str, Mail] = {
    # ── Apple Mail ───────────────────────────────────────────────────────────────────────────────────────────────
    "Apple Mail: a PDF among the HTML": Mail(
        whole(
            "alternative",
            plain(f"{YES}\n\n\n地図です。"),
            tree(
                "mixed",
                "in",
                html(f"<p>{YES}</p>"),
                file("地図.pdf", PDF, disposition="inline"),
                html("<p>地図です。</p>"),
            ),
        ),
        f"{YES}\n\n\n地図です。",
        ("地図.pdf",),
    ),
    "Apple Mail: a picture related to the HTML": Mail(
        whole(
            "alternative",
            plain(YES),
            tree(
                "related",
                "in",
                html(f"{YES}<img src='cid:a'>"),
                file("p.png", picture(), "image/png", "inline"),
            ),
        ),
        YES,
        ("p.png",),
    ),
    "Apple Mail: a file beside the two forms": Mail(
        whole("alternative", plain(YES), html(f"<p>{YES}</p>"), file("会則.pdf", PDF)), YES, ("会則.pdf",)
    ),
    "Apple Mail: an answer above what it quotes": Mail(
        mail(f"{YES}\n\n> 2026/11/20 10:00、センター <no-reply@example.jp>のメール:\n> \n> {QUOTED}\n"), YES
    ),
    "Apple Mail: a forward": Mail(
        mail(
            "これはどうですか。\n\nBegin forwarded message:\n\nFrom: 山田 <yamada@example.com>\nDate: 2026年11月1日\n\n> 助成金の案内です。\n",
            subject="Subject: Fwd: =?UTF-8?B?5Yqp5oiQ6YeR?=",
        ),
        "件名：Fwd: 助成金\n\nこれはどうですか。\n\nBegin forwarded message:\n\nFrom: 山田 <yamada@example.com>\nDate: 2026年11月1日\n\n> 助成金の案内です。",
    ),
    "Apple Mail: a name in the way of the Mac": Mail(
        whole("mixed", plain(YES), file("か\u3099っこう.pdf", PDF)), YES, ("がっこう.pdf",)
    ),
    "iPhone: a line of the device": Mail(mail(f"{YES}\n\niPhoneから送信\n\n{MARKED}"), YES),
    "iPhone: nothing but a photograph": Mail(
        whole("mixed", plain("\n\n"), file("IMG_1.jpg", photo_of_a_phone(), "image/jpeg", "inline")),
        "（本文のないメール）",
        ("IMG_1.jpg",),
    ),
    # ── Gmail ────────────────────────────────────────────────────────────────────────────────────────────────────
    "Gmail: two forms": Mail(whole("alternative", plain(f"{YES}\n\n{GMAIL}"), html(GMAIL_HTML)), YES),
    "Gmail: only HTML": Mail(whole("mixed", html(GMAIL_HTML)), YES),
    "Gmail: an indent": Mail(
        mail(
            "<div>次の日が空いています。</div><blockquote style='margin:0 0 0 40px;border:none;padding:0px'>水曜と金曜</blockquote>",
            kind="text/html; charset=utf-8",
        ),
        "次の日が空いています。\n水曜と金曜",
    ),
    "Gmail: a reaction": Mail(
        whole(
            "alternative",
            plain("👍\n\n相談 花子 さんが Gmail でリアクションしました"),
            part('{"version": 1, "emoji": "👍"}', "text/vnd.google.email-reaction+json; charset=utf-8"),
            html("<p>👍</p><p>相談 花子 さんが Gmail でリアクションしました</p>"),
        ),
        "リアクション：👍",
    ),
    "Gmail: answers between the lines": Mail(
        mail(
            f"2026年11月20日(金) 10:00 センター <no-reply@example.jp>:\n> {QUOTED}\n\n木曜がよいです。\n\n> 持ち物\n\n何ですか。\n"
        ),
        f"> {QUOTED}\n\n木曜がよいです。\n\n> 持ち物\n\n何ですか。",
    ),
    "Gmail: a forward": Mail(
        mail(
            "ご覧ください。\n\n---------- Forwarded message ---------\nFrom: 山田 <y@example.com>\nSubject: 助成金\n\n締切は12月です。\n"
        ),
        "ご覧ください。\n\n---------- Forwarded message ---------\nFrom: 山田 <y@example.com>\nSubject: 助成金\n\n締切は12月です。",
    ),
    "Gmail: a signature": Mail(mail(f"{YES}\n\n-- \n相談 花子\nみなと子ども食堂\n045-123-4567\n"), YES),
    # ── Outlook ──────────────────────────────────────────────────────────────────────────────────────────────────
    "Outlook: everything below its header is quoted": Mail(mail(f"{YES}\r\n\r\n{OUTLOOK}"), YES),
    "Outlook: an answer written into what it quotes": Mail(
        mail(
            f"下に書きました。\n\n差出人: センター\n送信日時: 2026年11月20日\n\n{QUOTED}\n→木曜にしてください。\n"
        ),
        f"下に書きました。\n\n差出人: センター\n送信日時: 2026年11月20日\n\n{QUOTED}\n→木曜にしてください。",
    ),
    "Outlook: in English": Mail(
        mail(
            f"{YES}\n\n-----Original Message-----\nFrom: Centre\nSent: Friday\nTo: Hanako\nSubject: x\n\n{QUOTED}\n"
        ),
        YES,
    ),
    "Outlook: a ruler alone above": Mail(
        mail(f"________________________________\n差出人: 山田\n送信日時: 2026年11月1日\n\n{YES}\n"),
        f"________________________________\n差出人: 山田\n送信日時: 2026年11月1日\n\n{YES}",
    ),
    "Outlook: packed for other Outlooks": Mail(
        whole(
            "mixed",
            plain(YES),
            file(
                "winmail.dat", winmail("", ("会則.pdf", PDF), ("名簿.xlsx", excel())), "application/ms-tnef"
            ),
        ),
        YES,
        ("会則.pdf", "名簿.xlsx"),
    ),
    "Outlook: packed with its words": Mail(
        whole("mixed", file("winmail.dat", winmail(YES, ("会則.pdf", PDF)), "application/octet-stream")),
        YES,
        ("会則.pdf",),
    ),
    "Outlook: a package that is broken": Mail(
        whole(
            "mixed", plain(YES), file("winmail.dat", winmail(YES)[:9] + b"\xff" * 40, "application/ms-tnef")
        ),
        YES,
        stays=("winmail.dat",),
    ),
    "Outlook: a reaction": Mail(
        whole(
            "related",
            html("<p>相談 花子 reacted to your message:</p><p><img alt='👍' src='cid:a'></p>"),
            file("thumbsup.png", picture(), "image/png", "inline"),
        ),
        "リアクション：👍",
    ),
    "Outlook: HTML with a picture written into it": Mail(
        mail(
            "<p>" + f"{YES}</p><img src='data:image/png;base64,{base64.b64encode(picture()).decode()}'>",
            kind="text/html; charset=utf-8",
        ),
        YES,
        ("添付.png",),
    ),
    "Outlook: an invitation": Mail(
        whole(
            "alternative",
            plain(YES),
            html(f"<p>{YES}</p>"),
            part("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar; charset=utf-8; method=REPLY"),
        ),
        YES,
        stays=("添付.ics",),
    ),
    "Outlook: signed": Mail(
        whole(
            "signed",
            plain(YES),
            file("smime.p7s", b"0\x82\x01", "application/x-pkcs7-signature"),
        ),
        YES,
    ),
    "Exchange: everything is named": Mail(
        whole(
            "alternative",
            part(YES, 'text/plain; charset=utf-8; name="body.txt"'),
            part(f"<p>{YES}</p>", 'text/html; charset=utf-8; name="body.htm"'),
        ),
        YES,
    ),
    # ── Thunderbird, Becky!, Lotus and others ────────────────────────────────────────────────────────────────────
    "Thunderbird: below what it quotes": Mail(
        mail(
            f"2026/11/20 10:00, センター wrote:\n{MARKED}\n{YES}\n",
            kind="text/plain; charset=UTF-8; format=flowed",
        ),
        YES,
    ),
    "Thunderbird: signed with OpenPGP": Mail(
        whole(
            "signed",
            plain(YES),
            file("OpenPGP_signature.asc", b"-----BEGIN PGP SIGNATURE-----", "application/pgp-signature"),
        ),
        YES,
    ),
    "Thunderbird: a text file": Mail(
        whole("mixed", plain(YES), file("メモ.txt", "持ち物".encode(), "text/plain; charset=utf-8")),
        YES,
        ("メモ.txt",),
    ),
    "Becky!: ISO-2022-JP, and a name that the standard does not know": Mail(
        whole(
            "mixed",
            plain(YES, "iso-2022-jp"),
            file(b'filename="=?ISO-2022-JP?B?GyRCMnFCJxsoQi5wZGY=?="', PDF),
        ),
        YES,
        ("会則.pdf",),
    ),
    "Becky!: the quote of a name": Mail(
        mail(
            f"{YES}\n\n2026/11/20 10:00、センターさんは書きました:\n{MARKED}".encode("iso-2022-jp"),
            kind="text/plain; charset=ISO-2022-JP",
        ),
        YES,
    ),
    "Lotus Notes: Shift_JIS and a wide sign": Mail(
        mail("①②会場は髙島町です。".encode("cp932"), kind="text/plain; charset=Shift_JIS"),
        "①②会場は髙島町です。",
    ),
    "Lotus Notes: parts without a name": Mail(
        whole("mixed", plain(YES), part("JVBERi0xLjQKJUVPRg==", "application/pdf", way="base64")),
        YES,
        ("添付.pdf",),
    ),
    "Wanderlust: a quote marked with a bar": Mail(
        mail(f"{YES}\n\n2026年11月20日 10:00 センター <no-reply@example.jp>:\n| {QUOTED}\n"), YES
    ),
    "Yahoo! Mail: only HTML, and its quote": Mail(
        mail(
            f"<div>{YES}</div><div class='yahoo_quoted'><div>2026年11月20日 10:00、センター &lt;no-reply@example.jp&gt;:</div>"
            f"<blockquote style='border-left:2px solid rgb(16,16,255);margin-left:5px'>{QUOTED}</blockquote></div>",
            kind="text/html; charset=utf-8",
        ),
        YES,
    ),
    "Proton: its key": Mail(
        whole(
            "mixed",
            plain(YES),
            file("publickey - hanako.asc", b"-----BEGIN PGP PUBLIC KEY", "application/pgp-keys"),
        ),
        YES,
    ),
    # ── Telephones of Japanese carriers ──────────────────────────────────────────────────────────────────────────
    "docomo: an address with two dots": Mail(mail(YES, sender='From: "hana..ko."@docomo.ne.jp'), YES),
    "au: half-width kana in ISO-2022-JP": Mail(
        mail(b"\x1b(I6E\x1b(B \x1b$B|b66-!\x1b(B", kind="text/plain; charset=iso-2022-jp"), "ｶﾅ 髙橋①"
    ),
    "SoftBank: a picture among the words": Mail(
        whole(
            "mixed",
            tree(
                "related",
                "in",
                tree("alternative", "deep", plain(YES, "cp932"), html(f"{YES}<img src='cid:a'>", "cp932")),
                file("a.png", picture(), "image/png", "inline"),
            ),
        ),
        YES,
        ("a.png",),
    ),
    "a telephone: only a subject": Mail(
        mail("", subject="Subject: =?ISO-2022-JP?B?GyRCTEBGfCRPN2dAShsoQg==?="), "件名：明日は欠席"
    ),
    "a telephone: raw ISO-2022-JP in the name": Mail(
        mail(YES, sender=b"From: " + "相談 花子".encode("iso-2022-jp") + b" <hanako@example.jp>"), YES
    ),
    "a scanner: a PDF of the machine at the office": Mail(
        whole(
            "mixed",
            plain("この E-mail は複合機から送られました。"),
            file("scan.pdf", b"\x1b%-12345X@PJL JOB\n" + PDF),
            sender="From: scanner <hanako@example.jp>",
        ),
        "この E-mail は複合機から送られました。",
        ("scan.pdf",),
    ),
}
