"""Who belongs to a group and what they may do in it.

Every change holds the group's row, and asks for the right under that lock: who just handed over can't once more.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.actions import directory
from accounts.actions.locking import lock_group, lock_person
from accounts.emails import groups as emails
from accounts.emails import staff
from accounts.models import Group, Invitation, MemberChange, Membership, User
from accounts.rules import groups as rules
from kyodo import clock

INVITATION_DAYS = 14
OPEN_INVITATIONS = 50
"""More than any group of this city needs at once; keeps a stolen account from mailing the world."""

INVITABLE_ROLES = (Membership.Role.MEMBER, Membership.Role.BOOKING_MANAGER)


def token_hash(token: str) -> str:
    """What we keep of a token: enough to know it again, useless to whoever reads the table."""
    return hashlib.sha256(token.encode()).hexdigest()


# ── Invitations ──────────────────────────────────────────────────────────────────────────────────────────────────


def invite_member(*, group: Group, email: str, role: str, by: User) -> Invitation:
    _check_role_is_invitable(role)
    with transaction.atomic():
        group = lock_group(group)
        _check_may_manage(by, group)
        return _invite(group, email, role, by)


def invite_representative(*, group: Group, email: str, by: User) -> Invitation:
    """For a group without anybody, registered on paper: whoever accepts represents it. Staff only."""
    if not rules.can_administer(by):
        raise PermissionDenied
    with transaction.atomic():
        return _invite(lock_group(group), email, Membership.Role.REPRESENTATIVE, by)


def _invite(group: Group, email: str, role: str, by: User) -> Invitation:
    email = email.strip().lower()
    now = clock.now()
    # One that ran out no longer stands in the way of a new one.
    _open_invitations(group).filter(expires_at__lte=now).update(revoked_at=now)
    _check_not_member(group, email)
    _check_not_invited(group, email)
    _check_few_invitations(group)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        group=group,
        email=email,
        role=role,
        token_hash=token_hash(token),
        invited_by=by,
        invited_at=now,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )
    emails.send_invitation(invitation, token)
    return invitation


def revoke_invitation(*, invitation: Invitation, by: User) -> Invitation:
    with transaction.atomic():
        invitation = _lock_invitation(invitation)
        _check_may_manage(by, invitation.group)
        _check_not_accepted(invitation)
        if invitation.revoked_at is None:
            invitation.revoked_at = clock.now()
            invitation.save(update_fields=["revoked_at"])
    return invitation


def accept_invitation(*, invitation: Invitation, by: User) -> Membership:
    """Join the group. Once for each invitation; the same person asking twice gets the same answer."""
    with transaction.atomic():
        invitation = _lock_invitation(invitation)
        # Held as well, so that nobody joins while leaving altogether in another window.
        by = lock_person(by)
        _check_address_is_verified(by)
        mine = Membership.objects.filter(group=invitation.group, user=by).first()
        if mine and invitation.accepted_by_id == by.pk:
            return mine
        _check_is_open(invitation)
        if mine:
            raise ValidationError(_("このアカウントは、すでにメンバーです。"), code="already_member")
        role = _free_role(invitation)
        membership = Membership.objects.create(group=invitation.group, user=by, role=role)
        invitation.accepted_at = clock.now()
        invitation.accepted_by = by
        invitation.save(update_fields=["accepted_at", "accepted_by"])
        emails.tell_representative_of_newcomer(invitation)
    return membership


def _free_role(invitation: Invitation) -> str:
    """Someone else may have become the representative since the invitation went out."""
    representatives = Membership.objects.filter(group=invitation.group, role=Membership.Role.REPRESENTATIVE)
    if invitation.role == Membership.Role.REPRESENTATIVE and representatives.exists():
        return Membership.Role.BOOKING_MANAGER
    return invitation.role


# ── Members ──────────────────────────────────────────────────────────────────────────────────────────────────────


def change_role(*, membership: Membership, role: str, by: User) -> Membership:
    """Booking manager or member; the representative changes by `hand_over`."""
    _check_role_is_invitable(role)
    with transaction.atomic():
        membership = _lock_membership(membership)
        _check_may_manage(by, membership.group)
        _check_not_representative(membership)
        membership.role = role
        membership.save(update_fields=["role"])
    return membership


@dataclass(frozen=True)
class Contact:
    """Whom the centre reaches for the group."""

    name: str
    email: str
    phone: str


def hand_over(*, to: Membership, contact: Contact | None = None, by: User) -> Membership:
    """Make this member the representative (代表者の交代); the one until now becomes a booking manager. The contact is asked
    for at the same time: it is often the one who hands over. Without it the contact stays."""
    with transaction.atomic():
        to = _lock_membership(to)
        _check_may_manage(by, to.group)
        if to.role == Membership.Role.REPRESENTATIVE:
            raise ValidationError(_("この人は、すでに代表者です。"), code="already_representative")
        if not to.user.is_active:
            raise ValidationError(_("この人のアカウントは、いま使えません。"), code="inactive")
        former_role, before = to.role, _representative(to.group)
        _set_representative(to, former_role=Membership.Role.BOOKING_MANAGER)
        if contact is not None:
            _set_contact(to.group, contact)
        change = MemberChange.objects.create(
            group=to.group,
            kind=MemberChange.Kind.HANDED_OVER,
            user=to.user,
            former_role=former_role,
            former_representative=before.user if before else None,
            changed_by=by,
        )
        emails.tell_handed_over(change)
        staff.members_changed(change)
    return to


def _set_representative(membership: Membership, *, former_role: str) -> None:
    """One representative at a time: the old one steps back before the new one steps up."""
    before = Membership.objects.filter(group=membership.group, role=Membership.Role.REPRESENTATIVE)
    before.update(role=former_role)
    membership.role = Membership.Role.REPRESENTATIVE
    membership.save(update_fields=["role"])


def _set_contact(group: Group, contact: Contact) -> None:
    group.contact_name, group.contact_email, group.contact_phone = contact.name, contact.email, contact.phone
    group.save(update_fields=["contact_name", "contact_email", "contact_phone"])
    directory.index(group)


def _representative(group: Group) -> Membership | None:
    representatives = Membership.objects.filter(group=group, role=Membership.Role.REPRESENTATIVE)
    return representatives.select_related("user").first()


def remove_member(*, membership: Membership, by: User) -> None:
    """Take someone out of the group. The representative hands over first."""
    with transaction.atomic():
        membership = _lock_membership(membership)
        _check_may_manage(by, membership.group)
        _check_not_representative(membership)
        membership.delete()
        change = MemberChange.objects.create(
            group=membership.group,
            kind=MemberChange.Kind.REMOVED,
            user=membership.user,
            former_role=membership.role,
            changed_by=by,
        )
        emails.tell_removed(change)
        staff.members_changed(change)


def leave_group(*, group: Group, by: User) -> None:
    with transaction.atomic():
        group = lock_group(group)
        membership = Membership.objects.filter(group=group, user=by).first()
        if membership is None:
            raise PermissionDenied
        if group.status != Group.Status.CLOSED:
            _check_not_representative(membership)
        membership.delete()


def undo_change(*, change: MemberChange, by: User) -> MemberChange:
    """The centre sets right what was done by mistake or behind somebody's back: the former representative represents
    again, whoever was put out is a member again."""
    if not rules.can_administer(by):
        raise PermissionDenied
    with transaction.atomic():
        group = lock_group(change.group)
        change = MemberChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
        change.group = group
        _check_not_undone(change)
        _check_not_closed(group)
        if change.kind == MemberChange.Kind.REMOVED:
            _bring_back(change.user, group, change.former_role)
        else:
            _undo_hand_over(change)
        change.undone_by, change.undone_at = by, clock.now()
        change.save(update_fields=["undone_by", "undone_at"])
        emails.tell_change_undone(change)
    return change


def _undo_hand_over(change: MemberChange) -> None:
    now = _representative(change.group)
    if now is None or now.user_id != change.user_id:
        raise ValidationError(
            _("このあと、代表者がまた変わっています。新しいほうから戻してください。"), code="changed_again"
        )
    former = change.former_representative
    if former is None:
        now.role = change.former_role
        now.save(update_fields=["role"])
        return
    membership = _bring_back(former, change.group, Membership.Role.BOOKING_MANAGER)
    _set_representative(membership, former_role=change.former_role)


def _bring_back(user: User, group: Group, role: str) -> Membership:
    """A member with this role; whoever came back meanwhile keeps the role they have."""
    user = lock_person(user)
    if not user.is_active:
        raise ValidationError(_("この人のアカウントは、いま使えません。"), code="inactive")
    membership, _is_new = Membership.objects.get_or_create(group=group, user=user, defaults={"role": role})
    return membership


# ── Locks ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _lock_invitation(invitation: Invitation) -> Invitation:
    group = lock_group(invitation.group)
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    invitation.group = group
    return invitation


def _lock_membership(membership: Membership) -> Membership:
    group = lock_group(membership.group)
    try:
        membership = Membership.objects.select_related("user").get(pk=membership.pk)
    except Membership.DoesNotExist as error:
        raise ValidationError(_("この人は、もうメンバーではありません。"), code="not_member") from error
    membership.group = group
    return membership


# ── Checks ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _check_may_manage(by: User, group: Group) -> None:
    if not rules.can_manage_members(by, group):
        raise PermissionDenied


def _check_role_is_invitable(role: str) -> None:
    if role not in INVITABLE_ROLES:
        raise ValidationError(_("「メンバー」か「予約担当」を選んでください。"), code="role")


def _check_not_representative(membership: Membership) -> None:
    if membership.role == Membership.Role.REPRESENTATIVE:
        raise ValidationError(_("先に、ほかのメンバーへ代表者を引き継いでください。"), code="representative")


def _check_not_undone(change: MemberChange) -> None:
    if change.undone_at is not None:
        raise ValidationError(_("この変更は、もう元に戻してあります。"), code="undone")


def _check_not_closed(group: Group) -> None:
    if group.status == Group.Status.CLOSED:
        raise ValidationError(_("この団体の登録は終わっています。"), code="group_closed")


def _open_invitations(group: Group) -> QuerySet[Invitation]:
    return Invitation.objects.filter(group=group).unanswered()


def _check_not_member(group: Group, email: str) -> None:
    owner = EmailAddress.objects.filter(email__iexact=email, verified=True).values("user_id")
    if Membership.objects.filter(group=group, user_id__in=owner).exists():
        raise ValidationError(_("この人は、すでにメンバーです。"), code="already_member")


def _check_not_invited(group: Group, email: str) -> None:
    if _open_invitations(group).filter(email__iexact=email).exists():
        raise ValidationError(
            _("この人には、すでに招待を送っています。もう一度送るには、先に取り消してください。"),
            code="already_invited",
        )


def _check_few_invitations(group: Group) -> None:
    if _open_invitations(group).count() >= OPEN_INVITATIONS:
        raise ValidationError(
            _("返事を待っている招待が%(count)s件あります。使わない招待を取り消してから送ってください。"),
            code="too_many_invitations",
            params={"count": OPEN_INVITATIONS},
        )


def _check_address_is_verified(by: User) -> None:
    if not by.is_active or not EmailAddress.objects.filter(user=by, verified=True).exists():
        raise ValidationError(_("先に、メールアドレスを確認してください。"), code="unverified")


def _check_not_accepted(invitation: Invitation) -> None:
    if invitation.accepted_at is not None:
        raise ValidationError(_("この招待は、すでに使われました。"), code="accepted")


def _check_is_open(invitation: Invitation) -> None:
    _check_not_accepted(invitation)
    if invitation.revoked_at is not None:
        raise ValidationError(_("この招待は取り消されました。"), code="revoked")
    if invitation.expires_at <= clock.now():
        raise ValidationError(
            _("この招待の期限は過ぎました。もう一度送ってもらってください。"), code="expired"
        )
    _check_not_closed(invitation.group)
