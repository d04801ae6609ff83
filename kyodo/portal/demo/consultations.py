"""Eighty consultations of the demo, from consultations.toml: their past written as rows, without mails."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

from accounts.models import Group, User
from consultations.actions import access
from consultations.actions.intake import ContactDetails, contact_columns
from consultations.models import (
    Consultation,
    Contact,
    Entry,
    Referral,
    Specialist,
    SpecialistSession,
    StatusChange,
    Survey,
    Tag,
)
from consultations.models.specialists import Way
from consultations.rules import deadlines
from kyodo import clock, text
from kyodo.centre.models import ActivityField, SupportOrganisation, Ward, WardCentre
from kyodo.centre.queries import current_centre
from kyodo.portal.demo import desk, partners, people
from kyodo.portal.demo.groups import Registered

FILE = Path(__file__).with_name("consultations.toml")
STAFF = {
    "ukeuke": people.RECEPTION,
    "tsunagu": people.COORDINATOR,
    "musubu": people.SECOND_COORDINATOR,
    "kancho": people.MANAGER,
}
NAMES = (
    ("相原 ことり", "あいはら ことり", ""),
    ("井手 ひなた", "いで ひなた", "ひなた学習室準備会"),
    ("上原 そら", "うえはら そら", ""),
    ("江口 なぎさ", "えぐち なぎさ", "なぎさ会計サークル"),
    ("小野 いつき", "おの いつき", ""),
    ("香川 みずほ", "かがわ みずほ", "みずほ見守り隊"),
    ("菊地 あさひ", "きくち あさひ", ""),
    ("久保 しおり", "くぼ しおり", "しおり文庫"),
)
COMPANIES = (
    ("総務部 地域連携係", "株式会社みほん製作所"),
    ("社会貢献担当", "例田商事株式会社"),
    ("広報室", "見本電気株式会社"),
)
OFFICES = (("地域振興係", "見本区役所"), ("まちづくり担当", "例市土木事務所"))
PATHS: Mapping[str, tuple[str, ...]] = {
    "received": (),
    "assigned": ("assigned",),
    "in_progress": ("assigned", "in_progress"),
    "waiting": ("assigned", "in_progress", "waiting"),
    "closed": ("assigned", "in_progress", "closed"),
}


@dataclass
class World:
    """What the rows refer to, by the names they use."""

    accounts: Mapping[str, User]
    groups: Mapping[str, Registered]
    fields: dict[str, ActivityField] = field(default_factory=dict)
    wards: dict[str, Ward] = field(default_factory=dict)
    ward_centres: dict[str, WardCentre] = field(default_factory=dict)
    officers: dict[str, User] = field(default_factory=dict)
    specialists: dict[str, Specialist] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fields = {row.code: row for row in ActivityField.objects.all()}
        self.wards = {row.code: row for row in Ward.objects.all()}
        for centre in WardCentre.objects.select_related("ward").order_by("-pk"):
            self.ward_centres[centre.ward.code] = centre
        for user in self.accounts.values():
            if user.ward_centre:
                self.officers[user.ward_centre.ward.code] = user

    def staff(self, row: Mapping[str, Any]) -> User:
        if "office" in row:
            return self.officers[row["office"]]
        return self.accounts[STAFF[row.get("who", "tsunagu")]]

    def tag(self, name: str) -> Tag:
        if name not in self.tags:
            self.tags[name] = Tag.objects.create(name=name)
        return self.tags[name]


def load(accounts: Mapping[str, User], groups: Mapping[str, Registered]) -> None:
    world = World(accounts, groups)
    world.specialists = desk.load()
    who: dict[str, Iterator[tuple[str, ...]]] = {
        "citizen": cycle(NAMES),
        "company": cycle(COMPANIES),
        "public": cycle(OFFICES),
    }
    known: dict[str, Consultation] = {}
    for number, row in enumerate(tomllib.loads(FILE.read_text(encoding="utf-8"))["rows"]):
        contact = _contact(row, number, next(who[row.get("a", "citizen")]))
        known[row["s"]] = _Story(world, row, number, known).write(contact)


def _contact(row: Mapping[str, Any], number: int, who: tuple[str, ...]) -> ContactDetails:
    name, *kana, organisation = who
    return ContactDetails(
        name=name,
        name_kana=kana[0] if kana else "",
        organisation=organisation,
        email="" if row.get("c") in ("letter", "fax") else f"soudan{number + 1}@example.jp",
        phone=f"045-000-{1000 + number}",
        may_leave_message=not row.get("quiet", False),
        may_mail=not row.get("quiet", False),
    )


class _Story:
    """One consultation with what happened to it, from the day it came to today."""

    def __init__(
        self, world: World, row: Mapping[str, Any], number: int, known: Mapping[str, Consultation]
    ) -> None:
        self.world, self.row, self.number, self.known = world, row, number, known
        self.by = world.staff(row)
        day = clock.today() - timedelta(days=row["days"])
        came = clock.at(day, time(9 + number % 8, number * 7 % 60))
        self.came = min(came, clock.now() - timedelta(minutes=5 + number))
        answer = self.came + timedelta(days=row.get("answered", 0), hours=3)
        self.answered = min(answer, clock.now() - timedelta(minutes=4))
        self.status = "waiting" if row["state"].startswith("waiting") else row["state"]
        self.group: Group | None = world.groups[row["group"]].group if "group" in row else None

    def write(self, contact: ContactDetails) -> Consultation:
        consultation = Consultation.objects.create(**self._columns())
        consultation.fields.set([self.world.fields[code] for code in self.row.get("f", ())])
        if "tag" in self.row:
            consultation.tags.add(self.world.tag(self.row["tag"]))
        Contact.objects.create(consultation=consultation, **contact_columns(contact))
        self._steps(consultation)
        self._entries(consultation)
        self._referral(consultation)
        self._session(consultation)
        self._introductions(consultation)
        self._survey(consultation)
        access.refresh(consultation)
        return consultation

    def _columns(self) -> dict[str, Any]:
        row = self.row
        columns: dict[str, Any] = {
            "channel": row.get("c", "web"),
            "audience": row.get("a", "citizen"),
            "kind": row["k"],
            "ward": self.world.wards[row["w"]] if "w" in row else None,
            "subject": row["s"],
            "text": row["t"],
            "wish": "phone" if row.get("c") == "phone" else "mail",
            "group": self.group,
            "person": self.world.groups[row["group"]].representative if "group" in row else None,
            "ward_centre": self.world.ward_centres[row["office"]] if "office" in row else None,
            "status": self.status,
            "received_at": self.came,
            "recorded_by": None if row.get("c", "web") == "web" else self.by,
            "consented_at": self.came,
            "referral_consented_at": self.came if row.get("consents") else None,
            "next_step": row.get("next", "") if self.status != "closed" else "",
            "search": text.vector(A=[row["s"]], B=[row["t"]]),
            "version": 1 + len(PATHS[self.status]),
        }
        return columns | self._clock() | self._end()

    def _clock(self) -> dict[str, Any]:
        row = self.row
        if self.status != "received":
            facts: dict[str, Any] = {
                "assignee": None if row.get("outcome") == "withdrawn" else self.by,
                "follow_up_on": clock.today() + timedelta(days=row["follow"]) if "follow" in row else None,
            }
        else:
            facts = {}
        if self._was_answered():
            facts["first_answered_at"] = self.answered
            facts["first_answer_days"] = deadlines.days_between(self.came, self.answered)
        if self.status == "waiting":
            return facts | {"waiting_for": row["state"].removeprefix("waiting_"), "days_left": 3}
        if self.status == "closed":
            return facts
        if row.get("late"):
            return facts | {"due_at": clock.at(clock.today() - timedelta(days=2), time(17))}
        if self._was_answered():
            begins = max(self.answered, clock.now() - timedelta(days=self.number % 6))
            return facts | {"due_at": deadlines.due_after(begins, deadlines.NEXT_STEP_DAYS)}
        return facts | {"due_at": deadlines.due_after(self.came, deadlines.FIRST_ANSWER_DAYS)}

    def _was_answered(self) -> bool:
        return "reply" in self.row or "note" in self.row or "answered" in self.row or self.status == "closed"

    def _end(self) -> dict[str, Any]:
        row = self.row
        facts: dict[str, Any] = {}
        if self.status == "closed":
            facts = {
                "outcome": row["outcome"],
                "outcome_text": row["end"],
                "closed_at": min(
                    self.answered + timedelta(days=min(row["days"], 14) // 2),
                    clock.now() - timedelta(minutes=2),
                ),
                "duplicate_of": self.known[row["duplicate"]] if "duplicate" in row else None,
            }
        if row.get("reopening"):
            facts["reopening_asked_at"] = clock.now() - timedelta(hours=5)
        if row.get("unanswered") or row.get("reopening"):
            facts["unanswered_since"] = clock.now() - timedelta(hours=5)
        return facts

    def _steps(self, consultation: Consultation) -> None:
        before, at = "", self.came
        for after in ("received", *PATHS[self.status]):
            last = consultation.closed_at if after == "closed" else None
            StatusChange.objects.create(
                consultation=consultation,
                before=before,
                after=after,
                assignee=None if after == "received" else consultation.assignee,
                by=None if after == "received" else self.by,
                at=last or at,
            )
            before, at = after, min(at + timedelta(hours=2), clock.now())

    def _entries(self, consultation: Consultation) -> None:
        row = self.row
        if "note" in row:
            self._entry(consultation, Entry.Kind.TALK, row["note"], self.answered, minutes=row.get("minutes"))
        if "reply" in row:
            self._entry(consultation, Entry.Kind.REPLY, row["reply"], self.answered)
        if "message" in row:
            at = consultation.unanswered_since or self.answered + timedelta(hours=6)
            self._entry(consultation, Entry.Kind.MESSAGE, row["message"], min(at, clock.now()))
        if self.number % 3 == 0 and self.status != "received":
            words = f"進め方を打ち合わせた。{row.get('next') or '様子を見る'}。"
            self._entry(consultation, Entry.Kind.NOTE, words, self.answered + timedelta(minutes=20))

    def _entry(
        self, consultation: Consultation, kind: str, words: str, at: datetime, minutes: int | None = None
    ) -> None:
        is_theirs = kind == Entry.Kind.MESSAGE
        channel = {"reply": "mail", "message": "web", "talk": self.row.get("c", "phone")}.get(kind, "")
        Entry.objects.create(
            consultation=consultation,
            kind=kind,
            channel="phone" if kind == Entry.Kind.TALK and channel == "web" else channel,
            text=words,
            by=None if is_theirs else self.by,
            office=consultation.ward_centre,
            happened_at=min(at, clock.now()),
            written_at=min(at, clock.now()),
            is_reached=True if kind == Entry.Kind.TALK else None,
            minutes=minutes,
            search=text.vector(B=[words]),
        )

    def _referral(self, consultation: Consultation) -> None:
        if "refer" not in self.row:
            return
        refer = self.row["refer"]
        to = refer["to"]
        target: dict[str, Any]
        if to == "centre":
            target = {"to_kind": "centre", "to_name": current_centre().name}
        elif to == "organisation":
            organisation = SupportOrganisation.objects.filter(ward=consultation.ward).first()
            target = {
                "to_kind": "organisation",
                "to_organisation": organisation,
                "to_name": organisation.name if organisation else "見本ボランティアセンター",
                "to_email": "volunteer-centre@example.jp",
            }
        else:
            ward_centre = self.world.ward_centres[to]
            target = {"to_kind": "ward_centre", "to_ward_centre": ward_centre, "to_name": ward_centre.name}
        self._send(consultation, refer, target)

    def _send(self, consultation: Consultation, refer: Mapping[str, Any], target: dict[str, Any]) -> None:
        is_answered = refer["status"] != "sent"
        sent = self.answered + timedelta(hours=2)
        office = consultation.ward_centre
        Referral.objects.create(
            consultation=consultation,
            kind=refer["kind"],
            status=refer["status"],
            from_ward_centre=office,
            from_name=office.name if office else current_centre().name,
            summary=f"{self.row['t'][:60]}\nこのことで、力を貸してください。",
            sent_by=self.by,
            sent_at=min(sent, clock.now()),
            answer_until=deadlines.due_after(clock.now(), 4),
            consent_text="相談の内容と連絡先を、送り先へ伝えること",
            consented_on=clock.local(self.came).date(),
            consent_by=self.by,
            answered_at=min(sent + timedelta(hours=5), clock.now()) if is_answered else None,
            answered_by=self._receiver(refer) if is_answered else None,
            answer_text=refer.get("answer", ""),
            finished_at=consultation.closed_at if refer["status"] == "done" else None,
            outcome=refer.get("outcome", ""),
            outcome_text=refer.get("end", ""),
            **target,
        )

    def _receiver(self, refer: Mapping[str, Any]) -> User:
        return self.world.officers.get(refer["to"], self.world.accounts[people.COORDINATOR])

    def _session(self, consultation: Consultation) -> None:
        if "session" not in self.row:
            return
        status = self.row["session"]
        specialist = self.world.specialists[self.row["profession"]]
        is_asked = status in ("matched", "fixed", "held")
        begins = None
        if status in ("fixed", "held"):
            day = (
                clock.today() + timedelta(days=5) if status == "fixed" else clock.local(self.answered).date()
            )
            begins = clock.at(day, time(14))
        referral = self._ask_specialist(consultation, specialist, status) if is_asked else None
        SpecialistSession.objects.create(
            consultation=consultation,
            profession=self.row["profession"],
            status=status,
            hearing_note="" if status == "requested" else self.row["t"],
            specialist=specialist if is_asked else None,
            referral=referral,
            begins_at=begins,
            ends_at=begins + timedelta(hours=1) if begins else None,
            way=Way.ONLINE if begins else "",
            place="https://meeting.example.jp/soudan" if begins else "",
            result="面談を行い、次にすることを三つにまとめた。" if status == "held" else "",
            held_at=consultation.closed_at if status == "held" else None,
            created_at=self.came,
            created_by=self.by,
        )

    def _ask_specialist(self, consultation: Consultation, specialist: Specialist, status: str) -> Referral:
        is_done = status == "held"
        return Referral.objects.create(
            consultation=consultation,
            kind=Referral.Kind.REFER,
            status={"matched": "sent", "fixed": "accepted", "held": "done"}[status],
            to_kind=Referral.To.SPECIALIST,
            to_specialist=specialist,
            to_email=specialist.email,
            from_name=current_centre().name,
            to_name=str(specialist),
            summary=self.row["t"],
            sent_by=self.by,
            sent_at=self.answered,
            answer_until=deadlines.due_after(clock.now(), 6),
            consent_text="相談の内容を専門家へ伝えること",
            consented_on=clock.local(self.came).date(),
            consent_by=self.by,
            answered_at=None if status == "matched" else self.answered + timedelta(hours=20),
            answer_text="" if status == "matched" else "お受けします。",
            finished_at=consultation.closed_at if is_done else None,
            outcome="advised" if is_done else "",
            outcome_text="面談でお答えしました。" if is_done else "",
        )

    def _introductions(self, consultation: Consultation) -> None:
        told = partners.Told(consultation, self.by, self.answered)
        if self.row.get("introduced"):
            groups = [registered.group for registered in self.world.groups.values()]
            told.group(groups[self.number % len(groups)])
        if "programme" in self.row:
            told.programme(**self.row["programme"])

    def _survey(self, consultation: Consultation) -> None:
        if "survey" not in self.row or consultation.closed_at is None:
            return
        sent = consultation.closed_at + timedelta(days=14)
        if sent > clock.now():
            return
        Survey.objects.create(
            consultation=consultation,
            closed_at=consultation.closed_at,
            sent_at=sent,
            answered_at=min(sent + timedelta(days=1), clock.now()),
            solved=self.row["survey"],
            rating=5 if self.row["survey"] == "yes" else 4,
            comment="話を聞いてもらえて、次にすることが見えました。" if self.number % 2 else "",
        )
