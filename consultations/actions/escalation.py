"""The clock's own steps: deadlines kept off closed days, and offices told of what is overdue. Never the person."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from consultations.emails import overdue as emails
from consultations.models import Consultation, LockOut
from consultations.queries import overdue as queries
from consultations.rules import deadlines
from kyodo import clock
from kyodo.centre.hours import Calendar
from kyodo.mail.models import OutgoingMail

# How far back and ahead a closure entered later is looked for.
BACK, AHEAD = timedelta(days=7), timedelta(days=60)


def move_off_closed_days() -> int:
    """A day was closed after deadlines had been set on it: they move to the close of the next working day."""
    today = clock.today()
    calendar = Calendar(today - BACK, today + AHEAD)
    closed = [day for day in calendar if not calendar[day].open_periods]
    moved = 0
    for day in closed:
        on_it = Consultation.objects.open().filter(
            due_at__gte=clock.day_begins(day), due_at__lt=clock.day_ends(day)
        )
        if not on_it.exists():
            continue
        with transaction.atomic():
            for row in on_it.select_for_update(of=("self",), no_key=True).order_by("pk"):
                if row.due_at is not None:
                    row.due_at = deadlines.on_working_day(row.due_at, calendar)
                    row.save(update_fields=["due_at"])
                    moved += 1
    return moved


def tell_managers() -> int:
    """Once a working day: one mail to each manager with the references that became overdue at the centre. How many."""
    managers = User.objects.filter(role=User.Role.MANAGER, is_active=True)
    return _tell(managers, emails.TO_MANAGERS)


def tell_ward_centres() -> int:
    """The same to each officer of a ward centre, of those in its own hand: wards have no managers, and the centre's
    may not see them. One where nobody works tells nobody, and its number stands in the managers' table."""
    officers = User.objects.filter(role=User.Role.WARD, is_active=True)
    return _tell(officers, emails.TO_WARD_OFFICERS)


def _tell(people: "QuerySet[User]", letter: emails.Letter) -> int:
    """Nobody reads a reference of another office, or of a consultation they are kept out of."""
    now = clock.now()
    if not Calendar(now.date(), now.date())[now.date()].open_periods or _told_today(letter):
        return 0
    with transaction.atomic():
        told = list(people.order_by("pk"))
        overdue = list(
            queries.to_escalate(now, offices={one.ward_centre_id for one in told})
            .select_for_update(of=("self",), no_key=True, skip_locked=True)
            .defer("search", "text", "outcome_text")
        )
        if not overdue:
            return 0
        hidden = set(
            LockOut.objects.filter(consultation__in=overdue, user__in=told).values_list(
                "consultation_id", "user_id"
            )
        )
        for person in told:
            of_office = [one for one in overdue if one.ward_centre_id == person.ward_centre_id]
            theirs = [one for one in of_office if (one.pk, person.pk) not in hidden]
            if theirs:
                emails.tell(person, theirs, now, letter)
        Consultation.objects.filter(pk__in=[one.pk for one in overdue]).update(escalated_at=now)
    return len(overdue)


def _told_today(letter: emails.Letter) -> bool:
    return OutgoingMail.objects.filter(
        kind=letter.kind, created_at__gte=clock.day_begins(clock.today())
    ).exists()
