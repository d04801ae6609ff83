"""The model bylaws (会則のひな型) for a group that has none yet: our own wording, as a page and as a Word file.

Short on purpose: what the four criteria look for (who decides, no profit shared out, open to join) and no more.
"""

import io
import zipfile
from dataclasses import dataclass
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Chapter:
    heading: str
    lines: tuple[str, ...]


def title() -> str:
    return _("○○の会　会則（ひな型）")


def chapters() -> list[Chapter]:
    return [
        Chapter(_("第1条（名前と場所）"), (_("この会は「○○の会」といい、連絡先を○○市○○区○○に置きます。"),)),
        Chapter(
            _("第2条（目的）"),
            (_("この会は、○○（だれ・どこ）のために○○（何）を行い、○○（どうなること）をめざします。"),),
        ),
        Chapter(
            _("第3条（活動）"),
            (
                _("目的のために、次の活動をします。"),
                _("（1）○○"),
                _("（2）○○"),
                _("（3）そのほか、目的のために必要なこと"),
            ),
        ),
        Chapter(
            _("第4条（会員）"),
            (
                _("目的に賛同する人は、だれでも会員になれます。"),
                _("入るとき・やめるときは、代表に伝えます。"),
            ),
        ),
        Chapter(
            _("第5条（役員）"),
            (
                _("代表1人、副代表○人、会計1人、監査1人を、総会で会員のなかから選びます。"),
                _("任期は○年とし、続けて選ぶこともできます。会計と監査は、別の人が務めます。"),
            ),
        ),
        Chapter(
            _("第6条（総会）"),
            (
                _("年に1回以上、代表が会員全員に知らせて総会を開きます。"),
                _("総会では、活動の報告と計画、会計の報告と予算、役員、会則の変更を決めます。"),
                _("総会は会員の半数以上の出席（委任を含む）で成り立ち、出席した人の過半数で決めます。"),
            ),
        ),
        Chapter(
            _("第7条（会計）"),
            (
                _("会の費用は、会費（年○円）、寄付、補助金などでまかないます。"),
                _("会の財産や余ったお金を、会員で分けることはしません。"),
                _("会計年度は、4月1日から翌年3月31日までです。"),
            ),
        ),
        Chapter(
            _("第8条（してはならないこと）"),
            (_("会の名前で、営利、宗教の布教、特定の政党や候補者のための活動をしません。"),),
        ),
        Chapter(
            _("第9条（終わるとき）"),
            (_("会を終えるときは総会で決め、残った財産は目的の似た非営利の団体などに渡します。"),),
        ),
        Chapter(_("附則"), (_("この会則は、○年○月○日から使います。"),)),
    ]


# ── The Word file: the smallest package that every word processor opens ──────────────────────────────────────────

_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MADE = (2026, 4, 1, 0, 0, 0)


def as_word() -> bytes:
    paragraphs = [_paragraph(title(), size=32, is_bold=True, is_centred=True)]
    for chapter in chapters():
        paragraphs.append(_paragraph(chapter.heading, size=22, is_bold=True))
        paragraphs += [_paragraph(line, size=21) for line in chapter.lines]
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<w:document xmlns:w="{_NAMESPACE}"><w:body>{"".join(paragraphs)}<w:sectPr>'
        '<w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1701" w:right="1701" w:bottom="1701" w:left="1701"/>'
        "</w:sectPr></w:body></w:document>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELATIONS),
            ("word/document.xml", document),
        ):
            package.writestr(zipfile.ZipInfo(name, _MADE), content)
    return out.getvalue()


def _paragraph(text: str, *, size: int, is_bold: bool = False, is_centred: bool = False) -> str:
    font = '<w:rFonts w:ascii="Yu Mincho" w:eastAsia="Yu Mincho" w:hAnsi="Yu Mincho"/>'
    look = f'{font}{"<w:b/>" if is_bold else ""}<w:sz w:val="{size}"/>'
    centred = '<w:jc w:val="center"/>' if is_centred else ""
    return (
        f'<w:p><w:pPr><w:spacing w:after="120"/>{centred}</w:pPr>'
        f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )
