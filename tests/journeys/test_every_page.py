"""Every page of the site as each kind of visitor meets it, at both widths: no page is left to be looked at later.

One test a role, because a fresh site costs seconds; each lists everything that is wrong before it fails.
"""

from collections.abc import Iterable
from datetime import timedelta

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.actions import members
from accounts.models import Application, Group, HearingWish, Membership, User
from kyodo import clock
from kyodo.centre.models import ActivityField, Ward
from kyodo.mail.models import OutgoingMail
from spaces.actions import lottery
from spaces.models import Booking, BookingSeries, Hold, LotteryEntry, LotteryRound, Space
from tests.factories.accounts import ApplicationFactory, UserFactory, hearing_slots
from tests.factories.spaces import LotteryEntryFactory, LotteryRoundFactory
from tests.journeys.conftest import Open, carry_session, link_in_mail, sign_in
from tests.journeys.looking import WIDTHS, problems

TOMORROW = "2026-11-19"


def walk(page: Page, paths: Iterable[str], statuses: tuple[int, ...] = (200,)) -> list[str]:
    """Open each, look at it at both widths, and say what is wrong with it."""
    wrong = []
    for path in paths:
        response = page.goto(path)
        assert response is not None
        if response.status not in statuses:
            wrong.append(f"{path}: answers {response.status}")
            continue
        wrong += look(page, path)
    return wrong


def look(page: Page, name: str) -> list[str]:
    wrong = []
    for width, size in WIDTHS.items():
        page.set_viewport_size(size)
        wrong += [f"{name} ({width}): {problem}" for problem in problems(page)]
    return wrong


def press(page: Page, paths: Iterable[tuple[str, str]]) -> list[str]:
    """Open a form, send it as it is, and look at what it says: (path, name of its button)."""
    wrong = []
    for path, button in paths:
        page.goto(path)
        page.locator("main, #main").get_by_role("button", name=button).first.click()
        page.wait_for_load_state()
        wrong += look(page, f"{path} after {button}")
    return wrong


def fail_on(wrong: list[str]) -> None:
    assert not wrong, f"{len(wrong)} found:\n" + "\n".join(wrong)


def user(email: str) -> User:
    return User.objects.get(email=email)


def admin_lists() -> list[str]:
    """Every list of the admin's own, and the form to add a row where there is one."""
    return [
        reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")
        for model in admin.site._registry
    ]


def group_of(email: str) -> Group:
    return Group.objects.get(memberships__user__email=email, memberships__role=Membership.Role.REPRESENTATIVE)


# ── Everybody ────────────────────────────────────────────────────────────────────────────────────────────────────

ENTRANCES = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/no-such-key/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-no-such-key/",
    "/accounts/password/reset/key/done/",
    "/accounts/inactive/",
]


def spaces_pages() -> list[str]:
    return [
        "/spaces/",
        f"/spaces/?date={TOMORROW}",
        "/spaces/?date=2026-12-30",
        "/spaces/kyodo-lab/",
        f"/spaces/kyodo-lab/?view=day&date={TOMORROW}",
        "/spaces/kyodo-lab/?view=month&date=2026-12-01",
        "/spaces/space-a/",
        "/spaces/space-b/?view=month",
        f"/spaces/space-ab/?view=week&date={TOMORROW}",
        "/spaces/space-ab/?view=week&date=2027-01-20",
    ]


def test_pages_for_everybody(open_page: Open, demo_site: str) -> None:
    listed = group_of("minato@example.jp")
    drawn = drawn_round(listed)
    open_round = LotteryRound.objects.get(drawn_at__isnull=True)
    members.invite_member(
        group=listed, email="newcomer@example.jp", role=Membership.Role.MEMBER, by=user("minato@example.jp")
    )
    page = open_page()

    wrong = walk(
        page,
        [
            "/",
            *spaces_pages(),
            "/groups/",
            "/groups/?q=見守り",
            "/groups/?q=どこにもない団体",
            listed.get_absolute_url(),
            "/privacy/",
            "/lotteries/",
            reverse("lottery", args=[open_round.pk]),
            reverse("lottery", args=[drawn.pk]),
            reverse("lottery_rerun", args=[drawn.pk]),
            "/lobby/",
            link_in_mail("newcomer@example.jp"),
        ],
    )
    wrong += walk(page, ENTRANCES)
    wrong += walk(page, ["/no-such-page/", "/spaces/no-such-space/"], statuses=(404,))
    wrong += press(
        page,
        [
            ("/accounts/login/", "ログイン"),
            ("/accounts/signup/", "登録して確認メールを受け取る"),
            ("/accounts/password/reset/", "メールを送る"),
        ],
    )

    fail_on(wrong)


def drawn_round(group: Group) -> LotteryRound:
    """A draw of last week with one winner."""
    found = LotteryRoundFactory(
        space=Space.objects.get(slug="space-a"), opened=clock.now() - timedelta(days=13)
    )
    LotteryEntryFactory(round=found, group=group)
    return lottery.draw_lottery(lottery=found)


# ── A citizen, and people with an application ────────────────────────────────────────────────────────────────────


def test_pages_of_a_citizen(open_page: Open, demo_site: str) -> None:
    page = open_page()
    sign_in(page, "citizen@example.jp")

    wrong = walk(
        page,
        [
            "/my/",
            "/my/profile/",
            "/my/delete/",
            "/accounts/email/",
            "/accounts/password/change/",
            "/accounts/sessions/",
            "/accounts/2fa/",
            "/accounts/2fa/totp/activate/",
            "/accounts/2fa/webauthn/",
            "/accounts/2fa/webauthn/add/",
            "/accounts/logout/",
            "/groups/register/",
            "/groups/register/model-bylaws/",
            "/bookings/",
            "/waiting/",
            "/spaces/kyodo-lab/book/",
            "/spaces/kyodo-lab/series/",
            "/spaces/kyodo-lab/waiting/",
        ],
    )
    wrong += walk(page, ["/admin/"], statuses=(403,))

    fail_on(wrong)


def test_pages_of_the_second_factor(open_page: Open, site: str) -> None:
    person = UserFactory(email="careful@example.jp")
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    RecoveryCodes.activate(person)
    page = open_page()
    sign_in(page, person.email)

    wrong = look(page, "/accounts/2fa/authenticate/")
    page.get_by_role("textbox").fill("000000")
    page.get_by_role("button", name="ログイン").first.click()
    page.wait_for_load_state()
    wrong += look(page, "/accounts/2fa/authenticate/ after a wrong code")
    counter = next(yield_hotp_counters_from_time())
    page.get_by_role("textbox").fill(format_hotp_value(hotp_value(secret, counter)))
    page.get_by_role("button", name="ログイン").first.click()
    expect(page).to_have_url(f"{site}/my/")
    wrong += walk(
        page,
        [
            "/accounts/2fa/",
            "/accounts/2fa/recovery-codes/",
            "/accounts/2fa/recovery-codes/generate/",
            "/accounts/2fa/totp/deactivate/",
            "/accounts/reauthenticate/",
            "/accounts/2fa/reauthenticate/",
        ],
    )

    fail_on(wrong)


def test_pages_of_the_registration(open_page: Open, demo_site: str) -> None:
    applicant = user("citizen@example.jp")
    draft = complete_draft(applicant)
    page = open_page(user=applicant)

    steps = ("kind", "profile", "members", "contact", "papers", "hearing", "review")
    wrong = walk(page, ["/groups/register/"])
    wrong += walk(page, [reverse("application_step", args=[draft.reference, step]) for step in steps])
    wrong += walk(page, [reverse("application", args=[draft.reference])], statuses=(200,))
    wrong += walk(page, [reverse("withdraw_application", args=[draft.reference])])
    empty = ApplicationFactory(
        applicant=user("volunteer@example.jp"), name="", name_kana="", purpose="", contact_name=""
    )
    carry_session(page.context, demo_site, empty.applicant)
    asked = ("profile", "contact", "hearing")
    wrong += press(
        page,
        [(reverse("application_step", args=[empty.reference, step]), "保存して次へ") for step in asked],
    )
    wrong += walk(page, [reverse("application_step", args=[empty.reference, "review"])])
    for number in (1, 2, 3):
        owner = user(f"applicant{number}@example.jp")
        application = Application.objects.get(applicant=owner)
        carry_session(page.context, demo_site, owner)
        wrong += walk(page, ["/my/", application.get_absolute_url()])
        if number == 1:
            wrong += walk(
                page,
                [
                    reverse(name, args=[application.reference])
                    for name in ("application_receipt", "application_more")
                ],
            )

    fail_on(wrong)


