"""How people at work hear of what happens."""

from django.db.models import QuerySet

from accounts import notices
from accounts.models import NoticeChoice, User
from accounts.notices import Kind


def choices_of(user: User) -> list[tuple[Kind, str]]:
    """All kinds offered to this person, each with how they hear of it."""
    chosen = dict(NoticeChoice.objects.filter(user=user).values_list("kind", "how"))
    return [(kind, chosen.get(kind.code, kind.usual[user.role])) for kind in notices.offered_to(user)]


def ways(kind: Kind, people: "QuerySet[User]") -> list[tuple[User, str]]:
    """Of these people those who want to hear of the kind, each with how."""
    told = list(people.filter(is_active=True, role__in=list(kind.usual)).order_by("pk"))
    chosen = dict(NoticeChoice.objects.filter(kind=kind.code, user__in=told).values_list("user_id", "how"))
    all_ways = [(one, chosen.get(one.pk, kind.usual[one.role])) for one in told]
    return [(one, how) for one, how in all_ways if how != NoticeChoice.How.NEVER]
