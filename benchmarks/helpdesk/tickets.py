"""Tickets of one helpdesk with as many open ones as our inbox holds, in our words. The same every time."""

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from django.contrib.auth.models import User
from django.db import connection, transaction
from helpdesk.models import FollowUp, Queue, Ticket

from benchmarks.words import PLACES, WORDS, sentences
from kyodo import clock

TICKETS, OPEN, FOLLOW_UPS = 20_000, 2_000, 8
DAYS = 5 * 365
BATCH = 2_000


def is_loaded() -> bool:
    """A load that was broken off leaves none."""
    return bool(Ticket.objects.exists())


def load(scale: float) -> None:
    # Else every ticket would be of today.
    Ticket._meta.get_field("created").auto_now_add = False
    with transaction.atomic():
        world = World(int(TICKETS * scale))
        tickets = (world.ticket(number) for number in range(world.total))
        while batch := list(islice(tickets, BATCH)):
            Ticket.objects.bulk_create(batch)
            FollowUp.objects.bulk_create(
                follow_up for ticket in batch for follow_up in world.follow_ups(ticket)
            )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


class World:
    def __init__(self, total: int) -> None:
        self.total = total
        self.chance = random.Random(2026)
        self.now = clock.now()
        self.queues = [
            Queue.objects.create(
                title=place,
                slug=f"queue-{number}",
                email_address=f"queue-{number}@example.jp",
                allow_public_submission=True,
            )
            for number, place in enumerate(PLACES)
        ]
        self.staff = [
            User.objects.create_user(
                f"staff-{number}", f"staff-{number}@example.jp", first_name=f"計測 {number}子", is_staff=True
            )
            for number in range(8)
        ]

    def ticket(self, number: int) -> Ticket:
        """The newest come last, and they are open."""
        chance = self.chance
        is_open = number >= self.total * (1 - OPEN / TICKETS)
        return Ticket(
            title=f"{chance.choice(PLACES)}の{chance.choice(WORDS)}について {number}",
            queue=chance.choice(self.queues),
            created=self.now - timedelta(minutes=(self.total - number) * DAYS * 24 * 60 // self.total + 1),
            submitter_email=f"asker-{number}@example.jp",
            assigned_to=chance.choice(self.staff),
            status=Ticket.OPEN_STATUS if is_open else Ticket.CLOSED_STATUS,
            description=sentences(chance, 40),
            resolution=None if is_open else "情報を伝えて終わった。",
        )

    def follow_ups(self, ticket: Ticket) -> Iterator[FollowUp]:
        for number in range(FOLLOW_UPS):
            is_public = number % 2 == 0
            yield FollowUp(
                ticket=ticket,
                date=min(ticket.created + timedelta(hours=2 * number), self.now),
                title="Comment",
                comment=sentences(self.chance, 60),
                public=is_public,
                user=ticket.assigned_to,
            )