def complete_draft(applicant: User) -> Application:
    draft = ApplicationFactory(applicant=applicant, wants_model_bylaws=True)
    draft.fields.set(ActivityField.objects.all()[:2])
    draft.wards.set(Ward.objects.all()[:2])
    for rank, begins_at in enumerate(hearing_slots(), start=1):
        HearingWish.objects.create(application=draft, rank=rank, begins_at=begins_at)
    return draft


# ── A group ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pages_of_a_group(open_page: Open, demo_site: str) -> None:
    aoba = user("aoba@example.jp")
    group = group_of(aoba.email)
    member = Membership.objects.get(group=group, user__email="volunteer@example.jp")
    expired = group_of("hana@example.jp")
    page = open_page(user=aoba)

    wrong = walk(
        page,
        [
            "/my/",
            "/groups/",
            *(
                reverse(name, args=[group.number])
                for name in (
                    "group",
                    "group_contact",
                    "directory_entry",
                    "invite",
                    "group_card",
                    "change_group",
                    "renew_group",
                    "leave_group",
                    "group_calendar",
                )
            ),
            *(
                reverse(name, args=[group.number, member.pk])
                for name in ("group_member", "hand_over", "remove_member")
            ),
        ],
    )
    carry_session(page.context, demo_site, member.user)
    wrong += walk(page, ["/my/", group.get_absolute_url(), reverse("leave_group", args=[group.number])])
    carry_session(page.context, demo_site, user("hana@example.jp"))
    wrong += walk(
        page,
        ["/my/", expired.get_absolute_url(), reverse("renew_group", args=[expired.number]), "/bookings/"],
    )
    wrong += walk(page, ["/spaces/kyodo-lab/book/"])

    fail_on(wrong)


def test_pages_of_bookings(open_page: Open, demo_site: str) -> None:
    aoba = user("aoba@example.jp")
    group = group_of(aoba.email)
    series = BookingSeries.objects.get(group=group)
    ahead = series.bookings.order_by("begins_at").first()
    assert ahead is not None
    open_round = LotteryRound.objects.get(drawn_at__isnull=True)
    page = open_page(user=aoba)

    wrong = walk(
        page,
        [
            f"/spaces/kyodo-lab/?view=week&date={ahead.day}",
            "/bookings/",
            "/bookings/?when=past",
            ahead.get_absolute_url(),
            reverse("booking_change", args=[ahead.reference]),
            reverse("booking_cancel", args=[ahead.reference]),
            reverse("check_in", args=[ahead.reference]),
            series.get_absolute_url(),
            reverse("series_cancel", args=[series.pk]),
            "/waiting/",
            f"/spaces/kyodo-lab/book/?date={TOMORROW}&begins=10:00&ends=11:00",
            "/spaces/space-ab/book/",
            "/spaces/kyodo-lab/series/",
            "/spaces/space-a/waiting/",
            reverse("lottery", args=[open_round.pk]),
            reverse("lottery_enter", args=[open_round.pk]),
        ],
    )
    wrong += press(
        page,
        [
            ("/spaces/kyodo-lab/book/", "予約する"),
            ("/spaces/kyodo-lab/series/", "日にちを確かめる"),
            ("/spaces/space-a/waiting/", "空いたら知らせてもらう"),
            (reverse("lottery_enter", args=[open_round.pk]), "申し込む"),
        ],
    )
    entry = LotteryEntry.objects.get(round=open_round, group=group)
    wrong += walk(page, [reverse("lottery_withdraw", args=[entry.pk])])
    later_today = Booking.objects.filter(
        status="confirmed", begins_at__gt=clock.now(), begins_at__date=clock.today()
    ).earliest("begins_at")
    of_each_kind = [
        Booking.objects.filter(status=status).latest("begins_at")
        for status in ("requested", "used", "no_show", "cancelled")
    ]
    for booking in (later_today, *of_each_kind):
        carry_session(page.context, demo_site, booking.group.memberships.get(role="representative").user)
        wrong += walk(
            page,
            [
                "/my/",
                booking.get_absolute_url(),
                reverse("booking_cancel", args=[booking.reference]),
                reverse("check_in", args=[booking.reference]),
            ],
        )

    fail_on(wrong)


