"""Every address of the site as every role: who gets in, who gets 403, and for whom it does not exist.

A new URL fails here until somebody has decided who may open it, and who may send something to it. What comes of what is
sent is tested beside each view.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.actions.members import token_hash
from accounts.models import Document, Group, Invitation, Membership, User
from consultations.actions.answer_links import open_link
from consultations.models import InboundMail
from consultations.rules.surveys import token_of
from kyodo import clock
from tests.factories.accounts import ApplicationFactory
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.consultations import (
    AttachmentFactory,
    ConsultationFactory,
    MaterialFactory,
    ReferralFactory,
    SurveyFactory,
)
from tests.factories.spaces import (
    BookingFactory,
    FeedFactory,
    LotteryEntryFactory,
    LotteryRoundFactory,
    SeriesFactory,
    WaitingFactory,
    yokohama_spaces,
)

pytestmark = pytest.mark.django_db

STAFF_PAGES = (
    "consultations_inbound",
    "consultations_inbox",
    "consultations_log",
    "spaces_booking_day",
    "spaces_close",
    "spaces_statistics",
    "accounts_group_csv",
    "spaces_statistics_bookings",
    "spaces_statistics_excel",
)
# Pages of the admin that not all of its staff may open, in the order of ROLES.
CLOSER_STAFF_PAGES = {
    "LLLLLL022": "consultations_report consultations_report_csv consultations_report_excel",
    "LLLLLL002": (
        "consultations_network consultations_person_export consultations_reading_changelist consultations_retentionrun_changelist"
    ),
}
BACKEND = "accounts.backends.AccountBackend"
ROLES = (
    "anonymous",
    "citizen",
    "member",
    "representative",
    "other_representative",
    "ward_officer",
    "reception",
    "coordinator",
    "manager",
)

# What GET answers each role, in the order of ROLES.
#   2 the page   L sent to sign in   > sent elsewhere   0 forbidden (403)   4 does not exist (404)   5 only POST (405)
PUBLIC = "222222222"
SIGNED_IN = "L22222222"
ELSEWHERE = "L>>>>>>>>"
ENTRANCE = "2>>>>>>>>"
GROUP_AND_STAFF = "L42244222"
BOOKERS_AND_STAFF = "L40244222"
REPRESENTATIVE = "L40244000"
REPRESENTATIVE_AND_COORDINATORS = "L40244022"
STAFF = "L00000222"
NOTHING_THERE = "L44444444"
WARD = "L00002000"
NOT_FOUND = "444444444"

EXPECTED = {
    PUBLIC: (
        "home robots consultation_answer consultation_answered consultation_survey consultation_survey_thanks consult consult_find spaces space lobby lotteries lottery feed groups privacy healthz readyz model_bylaws model_bylaws_file "
        "register_group invitation account_email_verification_sent account_inactive account_reset_password "
        "account_reset_password_done account_reset_password_from_key_done account_confirm_email "
        "account_reset_password_from_key"
    ),
    # A door that is the same for every number; staff are led to the page they work with.
    "222222>>>": "consultation",
    ">>>2>>>>>": "consultation_withdraw",
    "444244444": "consultation_attachment",
    "555555555": "consultations_mail_webhook mail_tracking_webhook",
    ">>>>>>>>>": "consultation_code consultation_open consultation_write consultation_reopen consultation_close",
    ENTRANCE: "account_login account_signup",
    SIGNED_IN: (
        "my profile delete_account bookings waiting space_book series_new waiting_new lottery_enter "
        "account_email account_change_password account_reauthenticate mfa_index mfa_list_webauthn usersessions_list"
    ),
    # Steps of libraries that lead on when there is nothing to do.
    ELSEWHERE: (
        "account_confirm_login_code account_set_password mfa_activate_totp mfa_add_webauthn mfa_authenticate "
        "mfa_generate_recovery_codes mfa_edit_webauthn mfa_login_webauthn mfa_reauthenticate mfa_remove_webauthn mfa_reauthenticate_webauthn "
        # Addresses that only take forms, loaded again: to the page on which the form stands.
        "change_role revoke_invitation remove_document submit_application waiting_leave "
        "group_calendar_renew group_calendar_revoke group_calendar_revoke_all ward_log_find ward_referral_step "
        "ward_reply_discard ward_presence ward_mail_place ward_mail_ignore"
    ),
    NOTHING_THERE: ("own_invitation mfa_deactivate_totp mfa_download_recovery_codes mfa_view_recovery_codes"),
    ">22222222": "account_logout",
    GROUP_AND_STAFF: "booking booking_ics check_in group_card series",
    BOOKERS_AND_STAFF: "booking_change booking_cancel series_cancel lottery_claim lottery_withdraw",
    REPRESENTATIVE: "change_group renew_group directory_entry group_contact",
    REPRESENTATIVE_AND_COORDINATORS: "invite group_member hand_over remove_member",
    # Not listed, so the group's page is for its own people and staff.
    "442244222": "group",
    "L42244000": "group_calendar",
    "L42244444": "leave_group",
    # Papers and applications: the one who applies, and staff. The receipt is the applicant's.
    "L44244222": "application document",
    "L44244000": "application_receipt withdraw_application application_more",
    "L44244444": "application_step",
    "L44>44444": "application_edit",
    STAFF: "style space_calendar",
    # Whoever works here, at the centre or for a ward centre.
    "L00002222": "notices",
    # The desk of a ward centre: its own officers alone. What lies in another office's hands is not there.
    WARD: (
        "ward_desk ward_log ward_consultations ward_consultation ward_attachment ward_reply ward_refer ward_step "
        "ward_edit ward_contact "
        "ward_referrals ward_referral ward_statistics ward_meetings ward_meeting_material "
        "ward_mails ward_mail"
    ),
    # Nothing is begun yet: back to the form.
    "L0000>000": "ward_reply_mail ward_next",
    "L00000>>>": "space_calendar_renew space_calendar_revoke",
    # Of a draw not yet held, and of a photo that is not there.
    NOT_FOUND: "lottery_csv lottery_rerun space_photo consult_receipt",
}

# What an empty POST answers each role: beside those above, > also stands for "done", 2 for a form with its errors.
CHANGES = {
    "L00000>>>": "space_calendar_renew space_calendar_revoke",
    "L00002222": "notices",
    "L00220222": "series_new space_book waiting_new",
    "L0000>000": "ward_reply_mail ward_reply_discard",
    WARD: "ward_mail_place ward_mail_ignore ward_presence ward_log ward_log_find ward_reply ward_refer ward_step ward_referral_step ward_edit",
    # It may be empty, but not of an older version than the page showed.
    "L0000<409>000": "ward_contact",
    "L22222222": "lottery_enter profile",
    PUBLIC: "consultation_survey consultation_answer consult consultation_code consultation_open",
    # The provider's door is shut unless the settings open it.
    NOT_FOUND: "consultations_mail_webhook mail_tracking_webhook",
    # To whoever asked; the others learn nothing, not even whether there is such a consultation.
    "000200000": "consultation_write consultation_reopen",
    ">>>>>>>>>": "consultation_withdraw consultation_close",
    "L40244000": "change_group directory_entry group_contact renew_group",
    "L44244000": "application_more",
    NOTHING_THERE: "own_invitation",
    "L40244022": "change_role hand_over invite",
    "L40244222": "booking_change series_cancel",
    "L40>44000": "group_calendar_revoke_all",
    "L40>440>>": "remove_member revoke_invitation",
    "L40>44>>>": "booking_cancel lottery_claim lottery_withdraw waiting_leave",
    "L44244444": "application_step",
    "L44444000": "remove_document",
    "L44>44000": "withdraw_application",
    "L44>44444": "submit_application",
    "L4>>44000": "group_calendar_renew group_calendar_revoke",
    "L4>>44444": "leave_group",
    "L4>>44>>>": "check_in",
    "L>>>>>>>>": "delete_account invitation register_group",
}
OUR_VIEWS = ("kyodo.", "accounts.", "spaces.", "consultations.")

OF_WHOEVER_ASKED = (
    "consultation",
    "consultation_code",
    "consultation_open",
    "consultation_write",
    "consultation_withdraw",
    "consultation_reopen",
    "consultation_close",
)


@dataclass
class Scene:
    """One of everything, around the group of `representative` and `member`."""

    keys: dict[str, dict[str, Any]]

    def address(self, name: str, parameters: set[str]) -> str:
        keys = self.keys.get(name) or {key: self.keys["*"][key] for key in parameters}
        return reverse(name, kwargs=keys)


@pytest.fixture
def scene(group: Group, representative: User, other_group: Group, ward_officer: User) -> Scene:
    CentreFactory()
    usual_week()
    spaces = yokohama_spaces()
    booking = BookingFactory(space=spaces["kyodo-lab"], group=group, booked_by=representative)
    application = ApplicationFactory(applicant=representative, submitted=True)
    draft = ApplicationFactory(applicant=representative)
    round_ = LotteryRoundFactory(space=spaces["space-a"])
    entry = LotteryEntryFactory(round=round_, group=group, user=representative)
    invitation = Invitation.objects.create(
        group=group,
        email="new@example.jp",
        token_hash=token_hash("secret-token"),
        invited_by=representative,
        expires_at=clock.now() + timedelta(days=1),
    )
    document = Document.objects.create(
        group=group,
        kind=Document.Kind.BYLAWS,
        file=ContentFile(b"%PDF-1.4", "bylaws.pdf"),
        filename="会則.pdf",
        content_type="application/pdf",
        size=8,
        uploaded_by=representative,
    )
    asked = ConsultationFactory(person=representative)
    of_ward = ConsultationFactory(
        ward_centre=ward_officer.ward_centre, in_progress=True, assignee=ward_officer
    )
    in_ward = {"reference": of_ward.reference}
    ward_mail = {"pk": InboundMail.objects.create(message_id="of-ward", about=of_ward).pk}
    material = MaterialFactory()
    membership = Membership.objects.get(group=group, role=Membership.Role.MEMBER)
    in_group = {"number": group.number, "pk": membership.pk}
    common = {"number": group.number, "slug": "kyodo-lab", "reference": booking.reference}
    return Scene(
        {
            "*": common,
            "account_confirm_email": {"key": "not-a-key"},
            "account_reset_password_from_key": {"uidb36": "1", "key": "not-a-key"},
            "mfa_edit_webauthn": {"pk": 1},
            "mfa_remove_webauthn": {"pk": 1},
            "space_photo": {"slug": "kyodo-lab", "pk": 1},
            "document": {"pk": document.pk},
            "remove_document": {"reference": application.reference, "pk": document.pk},
            "own_invitation": {"pk": invitation.pk},
            "application_more": {"reference": application.reference},
            "invitation": {"token": "secret-token"},
            "revoke_invitation": {"number": group.number, "pk": invitation.pk},
            "group_member": in_group,
            "change_role": in_group,
            "hand_over": in_group,
            "remove_member": in_group,
            "application": {"reference": application.reference},
            "application_edit": {"reference": draft.reference},
            "application_step": {"reference": draft.reference, "step": "kind"},
            "application_receipt": {"reference": application.reference},
            "submit_application": {"reference": draft.reference},
            "withdraw_application": {"reference": application.reference},
            "lottery": {"pk": round_.pk},
            "lottery_enter": {"pk": round_.pk},
            "lottery_rerun": {"pk": round_.pk},
            "lottery_csv": {"pk": round_.pk},
            "lottery_withdraw": {"pk": entry.pk},
            "lottery_claim": {"pk": entry.pk},
            "series": {"pk": SeriesFactory(space=spaces["space-a"], group=group).pk},
            "series_cancel": {"pk": SeriesFactory(space=spaces["space-a"], group=group).pk},
            "waiting_leave": {
                "pk": WaitingFactory(space=spaces["space-a"], group=group, user=representative).pk
            },
            **{name: {"reference": asked.reference} for name in OF_WHOEVER_ASKED},
            "consult_receipt": {"token": "made-up"},
            "ward_consultation": in_ward,
            "ward_attachment": {**in_ward, "pk": AttachmentFactory(consultation=of_ward).pk},
            "ward_reply": in_ward,
            "ward_reply_mail": in_ward,
            "ward_next": in_ward,
            "ward_presence": in_ward,
            "ward_mail": ward_mail,
            "ward_mail_place": ward_mail,
            "ward_mail_ignore": ward_mail,
            "ward_reply_discard": in_ward,
            "ward_refer": in_ward,
            "ward_edit": {"key": of_ward.reference},
            "ward_contact": {"key": of_ward.reference},
            "ward_step": {**in_ward, "name": "close"},
            "ward_referral": {"pk": ReferralFactory(to_ward_centre=ward_officer.ward_centre).pk},
            "ward_referral_step": {
                "pk": ReferralFactory(to_ward_centre=ward_officer.ward_centre).pk,
                "step": "decline",
            },
            "ward_meeting_material": {"meeting": material.meeting_id, "pk": material.pk},
            "consultation_attachment": {
                "reference": asked.reference,
                "pk": AttachmentFactory(consultation=asked).pk,
            },
            "consultation_answer": {"token": _answer_token()},
            "consultation_survey": {"token": token_of(SurveyFactory())},
            "consultation_survey_thanks": {"how": "done"},
            "feed": {"token": FeedFactory(group=group, created_by=representative).token},
        }
    )


def _answer_token() -> str:
    """Of a referral to an organisation, that has not answered yet."""
    referral = ReferralFactory(
        to_kind="organisation", to_ward_centre=None, to_name="みなと福祉の会", to_email="partner@example.jp"
    )
    return open_link(referral)


def patterns(resolver: URLResolver | None = None) -> list[URLPattern]:
    """Every pattern of the site but the admin's, which has its own walk below."""
    found: list[URLPattern] = []
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLPattern):
            found.append(one)
        elif one.app_name != "admin":
            found += patterns(one)
    return found


