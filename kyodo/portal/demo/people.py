"""Accounts of the demo, all with the same password and a verified address."""

from collections.abc import Iterator
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.models import User
from kyodo.centre.models import WardCentre

PASSWORD = "kyodo-demo"  # noqa: S105
MANAGER = "manager@example.jp"
COORDINATOR = "coordinator@example.jp"
SECOND_COORDINATOR = "coordinator2@example.jp"
RECEPTION = "reception@example.jp"
AOBA = "aoba@example.jp"
MINATO = "minato@example.jp"
CITIZEN = "citizen@example.jp"


@dataclass(frozen=True)
class Person:
    email: str
    name: str
    kana: str
    role: str = User.Role.CITIZEN
    ward: str = ""


PEOPLE = (
    Person(MANAGER, "見本 館長", "みほん かんちょう", User.Role.MANAGER),
    Person(COORDINATOR, "見本 つなぐ", "みほん つなぐ", User.Role.COORDINATOR),
    Person(SECOND_COORDINATOR, "見本 むすぶ", "みほん むすぶ", User.Role.COORDINATOR),
    Person(RECEPTION, "見本 うけつけ", "みほん うけつけ", User.Role.RECEPTION),
    Person("tsurumi@example.jp", "鶴見 見本", "つるみ みほん", User.Role.WARD, "鶴見区"),
    Person("naka@example.jp", "中 見本", "なか みほん", User.Role.WARD, "中区"),
    Person("kohoku@example.jp", "港北 見本", "こうほく みほん", User.Role.WARD, "港北区"),
    Person("totsuka@example.jp", "戸塚 見本", "とつか みほん", User.Role.WARD, "戸塚区"),
    Person("aobaku@example.jp", "青葉区 見本", "あおばく みほん", User.Role.WARD, "青葉区"),
    Person(AOBA, "青葉 まもる", "あおば まもる"),
    Person(MINATO, "港 ことは", "みなと ことは"),
    Person("volunteer@example.jp", "歩野 たすく", "あゆの たすく"),
    Person(CITIZEN, "市野 民", "いちの たみ"),
    Person("mizube@example.jp", "川辺 すむ", "かわべ すむ"),
    Person("shokudo@example.jp", "米田 みのり", "こめだ みのり"),
    Person("bosai@example.jp", "坂上 そなえ", "さかうえ そなえ"),
    Person("tatemono@example.jp", "石壁 かたる", "いしかべ かたる"),
    Person("shuwa@example.jp", "手島 つなぐ", "てじま つなぐ"),
    Person("foodloss@example.jp", "野中 めぐる", "のなか めぐる"),
    Person("engawa@example.jp", "軒下 いこい", "のきした いこい"),
    Person("monozukuri@example.jp", "木工 つくる", "きこう つくる"),
    Person("satoyama@example.jp", "林 みどり", "はやし みどり"),
    Person("yorucafe@example.jp", "灯 ともみ", "あかり ともみ"),
    Person("oto@example.jp", "音羽 ひびき", "おとわ ひびき"),
    Person("sumaho@example.jp", "指田 なぞる", "さしだ なぞる"),
    Person("hana@example.jp", "花園 うえる", "はなぞの うえる"),
    Person("applicant1@example.jp", "新川 はじめ", "にいかわ はじめ"),
    Person("applicant2@example.jp", "初野 いずみ", "はつの いずみ"),
    Person("applicant3@example.jp", "再川 なおす", "さいかわ なおす"),
)


def load() -> dict[str, User]:
    """All of them, by address."""
    # Hashing is slow on purpose; one hash serves everybody here.
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(_users(password))
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    return {user.email: user for user in users}


def _users(password: str) -> Iterator[User]:
    centres = {
        centre.ward.name: centre for centre in WardCentre.objects.select_related("ward").order_by("-pk")
    }
    for number, person in enumerate(PEOPLE, start=1):
        yield User(
            email=person.email,
            name=person.name,
            name_kana=person.kana,
            phone=f"045-000-{number:04d}",
            role=person.role,
            ward_centre=centres[person.ward] if person.ward else None,
            password=password,
        )