# ── Staff ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pages_of_reception(open_page: Open, demo_site: str) -> None:
    booking = Booking.objects.filter(status="confirmed", begins_at__gt=clock.now()).earliest("begins_at")
    requested = Booking.objects.get(status="requested")
    page = open_page(user=user("reception@example.jp"))

    wrong = walk(
        page,
        [
            "/my/",
            "/my/notices/",
            "/admin/",
            reverse("admin:spaces_booking_day"),
            f"{reverse('admin:spaces_booking_day')}?date=2026-12-30",
            reverse("admin:spaces_booking_walk_in", args=["kyodo-lab"]),
            reverse("admin:spaces_booking_changelist"),
            reverse("admin:spaces_booking_add"),
            reverse("admin:spaces_booking_change", args=[booking.pk]),
            reverse("admin:spaces_booking_change", args=[requested.pk]),
            reverse("admin:accounts_application_changelist"),
            reverse("admin:accounts_application_add"),
            booking.get_absolute_url(),
            reverse("check_in", args=[booking.reference]),
            "/spaces/space-a/calendar/",
            "/spaces/kyodo-lab/book/",
        ],
    )
    wrong += press(
        page,
        [
            (reverse("admin:spaces_booking_walk_in", args=["kyodo-lab"]), "予約して来館を受け付ける"),
            (reverse("admin:spaces_booking_add"), "予約する"),
        ],
    )

    fail_on(wrong)


def test_pages_of_a_coordinator(open_page: Open, demo_site: str) -> None:
    hold = Hold.objects.get()
    page = open_page(user=user("coordinator@example.jp"))

    applications = Application.objects.order_by("pk")
    wrong = walk(
        page,
        [
            *(reverse("admin:accounts_application_change", args=[one.pk]) for one in applications),
            f"{reverse('admin:accounts_application_changelist')}?state=all",
            reverse("admin:spaces_hold_changelist"),
            reverse("admin:spaces_hold_add"),
            reverse("admin:spaces_hold_change", args=[hold.pk]),
            reverse("admin:spaces_close"),
            reverse("admin:spaces_statistics"),
            reverse("admin:mail_outgoingmail_changelist"),
            reverse("admin:mail_outgoingmail_change", args=[OutgoingMail.objects.earliest("pk").pk]),
        ],
    )
    wrong += press(
        page,
        [
            (reverse("admin:spaces_hold_add"), "確かめて確保する"),
            (reverse("admin:spaces_close"), "かかる予約を確かめる"),
        ],
    )
    page.goto(reverse("admin:spaces_close"))
    page.get_by_label("最初の日").fill(clock.today().isoformat())
    page.get_by_label("何時から").fill("16:00")
    page.get_by_label("利用者に見せる理由").fill("大雨警報が出たため")
    page.get_by_role("button", name="かかる予約を確かめる").click()
    expect(page.get_by_role("region", name="休館にかかる予約", exact=True)).to_be_visible()
    expect(page.get_by_role("radio", name="16:00までにする").first).to_be_visible()
    wrong += look(page, "the bookings that a closure touches")

    fail_on(wrong)


def test_every_list_of_the_admin(open_page: Open, demo_site: str) -> None:
    """Lists, the forms behind them and the first row of each, as the manager sees them."""
    manager = user("manager@example.jp")
    page = open_page(user=manager)

    wrong = walk(page, ["/style/"])
    for address in admin_lists():
        wrong += walk(page, [address])
        first = page.locator("#result_list tbody th a").first
        if first.count():
            wrong += walk(page, [str(first.get_attribute("href"))])

    fail_on(wrong)


def test_dark_pages(open_page: Open, demo_site: str) -> None:
    aoba = user("aoba@example.jp")
    booking = Booking.objects.filter(group=group_of(aoba.email), status="confirmed").latest("begins_at")
    page = open_page(user=aoba, dark=True)

    wrong = walk(
        page,
        [
            "/",
            "/spaces/",
            f"/spaces/kyodo-lab/?date={TOMORROW}",
            "/spaces/kyodo-lab/?view=month",
            f"/spaces/kyodo-lab/book/?date={TOMORROW}&begins=10:00&ends=11:00",
            booking.get_absolute_url(),
            "/bookings/",
            "/my/",
            "/groups/",
            "/lobby/",
        ],
    )
    wrong += press(page, [("/spaces/kyodo-lab/book/", "予約する")])
    carry_session(page.context, demo_site, user("manager@example.jp"))
    application = Application.objects.earliest("pk")
    wrong += walk(
        page,
        [
            "/admin/",
            reverse("admin:spaces_booking_day"),
            reverse("admin:spaces_statistics"),
            reverse("admin:accounts_application_change", args=[application.pk]),
        ],
    )

    fail_on(wrong)
