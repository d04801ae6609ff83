"""Leaving (退会): the account goes, and with it the person's name from everything the centre keeps.

Bookings, applications and decisions stay, as acts of a person who has left. What could tell who that was is taken out
of the rows themselves and out of their history.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Lower, Replace
from django.utils.translation import gettext as _

from accounts import endings
from accounts.actions import applications, directory, people
from accounts.actions.locking import lock_groups, lock_person
from accounts.emails import people as emails
from accounts.models import Application, Document, Group, Invitation, Membership, SignIn, User
from accounts.rules import people as rules
from kyodo import clock
from kyodo.mail import actions as mail

CONTACT_FIELDS = ("contact_name", "contact_email", "contact_phone", "postal_address")


def delete_account(*, user: User, by: User) -> None:
    if by.pk != user.pk:
        raise PermissionDenied
    _check_not_staff(user)
    with transaction.atomic():
        _hold_applications(user)
        traces = _Traces(user)
        groups = lock_groups(traces.group_ids)
        user = lock_person(user)
        _check_handed_over(user)
        _leave_groups(user, groups, traces)
        _withdraw_applications(user)
        _forget_drafts(user)
        _forget_contacts(groups, traces)
        _forget_invitations(traces)
        endings.follow_departure(user=user, addresses=traces.addresses)
        mail.forget_recipient(addresses=traces.addresses)
        _forget_person(user)


def _check_not_staff(user: User) -> None:
    if not rules.can_delete_own_account(user):
        raise ValidationError(
            _("職員のアカウントは、管理者が停止します。管理者に伝えてください。"), code="staff"
        )


def _hold_applications(user: User) -> None:
    """An approval under way ends first: what follows finds the group it has made. None of them belongs to a group yet, so
    holding them before any group is in nobody's way."""
    own = Application.objects.filter(applicant=user, group__isnull=True).order_by("pk")
    list(own.select_for_update(of=("self",)).values_list("pk"))


def _check_handed_over(user: User) -> None:
    groups = rules.groups_waiting_for_handover(user)
    if groups:
        raise ValidationError(
            _("先に、次の団体の代表者をほかのメンバーへ引き継いでください：%(groups)s"),
            code="representative",
            params={"groups": "、".join(group.name for group in groups)},
        )


class _Traces:
    """Where this person's name may stand besides the account: as the contact of groups and of their applications.

    An address names one person wherever it stands. A name doesn't (two people may share it), so it counts only in
    groups the person ever belonged to and in their own applications.
    """

    def __init__(self, user: User) -> None:
        known = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
        self.user_id = user.pk
        self.addresses = {user.email.lower(), *(email.lower() for email in known)}
        self.name = user.name.replace(" ", "").replace("\u3000", "")
        self.own_group_ids = {
            *Membership.objects.filter(user=user).values_list("group_id", flat=True),
            *_events_of(Membership).filter(user_id=user.pk).values_list("group_id", flat=True),
        }
        by_address = Group.objects.alias(contact_lower=Lower("contact_email")).filter(
            contact_lower__in=self.addresses
        )
        # Whoever accepts an invitation holds its group before the person.
        invited = Invitation.objects.filter(email__in=self.addresses)
        self.group_ids = {
            *self.own_group_ids,
            *by_address.values_list("pk", flat=True),
            *invited.values_list("group_id", flat=True),
        }

    def named(self, rows: "models.QuerySet[Any]", own: Q) -> "models.QuerySet[Any]":
        """Those of the rows whose contact is this person; `own` tells where the name alone is enough."""
        without_spaces = Replace(Replace("contact_name", Value(" ")), Value("\u3000"))
        is_person = Q(contact_lower__in=self.addresses)
        if self.name:
            is_person |= own & Q(contact_plain=self.name)
        found: models.QuerySet[Any] = rows.alias(
            contact_plain=without_spaces, contact_lower=Lower("contact_email")
        ).filter(is_person)
        return found


def _leave_groups(user: User, groups: list[Group], traces: _Traces) -> None:
    for group in groups:
        people_left = Membership.objects.filter(group=group).exclude(user=user)
        is_mine = Membership.objects.filter(group=group, user=user).exists()
        if is_mine and group.is_current and not people_left.exists():
            emails.tell_group_has_nobody(group, leaving=traces.addresses)
    Membership.objects.filter(user=user).delete()


def _withdraw_applications(user: User) -> None:
    """What waits for the centre and would make this person's group; a group's renewal stays with the group."""
    waiting = Application.objects.filter(applicant=user, group__isnull=True, submitted_at__isnull=False)
    for application in waiting.filter(status__in=Application.OPEN):
        applications.withdraw_application(application=application, version=application.version, by=user)


def _forget_drafts(user: User) -> None:
    """What was never handed in goes altogether, with its papers and its history."""
    drafts = Application.objects.filter(applicant=user, submitted_at__isnull=True)
    ids = list(drafts.values_list("pk", flat=True))
    for document in Document.objects.filter(application__in=ids):
        document.delete()
        _delete_file_on_commit(document)
    drafts.delete()
    _events_of(Application).filter(pgh_obj_id__in=ids).delete()


def _delete_file_on_commit(document: Document) -> None:
    storage, name = document.file.storage, document.file.name or ""
    transaction.on_commit(lambda: storage.delete(name))


def _forget_contacts(groups: list[Group], traces: _Traces) -> None:
    own_groups = Q(pk__in=traces.own_group_ids)
    for group in traces.named(Group.objects.filter(pk__in=[group.pk for group in groups]), own_groups):
        _clear_contact(group)
        directory.index(group)
    own_applications = Q(applicant_id=traces.user_id) | Q(group_id__in=traces.own_group_ids)
    for application in traces.named(Application.objects.all(), own_applications):
        _clear_contact(application)
        _forget_number_called(application)

    nothing = dict.fromkeys(CONTACT_FIELDS, "")
    traces.named(_events_of(Group), Q(pgh_obj_id__in=traces.own_group_ids)).update(**nothing)
    traces.named(_events_of(Application), own_applications).update(**nothing)


def _clear_contact(profile: Group | Application) -> None:
    for field in CONTACT_FIELDS:
        setattr(profile, field, "")
    profile.save(update_fields=CONTACT_FIELDS)


def _forget_number_called(application: Application) -> None:
    """A hearing by phone took place at the number that was called."""
    by_phone = {"hearing_way": Application.HearingWay.PHONE}
    Application.objects.filter(pk=application.pk, **by_phone).update(hearing_place="")
    _events_of(Application).filter(pgh_obj_id=application.pk, **by_phone).update(hearing_place="")


def _forget_invitations(traces: _Traces) -> None:
    """Open ones addressed to the person are withdrawn; of all, the address goes."""
    sent = Invitation.objects.filter(email__in=traces.addresses)
    sent.unanswered().update(revoked_at=clock.now())
    sent.update(email="")


def _forget_person(user: User) -> None:
    people.end_sessions(user)
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    SignIn.objects.filter(user=user).delete()
    user.email = f"deleted-{user.pk}"
    user.name = user.name_kana = user.phone = ""
    user.is_active = False
    user.deleted_at = clock.now()
    user.set_unusable_password()
    user.save()
    _events_of(User).filter(pgh_obj_id=user.pk).update(email=user.email, name="", name_kana="", phone="")
    LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk)
    ).update(object_repr=user.email)


def _events_of(model: type[models.Model]) -> "models.QuerySet[Any]":
    events: models.QuerySet[Any] = model.pgh_event_model._default_manager.all()  # type: ignore[attr-defined]
    return events