def answer(client: Client, address: str, method: str = "get") -> str:
    response = getattr(client, method)(address)
    if response.streaming:
        b"".join(response.streaming_content)  # read to its end, so that the file behind it is closed
    if response.status_code == 302:
        return "L" if "/login/" in response.headers["Location"] else ">"
    return {200: "2", 422: "2", 403: "0", 404: "4", 405: "5"}.get(
        response.status_code, f"<{response.status_code}>"
    )


@pytest.fixture
def clients(request: pytest.FixtureRequest) -> dict[str, Client]:
    found = {}
    for role in ROLES:
        found[role] = Client(HTTP_HOST="127.0.0.1")
        if role != "anonymous":
            found[role].force_login(request.getfixturevalue(role), backend=BACKEND)
    return found


def test_every_address_answers_each_role_as_decided(scene: Scene, clients: dict[str, Client]) -> None:
    decided = {name: codes for codes, names in EXPECTED.items() for name in names.split()}
    # No worker has reported in a test, and /readyz says so to everybody.
    decided["readyz"] = "<503>" * len(ROLES)
    wrong = []
    walked = 0
    for pattern in patterns():
        name = pattern.name or ""
        if name not in decided:
            wrong.append(f"{name}: nobody has decided who may open it")
            continue
        address = scene.address(name, set(getattr(pattern.pattern, "converters", {})))
        got = "".join(answer(client, address) for client in clients.values())
        walked += 1
        if got != decided[name]:
            wrong.append(f"{name} {address}: {got}, decided {decided[name]}")

    assert wrong == []
    assert walked == len(decided) >= 85


