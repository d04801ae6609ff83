"""What the staff of the demo have at hand for consultations: specialists, texts they send often, meetings of the network."""

from datetime import time, timedelta

from consultations.models import CannedReply, NetworkMeeting, Specialist, SpecialistSlot
from consultations.models.specialists import Profession, Way
from kyodo import clock

SPECIALISTS = (
    ("税野 ただし", "ぜいの ただし", Profession.TAX_ACCOUNTANT, "NPO法人の会計と税、助成金の経理"),
    ("帳場 みのる", "ちょうば みのる", Profession.TAX_ACCOUNTANT, "寄付と相続"),
    ("労野 はたら", "ろうの はたら", Profession.LABOUR_CONSULTANT, "はじめての雇用、就業規則"),
    ("法村 すじみち", "のりむら すじみち", Profession.LAWYER, "契約、著作権、解散"),
    ("建部 はしら", "たてべ はしら", Profession.ARCHITECT, "古い建物の改修と耐震"),
)
CANNED = (
    ("はじめのお返事", "", "{name} 様\n\nご相談をありがとうございます。担当の{staff}です。\n内容を読み、数日のうちに次のご案内をします。"),
    ("面談のご案内", "", "一度お会いして、くわしくうかがえますか。\nご都合のよい日を三つほど、お知らせください。"),
    ("規約の見本", "start", "規約の見本を添付します。\n書けるところまでで大丈夫です。書けたら、見せてください。"),
    ("助成金のご案内", "run", "いま募集している助成金を添付します。\n申請書の下書きができたら、いっしょに読みます。"),
    ("相手をご紹介する前に", "partner", "ご紹介する前に、先方へお伝えしてよいことを確かめさせてください。\n・お名前と団体名\n・活動の内容\n・連絡先"),
    ("提案の流れ", "propose", "協働事業の提案は、担当課との話し合いから始まります。\n{centre}が間に入って、日程を合わせます。"),
    ("専門家の相談の流れ", "specialist", "専門家におつなぎする前に、内容を30分ほどうかがいます。\n費用はかかりません。"),
    ("完了のごあいさつ", "", "今回のご相談は、これで完了とします。\nまた困ったときは、{phone} までお気軽にどうぞ。"),
)  # fmt: skip


def load() -> dict[str, Specialist]:
    """The first specialist of each profession, by profession."""
    _network()
    CannedReply.objects.bulk_create(
        CannedReply(title=title, kind=kind, body=body, position=position)
        for position, (title, kind, body) in enumerate(CANNED)
    )
    return _roster()


def _roster() -> dict[str, Specialist]:
    """Specialists with a slot a week from next week on."""
    found: dict[str, Specialist] = {}
    for number, (name, kana, profession, areas) in enumerate(SPECIALISTS):
        specialist = Specialist.objects.create(
            name=name,
            name_kana=kana,
            profession=profession,
            areas=areas,
            email=f"senmonka{number + 1}@example.jp",
            ways=[Way.ON_SITE, Way.ONLINE] if number % 2 else [Way.ONLINE, Way.PHONE],
        )
        found.setdefault(profession, specialist)
        for week in range(1, 7):
            day = clock.today() + timedelta(days=7 * week + number - clock.today().weekday())
            SpecialistSlot.objects.create(
                specialist=specialist, begins_at=clock.at(day, time(14)), ends_at=clock.at(day, time(15))
            )
    return found


def _network() -> None:
    for months, title, agenda in (
        (
            -2,
            "区のセンターのネットワーク会議（秋）",
            "・会計の相談の受け方\n・区をまたぐ紹介の例\n・災害のときの連絡",
        ),
        (1, "区のセンターのネットワーク会議（冬）", "・上半期の紹介の件数\n・同席の進め方\n・次年度の研修"),
    ):
        day = clock.months_later(clock.today(), months)
        NetworkMeeting.objects.create(
            title=title,
            begins_at=clock.at(day, time(14)),
            ends_at=clock.at(day, time(16)),
            place="市民協働推進センター スペースA・B",
            agenda=agenda,
        )
