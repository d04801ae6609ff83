"""Five years of consultations of a centre and its 18 wards: entries, referrals, readings. The same every time."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db import connection
from django.db.models import F
from django.db.models.functions import Mod

from accounts.models import Group, User
from benchmarks.data import BATCH, reference
from benchmarks.words import PLACES, WORDS, sentences
from consultations.models import (
    Access,
    Consultation,
    Contact,
    Entry,
    Reading,
    Referral,
    Specialist,
    SpecialistSession,
    StatusChange,
    Survey,
)
from consultations.models.specialists import Profession
from kyodo import clock, text
from kyodo.centre.models import ActivityField, Ward, WardCentre
from kyodo.mail.models import OutgoingMail

CONSULTATIONS, ENTRIES, REFERRALS, OPEN = 50_000, 400_000, 20_000, 2_000
DAYS = 5 * 365
FIRST_REFERENCE = 10_000_000
ENTRY_KINDS = ("note", "talk", "reply", "message", "note", "talk", "message", "partner")
CHANNELS = ("web", "web", "phone", "phone", "visit", "mail", "fax")
OPEN_STATES = ("received", "assigned", "in_progress", "in_progress", "waiting", "waiting")


def is_loaded() -> bool:
    """Readings come last: a load that was broken off has none."""
    return Reading.objects.exists()


def load(scale: float) -> None:
    world = World(scale)
    rows = (world.consultation(number) for number in range(int(CONSULTATIONS * scale)))
    while batch := list(islice(rows, BATCH)):
        world.write(Consultation.objects.bulk_create(batch))
    world.finish()
    _mails_about_them()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _mails_about_them() -> None:
    """A third of all mails: the list of mails then asks of each whether it may be seen."""
    pks = list(Consultation.objects.order_by("-pk").values_list("pk", flat=True)[: CONSULTATIONS // 2])
    third = OutgoingMail.objects.annotate(rest=Mod("pk", 3)).filter(rest=0, about_kind="")
    third.update(about_kind="consultation", about_id=pks[-1] + F("pk") % len(pks))


class World:
    def __init__(self, scale: float) -> None:
        self.scale = scale
        self.chance = random.Random(2026)
        self.now = clock.now()
        self.wards = list(Ward.objects.all())
        self.centres = list(WardCentre.objects.all())
        self.fields = list(ActivityField.objects.filter(kind="primer"))
        self.groups = list(Group.objects.order_by("pk").values_list("pk", flat=True)[:500])
        self.coordinators = _staff(User.Role.COORDINATOR, 8)
        self.officers = {centre.pk: _officer(centre, number) for number, centre in enumerate(self.centres)}
        self.specialists = Specialist.objects.bulk_create(
            Specialist(name=f"計測 士{n}郎", profession=profession, email=f"expert{n}@example.jp")
            for n, profession in enumerate(Profession.values * 5)
        )
        self.words = [sentences(self.chance, 40) for _number in range(400)]
        self.entry_words = [
            (words, text.vector(B=[words])) for words in (sentences(self.chance, 60) for _n in range(800))
        ]
        self.referred = 0

    def consultation(self, number: int) -> Consultation:
        """The newest come last; open ones are among the last tenth."""
        chance, total = self.chance, int(CONSULTATIONS * self.scale)
        came = self.now - timedelta(minutes=(total - number) * DAYS * 24 * 60 // total + 1)
        is_open = number >= total * 0.9 and chance.random() < OPEN / CONSULTATIONS * 10
        office = chance.choice(self.centres) if chance.random() < 0.4 else None
        words = chance.choice(self.words)
        subject = f"{chance.choice(PLACES)}の{chance.choice(WORDS)}について {number}"
        row = Consultation(
            reference=reference(FIRST_REFERENCE + number),
            channel=chance.choice(CHANNELS),
            audience=chance.choice(("citizen", "citizen", "citizen", "company", "public")),
            kind=chance.choice(Consultation.Kind.values),
            ward=chance.choice(self.wards),
            subject=subject,
            text=words,
            group_id=chance.choice(self.groups) if chance.random() < 0.1 else None,
            ward_centre=office,
            received_at=came,
            consented_at=came,
            version=4,
            search=text.vector(A=[subject], B=[words]),
        )
        self._state(row, is_open)
        return row

    def _state(self, row: Consultation, is_open: bool) -> None:
        chance = self.chance
        by = self.officers[row.ward_centre_id] if row.ward_centre_id else chance.choice(self.coordinators)
        row.status = chance.choice(OPEN_STATES) if is_open else "closed"
        if row.status != "received":
            row.assignee = by
            row.first_answered_at = row.received_at + timedelta(hours=chance.randrange(1, 90))
            row.first_answer_days = chance.choice((0, 0, 1, 1, 2, 3))
        if row.status == "waiting":
            row.waiting_for, row.days_left = chance.choice(("person", "partner")), 3
        elif row.status == "closed":
            row.outcome = chance.choice(Consultation.Outcome.values)
            row.outcome_text = "情報を伝えて終わった。"
            row.closed_at = min(row.received_at + timedelta(days=chance.randrange(1, 30)), self.now)
        else:
            row.due_at = self.now + timedelta(days=chance.randrange(-5, 8))

    def write(self, rows: list[Consultation]) -> None:
        chance = self.chance
        Contact.objects.bulk_create(self._contact(row) for row in rows)
        Consultation.fields.through.objects.bulk_create(
            Consultation.fields.through(consultation_id=row.pk, activityfield_id=field.pk)
            for row in rows
            for field in chance.sample(self.fields, 2)
        )
        StatusChange.objects.bulk_create(change for row in rows for change in self._steps(row))
        Entry.objects.bulk_create(entry for row in rows for entry in self._entries(row))
        referrals = [self._referral(row) for row in rows if chance.random() < REFERRALS / CONSULTATIONS]
        Referral.objects.bulk_create(referrals)
        Access.objects.bulk_create(self._accesses(rows, referrals))
        Survey.objects.bulk_create(
            self._survey(row) for row in rows if row.closed_at and chance.random() < 0.3
        )

    def _contact(self, row: Consultation) -> Contact:
        name = f"計測 {row.reference}"
        return Contact(
            consultation=row,
            name=name,
            email=f"asker-{row.reference.lower()}@example.jp",
            phone=f"045-{row.pk // 10000:03d}-{row.pk % 10000:04d}",
            phone_digits=f"045{row.pk // 10000:03d}{row.pk % 10000:04d}",
            search=text.vector(A=[name]),
        )

    def _steps(self, row: Consultation) -> Iterator[StatusChange]:
        path = ("received", "assigned", "in_progress", row.status)
        steps = path[: path.index(row.status) + 1]
        for before, after in zip(("", *steps), steps, strict=False):
            yield StatusChange(
                consultation=row, before=before, after=after, assignee=row.assignee, at=row.received_at
            )

    def _entries(self, row: Consultation) -> Iterator[Entry]:
        by = row.assignee or self.coordinators[0]
        for number in range(ENTRIES // CONSULTATIONS):
            words, vector = self.chance.choice(self.entry_words)
            kind = ENTRY_KINDS[number % len(ENTRY_KINDS)]
            yield Entry(
                consultation=row,
                kind=kind,
                channel="phone" if kind == "talk" else "",
                text=words,
                by=None if kind in ("message", "partner") else by,
                office_id=row.ward_centre_id,
                happened_at=min(row.received_at + timedelta(hours=2 * number), self.now),
                is_reached=True if kind == "talk" else None,
                search=vector,
            )

    def _referral(self, row: Consultation) -> Referral:
        to = None if row.ward_centre_id else self.chance.choice(self.centres)
        status = self.chance.choice(("sent", "accepted")) if row.is_open else "done"
        sent = row.received_at + timedelta(hours=5)
        return Referral(
            consultation=row,
            kind=self.chance.choice(("refer", "join")),
            status=status,
            from_ward_centre_id=row.ward_centre_id,
            to_kind="ward_centre" if to else "centre",
            to_ward_centre=to,
            from_name="区のセンター" if row.ward_centre_id else "センター",
            to_name=to.name if to else "センター",
            summary=row.text,
            sent_by=row.assignee or self.coordinators[0],
            sent_at=sent,
            answer_until=sent + timedelta(days=7),
            consent_text="内容を伝えること",
            consented_on=clock.local(sent).date(),
            answered_at=None if status == "sent" else sent + timedelta(days=1),
            finished_at=row.closed_at if status == "done" else None,
            outcome="answered" if status == "done" else "",
            outcome_text="伝えた。" if status == "done" else "",
        )

    def _accesses(self, rows: list[Consultation], referrals: list[Referral]) -> Iterator[Access]:
        for row in rows:
            yield Access(consultation=row, ward_centre_id=row.ward_centre_id, level="owner")
        levels = {"sent": "summary", "accepted": "full", "done": "read_only"}
        for one in referrals:
            yield Access(
                consultation_id=one.consultation_id,
                ward_centre_id=one.to_ward_centre_id,
                level=levels[one.status],
            )

    def _survey(self, row: Consultation) -> Survey:
        closed: datetime = row.closed_at or self.now
        return Survey(
            consultation=row,
            closed_at=closed,
            sent_at=closed,
            answered_at=closed,
            solved=self.chance.choice(("yes", "yes", "partly", "no")),
            rating=self.chance.randint(2, 5),
        )

    def finish(self) -> None:
        """A session with a specialist for one in sixteen, and who read what."""
        ids = list(Consultation.objects.order_by("pk").values_list("pk", "received_at"))
        SpecialistSession.objects.bulk_create(
            (
                SpecialistSession(
                    consultation_id=pk,
                    profession=specialist.profession,
                    status="held",
                    specialist=specialist,
                    begins_at=came + timedelta(days=5),
                    ends_at=came + timedelta(days=5, hours=1),
                    way="online",
                    result="面談を行った。",
                    created_at=came,
                )
                for (pk, came), specialist in (
                    (one, self.chance.choice(self.specialists)) for one in ids[::16]
                )
            ),
            batch_size=BATCH,
        )
        Reading.objects.bulk_create(
            (
                Reading(
                    consultation_id=pk,
                    by=self.chance.choice(self.coordinators),
                    what="page",
                    at=came + timedelta(hours=hours),
                )
                for pk, came in ids
                for hours in (1, 9)
            ),
            batch_size=BATCH,
        )


def _staff(role: str, count: int) -> list[User]:
    return [
        User.objects.create_user(
            f"bench-{role}-{number}@example.jp", None, role=role, name=f"計測 {number}子"
        )
        for number in range(count)
    ]


def _officer(centre: WardCentre, number: int) -> User:
    return User.objects.create_user(
        f"bench-ward-{number}@example.jp",
        None,
        role=User.Role.WARD,
        ward_centre=centre,
        name=f"計測 区{number}郎",
    )