def test_every_form_answers_each_role_as_decided(scene: Scene, clients: dict[str, Client]) -> None:
    decided = {name: codes for codes, names in CHANGES.items() for name in names.split()}
    wrong = []
    for pattern in patterns():
        name = pattern.name or ""
        if not pattern.callback.__module__.startswith(OUR_VIEWS):
            continue
        address = scene.address(name, set(getattr(pattern.pattern, "converters", {})))
        got = ""
        for client in clients.values():
            with transaction.atomic():
                got += answer(client, address, "post")
                transaction.set_rollback(True)
        # What nobody has decided on takes no POST from anybody.
        if got != decided.get(name) and (name in decided or not set(got) <= set("5L0")):
            wrong.append(f"{name} {address}: {got}, decided {decided.get(name)}")

    assert wrong == []


def test_the_admin_lets_staff_in_and_nobody_else(scene: Scene, clients: dict[str, Client]) -> None:
    addresses = [reverse("admin:index"), *(reverse(f"admin:{name}") for name in STAFF_PAGES)]
    for model in admin.site._registry:
        label = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses += [reverse(f"{label}_changelist"), reverse(f"{label}_add")]
    wrong = []
    for address in addresses:
        for role, client in clients.items():
            got = answer(client, address)
            allowed = "20>" if role in ("reception", "coordinator", "manager") else "L0"
            if got not in allowed:
                wrong.append(f"{address} {role}: {got}")

    assert wrong == []
    assert len(addresses) > 40


def test_pages_of_some_staff_are_closed_to_the_others(scene: Scene, clients: dict[str, Client]) -> None:
    wrong = []
    for decided, names in CLOSER_STAFF_PAGES.items():
        for name in names.split():
            got = "".join(answer(client, reverse(f"admin:{name}")) for client in clients.values())
            if got != decided:
                wrong.append(f"{name}: {got}, decided {decided}")

    assert wrong == []
