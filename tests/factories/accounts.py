"""People, groups and their members. `UserFactory(ward_officer=True)`, `GroupFactory(representative=user)`."""

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import factory
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from accounts.models import Application, CriterionCheck, Group, HearingWish, Membership, User
from kyodo import clock, references
from tests.factories.centre import ActivityFieldFactory, WardFactory

PASSWORD = "kyodo-demo"


@cache
def hashed_password() -> str:
    """Hashing is slow by design: once a run is enough."""
    return make_password(PASSWORD)


class UserFactory(DjangoModelFactory[User]):
    """A citizen with a verified address; the traits make staff and ward officers."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        ward_officer = factory.Trait(
            role=User.Role.WARD, ward_centre=factory.SubFactory("tests.factories.centre.WardCentreFactory")
        )
        reception = factory.Trait(role=User.Role.RECEPTION)
        coordinator = factory.Trait(role=User.Role.COORDINATOR)
        manager = factory.Trait(role=User.Role.MANAGER)

    email = factory.Sequence(lambda n: f"person{n}@example.jp")
    name = factory.Sequence(lambda n: f"試験 {n}郎")
    name_kana = factory.Sequence(lambda n: f"しけん {n}ろう")
    phone = "045-000-0000"
    password = factory.LazyFunction(hashed_password)

    @factory.post_generation
    def verified(self, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if create and extracted is not False:
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class GroupFactory(DjangoModelFactory[Group]):
    """A group registered and in force. Pass representative=, booking_managers=[...], members=[...] to fill it."""

    class Meta:
        model = Group
        skip_postgeneration_save = True

    class Params:
        listed = factory.Trait(
            is_listed=True, public_fields=[Group.PublicField.PURPOSE, Group.PublicField.ACTIVITIES]
        )
        suspended = factory.Trait(status=Group.Status.SUSPENDED, suspended_reason="書類が届いていません。")
        closed = factory.Trait(status=Group.Status.CLOSED)
        expired = factory.Trait(
            registered_on=factory.LazyFunction(lambda: clock.today() - timedelta(days=400)),
            valid_until=factory.LazyFunction(lambda: clock.today() - timedelta(days=1)),
        )

    number = factory.Sequence(lambda n: f"T{n:05d}")
    name = factory.Sequence(lambda n: f"試験の会{n}")
    name_kana = factory.Sequence(lambda n: f"しけんのかい{n:05d}")
    purpose = "地域の子どもと高齢者の見守り"
    activities = "毎月の見守り歩きと報告会"
    members_count = 12
    members_in_city_count = 10
    founded_on = date(2015, 4, 1)
    contact_name = "窓口 花子"
    contact_email = factory.Sequence(lambda n: f"group{n}@example.jp")
    contact_phone = "045-111-2222"
    postal_address = "横浜市中区見本町1-1"
    registered_on = factory.LazyFunction(lambda: clock.today() - timedelta(days=30))
    valid_until = factory.LazyFunction(lambda: clock.fiscal_year_end(clock.fiscal_year(clock.today())))

    @factory.post_generation
    def representative(self, create: bool, extracted: User | None, **kwargs: Any) -> None:
        if create and extracted:
            MembershipFactory(group=self, user=extracted, role=Membership.Role.REPRESENTATIVE)

    @factory.post_generation
    def booking_managers(self, create: bool, extracted: list[User] | None, **kwargs: Any) -> None:
        for user in extracted or []:
            MembershipFactory(group=self, user=user, role=Membership.Role.BOOKING_MANAGER)

    @factory.post_generation
    def members(self, create: bool, extracted: list[User] | None, **kwargs: Any) -> None:
        for user in extracted or []:
            MembershipFactory(group=self, user=user, role=Membership.Role.MEMBER)

    @factory.post_generation
    def fields(self, create: bool, extracted: list[Any] | None, **kwargs: Any) -> None:
        if create and extracted:
            self.fields.set(extracted)

    @factory.post_generation
    def wards(self, create: bool, extracted: list[Any] | None, **kwargs: Any) -> None:
        if create and extracted:
            self.wards.set(extracted)


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    group = factory.SubFactory(GroupFactory)
    user = factory.SubFactory(UserFactory)
    role = Membership.Role.MEMBER


class ApplicationFactory(DjangoModelFactory[Application]):
    """A draft with everything filled in but its relations; `complete=True` gives it those too, ready to send.

    Traits: submitted, hearing, returned, paper. `met=True` ticks the four criteria.
    """

    class Meta:
        model = Application
        skip_postgeneration_save = True

    class Params:
        submitted = factory.Trait(
            status=Application.Status.SUBMITTED, submitted_at=factory.LazyFunction(clock.now)
        )
        hearing = factory.Trait(
            status=Application.Status.HEARING,
            submitted_at=factory.LazyFunction(clock.now),
            hearing_at=factory.LazyFunction(lambda: clock.now() + timedelta(days=5)),
            hearing_sequence=1,
        )
        returned = factory.Trait(
            status=Application.Status.RETURNED,
            submitted_at=factory.LazyFunction(clock.now),
            reason="会則の第2条を確かめてください。",
        )
        paper = factory.Trait(
            status=Application.Status.SUBMITTED,
            submitted_at=factory.LazyFunction(clock.now),
            is_paper=True,
            applicant=None,
            entered_by=factory.SubFactory(UserFactory, reception=True),
        )

    reference = factory.LazyFunction(references.new)
    applicant = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"申請の会{n}")
    name_kana = factory.Sequence(lambda n: f"しんせいのかい{n}")
    purpose = "公園の清掃と花壇づくりで、歩きたくなるまちにする"
    members_count = 9
    members_in_city_count = 8
    contact_name = "花壇 咲子"
    contact_email = factory.Sequence(lambda n: f"applicant{n}@example.jp")
    contact_phone = factory.Sequence(lambda n: f"045-{n:03d}-5678")
    hearing_way = Application.HearingWay.ON_SITE

    @factory.post_generation
    def complete(self, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if not extracted:
            return
        self.fields.set([ActivityFieldFactory()])
        self.wards.set([WardFactory()])
        self.wants_model_bylaws = True
        self.save()
        for rank, begins_at in enumerate(hearing_slots(), start=1):
            HearingWish.objects.create(application=self, rank=rank, begins_at=begins_at)

    @factory.post_generation
    def met(self, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if not extracted:
            return
        staff = UserFactory(coordinator=True)
        for criterion in CriterionCheck.Criterion:
            CriterionCheck.objects.create(
                application=self, criterion=criterion, is_met=True, note="確かめた", checked_by=staff
            )


def hearing_slots(count: int = 3) -> list[datetime]:
    """Different times from two days ahead, inside what `usual_week` opens on any day."""
    first = clock.today() + timedelta(days=2)
    return [clock.at(first + timedelta(days=day), time(10 + day)) for day in range(count)]
