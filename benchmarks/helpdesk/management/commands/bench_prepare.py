"""Make the measured database of django-helpdesk, or tell the facts about it that the measured requests need."""

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.urls import reverse
from helpdesk.models import Queue, Ticket
from helpdesk.query import query_to_base64

from benchmarks.helpdesk import tickets
from benchmarks.preparing import PrepareCommand


class Command(PrepareCommand):
    help = __doc__

    def prepare(self, scale: float) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        if not tickets.is_loaded():
            tickets.load(scale)

    def tell_facts(self) -> None:
        tell_facts()


def tell_facts() -> None:
    staff = User.objects.filter(is_staff=True).order_by("pk")[0]
    ticket = Ticket.objects.filter(status=Ticket.OPEN_STATUS, assigned_to=staff).order_by("pk")[0]
    print(f"staff={signed_in(staff)}")
    print(f"ticket={ticket.get_absolute_url()}")
    print(f"queue={Queue.objects.order_by('pk')[0].pk}")
    print(f"lines={lines()}")
    print(f"search={lines('見守り')}")


def lines(words: str = "") -> str:
    """The address from which the script of its list fetches the lines of what is open."""
    wish = {
        "filtering": {"status__in": [Ticket.OPEN_STATUS, Ticket.REOPENED_STATUS]},
        "sorting": "created",
        "search_string": words,
    }
    address = reverse("helpdesk:datatables_ticket_list", args=[query_to_base64(wish)])
    return address + "?draw=1&start=0&length=25"


def signed_in(user: User) -> str:
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
