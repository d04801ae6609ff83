"""Two answers in the same moment: real threads, own connections, one row."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.actions import deletion, groups, members, people
from accounts.models import Group, Invitation, Membership, User
from tests.factories.accounts import GroupFactory, MembershipFactory, UserFactory
from tests.racing import overtake

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

ROUNDS = 20


def at_once(*steps: Callable[[], object]) -> list[str]:
    """Run the steps together, each with its own connection; the codes of the refusals, "" for a step that went through."""
    barrier = threading.Barrier(len(steps))
    outcomes = [""] * len(steps)

    def run(place: int, step: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=10)
            step()
        except ValidationError as refusal:
            outcomes[place] = str(refusal.code)
        except PermissionDenied:
            outcomes[place] = "refused"
        except Exception as error:  # noqa: BLE001
            outcomes[place] = f"{type(error).__name__}: {error}"
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, step)) for place, step in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


def invitation_to(group: Group, by: User) -> Invitation:
    return members.invite_member(group=group, email="new@example.jp", role=Membership.Role.MEMBER, by=by)


def test_one_invitation_makes_one_membership() -> None:
    for _round in range(ROUNDS):
        representative, one, two = UserFactory(), UserFactory(), UserFactory()
        group = GroupFactory(representative=representative)
        invitation = invitation_to(group, representative)

        outcomes = at_once(
            partial(members.accept_invitation, invitation=invitation, by=one),
            partial(members.accept_invitation, invitation=invitation, by=two),
            partial(members.accept_invitation, invitation=invitation, by=one),
        )

        assert Membership.objects.filter(group=group, user__in=[one, two]).count() == 1
        # Either two takes it and one is refused twice, or one takes it, is told the same again, and two is refused.
        assert sorted(outcomes) in (["", "", "accepted"], ["", "accepted", "accepted"])


def test_an_invitation_is_accepted_or_revoked_never_both() -> None:
    for _round in range(ROUNDS):
        representative, citizen = UserFactory(), UserFactory()
        group = GroupFactory(representative=representative)
        invitation = invitation_to(group, representative)

        outcomes = at_once(
            partial(members.accept_invitation, invitation=invitation, by=citizen),
            partial(members.revoke_invitation, invitation=invitation, by=representative),
        )

        invitation.refresh_from_db()
        joined = Membership.objects.filter(group=group, user=citizen).exists()
        assert joined == (invitation.accepted_at is not None) == (invitation.revoked_at is None)
        assert sorted(outcomes) in (["", "accepted"], ["", "revoked"])


def test_two_hand_overs_leave_one_representative() -> None:
    for _round in range(ROUNDS):
        representative = UserFactory()
        group = GroupFactory(representative=representative)
        one, two = MembershipFactory(group=group), MembershipFactory(group=group)

        outcomes = at_once(
            partial(members.hand_over, to=one, by=representative),
            partial(members.hand_over, to=two, by=representative),
        )

        assert Membership.objects.filter(group=group, role=Membership.Role.REPRESENTATIVE).count() == 1
        assert sorted(outcomes) == ["", "refused"]


def test_nobody_joins_while_leaving_for_good() -> None:
    for _round in range(ROUNDS):
        representative, leaver = UserFactory(), UserFactory()
        group = GroupFactory(representative=representative)
        invitation = invitation_to(group, representative)

        outcomes = at_once(
            partial(members.accept_invitation, invitation=invitation, by=leaver),
            partial(deletion.delete_account, user=leaver, by=leaver),
        )

        assert not Membership.objects.filter(user=leaver).exists()
        assert outcomes[1] == ""
        assert outcomes[0] in ("", "unverified")


def test_accepting_the_invitation_to_oneself_while_leaving_for_good() -> None:
    """Both write to the invitation and to the person, and take them in one order."""
    for _round in range(ROUNDS):
        representative, leaver = UserFactory(), UserFactory()
        group = GroupFactory(representative=representative)
        invitation = members.invite_member(
            group=group, email=leaver.email, role=Membership.Role.MEMBER, by=representative
        )

        outcomes = at_once(
            partial(members.accept_invitation, invitation=invitation, by=leaver),
            partial(deletion.delete_account, user=leaver, by=leaver),
        )

        assert not Membership.objects.filter(user=leaver).exists()
        assert outcomes[1] == ""
        assert outcomes[0] in ("", "unverified")


def test_two_managers_who_demote_each_other_leave_one() -> None:
    for _round in range(ROUNDS):
        User.objects.filter(role=User.Role.MANAGER).update(role=User.Role.RECEPTION)
        one, two = UserFactory(manager=True), UserFactory(manager=True)

        outcomes = at_once(
            partial(people.set_role, user=two, role=User.Role.RECEPTION, ward_centre=None, by=one),
            partial(people.set_role, user=one, role=User.Role.RECEPTION, ward_centre=None, by=two),
        )

        assert User.objects.filter(role=User.Role.MANAGER, is_active=True).count() == 1
        assert sorted(outcomes) == ["", "refused"]


def test_of_two_invited_to_represent_a_group_one_does() -> None:
    for _round in range(ROUNDS):
        staff, one, two = UserFactory(coordinator=True), UserFactory(), UserFactory()
        group = GroupFactory()
        invitations = [
            members.invite_representative(group=group, email=email, by=staff)
            for email in ("one@example.jp", "two@example.jp")
        ]

        outcomes = at_once(
            partial(members.accept_invitation, invitation=invitations[0], by=one),
            partial(members.accept_invitation, invitation=invitations[1], by=two),
        )

        assert outcomes == ["", ""]
        roles = sorted(Membership.objects.filter(group=group).values_list("role", flat=True))
        assert roles == [Membership.Role.BOOKING_MANAGER, Membership.Role.REPRESENTATIVE]


def test_one_person_with_two_invitations_joins_once() -> None:
    for _round in range(ROUNDS):
        representative, citizen = UserFactory(), UserFactory()
        group = GroupFactory(representative=representative)
        invitations = [
            members.invite_member(group=group, email=email, role=Membership.Role.MEMBER, by=representative)
            for email in ("one@example.jp", "two@example.jp")
        ]

        outcomes = at_once(
            *(partial(members.accept_invitation, invitation=one, by=citizen) for one in invitations)
        )

        assert sorted(outcomes) == ["", "already_member"]
        assert Membership.objects.filter(group=group, user=citizen).count() == 1


def test_a_note_of_staff_takes_no_suspension_back() -> None:
    """The page that saves the note has read the group before it was suspended."""
    staff, group = UserFactory(coordinator=True), GroupFactory()
    client = Client()
    client.force_login(staff)
    typed = {"staff_note": "電話で話した。", "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    address = reverse("admin:accounts_group_change", args=[group.pk])

    outcome = overtake(
        lambda: groups.suspend_group(group=group, reason="連絡がとれないため", by=staff),
        lambda: client.post(address, typed),
    )

    group.refresh_from_db()
    assert outcome.broke == []
    assert (group.status, group.staff_note) == (Group.Status.SUSPENDED, "電話で話した。")


def test_without_the_locks_one_invitation_does_serve_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """The companion: with the guard taken away the first test would fail, so it is known to be able to."""
    monkeypatch.setattr(
        members, "_lock_invitation", lambda found: Invitation.objects.select_related("group").get(pk=found.pk)
    )
    doubles = 0
    for _round in range(ROUNDS * 2):
        representative, one, two = UserFactory(), UserFactory(), UserFactory()
        group = GroupFactory(representative=representative)
        invitation = invitation_to(group, representative)
        at_once(
            partial(members.accept_invitation, invitation=invitation, by=one),
            partial(members.accept_invitation, invitation=invitation, by=two),
        )
        doubles += Membership.objects.filter(group=group, user__in=[one, two]).count() == 2
    assert doubles
