"""A centre after ten years: groups, bookings by day and unit, mails. The same every time."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

from allauth.account.models import EmailAddress
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.actions import directory
from accounts.models import Group, Membership, User
from benchmarks.words import KANA, PLACES, WORDS
from kyodo import clock, references
from kyodo.centre.models import ActivityField, Ward
from kyodo.mail.models import OutgoingMail
from spaces.models import Booking, Occupancy, Space

GROUPS, BOOKINGS, MAILS = 5_000, 200_000, 100_000
YEARS = 10
"""At full size; more bookings than that many years hold go further back."""
BATCH = 2_000


def load(scale: float) -> None:
    """Fill an empty database; the centre and its spaces are there already."""
    chance = random.Random(2026)
    users, groups = _people_and_groups(int(GROUPS * scale), chance)
    # Else foreign keys are checked with plans made for empty tables.
    _run("ANALYZE")
    _bookings(int(BOOKINGS * scale), groups, users, chance)
    _mails(int(MAILS * scale))
    _run("VACUUM ANALYZE")


def is_loaded() -> bool:
    """Mails come last: a load that was broken off has none."""
    return OutgoingMail.objects.exists()


def _run(command: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(command)


def _people_and_groups(count: int, chance: random.Random) -> tuple[list[User], list[Group]]:
    users = User.objects.bulk_create(
        (User(email=f"bench{n}@example.jp", name=f"計測 {n}郎", password="!") for n in range(count)),
        batch_size=BATCH,
    )
    EmailAddress.objects.bulk_create(
        (EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users),
        batch_size=BATCH,
    )
    today = clock.today()
    end = clock.fiscal_year_end(clock.fiscal_year(today))
    made = []
    for n in range(count):
        word = chance.randrange(len(WORDS))
        place = chance.choice(PLACES)
        made.append(
            Group(
                number=f"B-{n:05d}",
                name=f"{place}{WORDS[word]}の会{n}",
                name_kana=f"{place}{KANA[word]}のかい{n}",
                purpose=f"{place}の地域で{WORDS[word]}に取り組み、だれもが暮らしやすいまちをつくること。",
                activities=f"月に2回の{chance.choice(WORDS)}の集まりと、年に1回の報告会。",
                members_count=20,
                members_in_city_count=15,
                contact_name=f"窓口 {n}",
                contact_email=f"bench{n}@example.jp",
                contact_phone=f"045-{n // 10000:03d}-{n % 10000:04d}",
                registered_on=today - timedelta(days=40 + chance.randrange(3000)),
                valid_until=end if n % 10 else today - timedelta(days=30),
                is_listed=bool(n % 5),
                public_fields=["purpose", "activities", "website"],
            )
        )
    groups = Group.objects.bulk_create(made, batch_size=BATCH)
    Membership.objects.bulk_create(
        (
            Membership(group=group, user=user, role=Membership.Role.REPRESENTATIVE)
            for group, user in zip(groups, users, strict=True)
        ),
        batch_size=BATCH,
    )
    wards, fields = list(Ward.objects.all()), list(ActivityField.objects.all())
    Group.wards.through.objects.bulk_create(
        (Group.wards.through(group_id=group.pk, ward_id=chance.choice(wards).pk) for group in groups),
        batch_size=BATCH,
    )
    Group.fields.through.objects.bulk_create(
        (
            Group.fields.through(group_id=group.pk, activityfield_id=field.pk)
            for group in groups
            for field in chance.sample(fields, 2)
        ),
        batch_size=BATCH,
    )
    directory.reindex()
    return users, groups


def _bookings(count: int, groups: list[Group], users: list[User], chance: random.Random) -> None:
    years = YEARS * max(1, round(count / BOOKINGS))
    rows = islice(_hours(count, years, chance), count)
    number = 0
    while batch := list(islice(rows, BATCH)):
        bookings, units = [], []
        for space, unit_ids, begins_at in batch:
            which = chance.randrange(len(groups))
            bookings.append(_booking(number, space, groups[which], users[which], begins_at, chance))
            units.append(unit_ids)
            number += 1
        Booking.objects.bulk_create(bookings)
        Occupancy.objects.bulk_create(
            Occupancy(
                unit_id=unit, booking=booking, period=DateTimeTZRange(booking.begins_at, booking.ends_at)
            )
            for booking, ids in zip(bookings, units, strict=True)
            if booking.is_live
            for unit in ids
        )
        if number == BATCH:
            connection.close()
            _run("ANALYZE")


def _hours(count: int, years: int, chance: random.Random) -> Iterator[tuple[Space, list[int], datetime]]:
    """Hours of use over so many years and the window ahead, newest first, as full as it takes."""
    spaces = {space.slug: space for space in Space.objects.all()}
    units = {space.slug: list(space.units.values_list("pk", flat=True)) for space in spaces.values()}
    today = clock.today()
    days = years * 365
    fill = min(count / (days * 5.5 * 10), 0.95)
    for offset in range(days + 59):
        day = today + timedelta(days=59 - offset)
        ahead = (day - today).days
        for hour in range(9, 19 if day.weekday() < 5 else 17):
            begins_at = clock.at(day, time(hour))
            # Ahead some room stays free: the page shows it and the booking form takes it.
            full = 0.6 if ahead > 0 else fill + 0.1
            for unit in units["kyodo-lab"]:
                if chance.random() < full:
                    yield spaces["kyodo-lab"], [unit], begins_at
            if ahead > 20:
                continue
            if chance.random() < 0.2:
                yield spaces["space-ab"], units["space-ab"], begins_at
                continue
            for slug in ("space-a", "space-b"):
                if chance.random() < full:
                    yield spaces[slug], units[slug], begins_at


def _booking(
    number: int, space: Space, group: Group, user: User, begins_at: datetime, chance: random.Random
) -> Booking:
    booking = Booking(
        reference=reference(number),
        space=space,
        group=group,
        begins_at=begins_at,
        ends_at=begins_at + timedelta(hours=1),
        people=chance.randint(2, 10),
        purpose="定例の打合せ",
        use=Booking.Use.MEETING,
        status=Booking.Status.CONFIRMED,
        booked_by=user,
        booked_at=begins_at - timedelta(days=20),
    )
    if begins_at < clock.now():
        kind = chance.random()
        if kind < 0.08:
            booking.status, booking.cancelled_at = Booking.Status.CANCELLED, begins_at - timedelta(days=1)
        elif kind < 0.1:
            booking.status = Booking.Status.NO_SHOW
        else:
            booking.status, booking.checked_in_at = Booking.Status.USED, begins_at
    return booking


def reference(number: int) -> str:
    digits = []
    for _ in range(references.LENGTH):
        number, digit = divmod(number, len(references.ALPHABET))
        digits.append(references.ALPHABET[digit])
    return "".join(reversed(digits))


def _mails(count: int) -> None:
    first = clock.now() - timedelta(days=365)
    OutgoingMail.objects.bulk_create(
        (
            OutgoingMail(
                to=f"bench{n % GROUPS}@example.jp",
                sender="no-reply@example.jp",
                subject=f"【予約確定】協働ラボ {n}",
                body="ご予約ありがとうございます。\n" * 10,
                kind="booking_confirmed",
                state="sent",
                created_at=first + timedelta(minutes=5 * n),
                sent_at=first + timedelta(minutes=5 * n + 1),
            )
            for n in range(count)
        ),
        batch_size=BATCH,
    )


def free_hours(space: Space, count: int) -> list[tuple[date, int]]:
    """(day, hour) of free times ahead within the window, for the booking POST."""
    units = set(space.units.values_list("pk", flat=True))
    today = clock.today()
    taken: dict[datetime, set[int]] = {}
    for unit, period in (
        Occupancy.objects.filter(unit__in=units)
        .overlapping(clock.day_begins(today), clock.day_ends(today + timedelta(days=58)))
        .values_list("unit_id", "period")
    ):
        taken.setdefault(clock.local(period.lower), set()).add(unit)
    found = []
    for offset in range(1, 58):
        day = today + timedelta(days=offset)
        if (day.month, day.day) >= (12, 28) or (day.month, day.day) <= (1, 4):
            continue
        for hour in range(9, 17):
            if len(taken.get(clock.at(day, time(hour)), ())) < len(units):
                found.append((day, hour))
    return found[:count]
