"""Make the measured database, or tell the facts about it that the measured requests need."""

from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Group, Membership, User
from benchmarks import consultations, data
from benchmarks.preparing import PrepareCommand
from consultations.models import Consultation
from consultations.queries.inbox import Sort, Tab
from consultations.views.staff.inbox import KEPT
from kyodo import clock
from spaces.models import Booking, Space

POSTS = 100


class Command(PrepareCommand):
    help = __doc__

    def prepare(self, scale: float) -> None:
        prepare(scale)

    def tell_facts(self) -> None:
        tell_facts()


def prepare(scale: float) -> None:
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("load_centre", "yokohama", verbosity=0)
    call_command("load_spaces", "yokohama", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    if not data.is_loaded():
        data.load(scale)
    if not consultations.is_loaded():
        consultations.load(scale)


def tell_facts() -> None:
    group = Group.objects.current().order_by("pk")[10]
    member = group.memberships.get().user
    staff = User.objects.filter(role=User.Role.MANAGER).first() or User.objects.create_user(
        "bench-manager@example.jp", None, role=User.Role.MANAGER, name="計測 所長"
    )
    officer = User.objects.filter(role=User.Role.WARD).order_by("pk")[0]
    ours = Consultation.objects.in_hand_of(staff).filter(status=Consultation.Status.IN_PROGRESS)
    print(f"officer={signed_in(officer)}")
    print(f"inbox={reverse('admin:consultations_inbox')}")
    print(f"consultations={reverse('admin:consultations_consultation_changelist')}")
    print(
        f"consultation={reverse('admin:consultations_consultation_change', args=[ours.order_by('pk')[0].pk])}"
    )
    print(f"report={reverse('admin:consultations_report')}")
    print(f"group={group.get_absolute_url()}")
    print(f"member={signed_in(member)}")
    print(f"staff={signed_in(staff)}")
    # The words somebody looks for in the inbox stand in no address: they stay with the session.
    kept = {"tab": Tab.ALL.value, "sort": Sort.DUE.value, "filters": {"words": "見守り"}}
    print(f"looking={signed_in(staff, **{KEPT: kept})}")
    print(f"day_sheet={reverse('admin:spaces_booking_day')}")
    print(f"wishes={','.join(wishes())}")


def wishes() -> list[str]:
    """Free hours ahead, each for a group that has none that day."""
    lab = Space.objects.get(slug="kyodo-lab")
    groups = list(Group.objects.current().order_by("-pk")[: POSTS * 10])
    people = {m.group_id: m.user for m in Membership.objects.filter(group__in=groups).select_related("user")}
    busy = set(
        Booking.objects.filter(group__in=groups, begins_at__gt=clock.now()).values_list("group_id", flat=True)
    )
    idle = [group for group in groups if group.pk not in busy]
    return [
        f"{day}|{hour}|{group.pk}|{signed_in(people[group.pk])}"
        for (day, hour), group in zip(data.free_hours(lab, POSTS), idle, strict=False)
    ]


def signed_in(user: User, **kept: Any) -> str:
    """The cookie of a session of this person."""
    session = SessionStore()
    session.update(kept)
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "accounts.backends.AccountBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
