"""The centre's own rows. `usual_week()` gives the hours most tests stand on: 9-20, at weekends and holidays 9-17."""

from datetime import date, time

import factory
from factory.django import DjangoModelFactory

from kyodo.centre import models


class CentreFactory(DjangoModelFactory):
    class Meta:
        model = models.Centre
        django_get_or_create = ("id",)

    id = 1
    name = "みなと市民協働推進センター"
    postal_code = "231-0005"
    address = "神奈川県横浜市中区本町6丁目50-10"
    building = "横浜市庁舎1階"
    phone = "045-671-4732"


class WardFactory(DjangoModelFactory):
    class Meta:
        model = models.Ward

    code = factory.Sequence(lambda n: f"{14101 + n}")
    name = factory.Sequence(lambda n: f"第{n + 1}区")
    kana = factory.Sequence(lambda n: f"だい{n + 1}く")
    position = factory.Sequence(lambda n: n + 1)


class WardCentreFactory(DjangoModelFactory):
    class Meta:
        model = models.WardCentre

    ward = factory.SubFactory(WardFactory)
    name = factory.LazyAttribute(lambda one: f"{one.ward.name}市民活動センター")
    address = factory.LazyAttribute(lambda one: f"横浜市{one.ward.name}中央1-1")
    phone = "045-000-0000"


class SupportOrganisationFactory(DjangoModelFactory):
    class Meta:
        model = models.SupportOrganisation

    kind = models.SupportOrganisation.Kind.SOCIAL_WELFARE_COUNCIL
    ward = factory.SubFactory(WardFactory)
    name = factory.LazyAttribute(lambda one: f"{one.ward.name}社会福祉協議会")
    address = factory.LazyAttribute(lambda one: f"横浜市{one.ward.name}中央2-2")
    phone = "045-000-0001"


class SupportProgrammeFactory(DjangoModelFactory):
    """For everybody, in every field and ward; `for_fields=[...]` narrows it down."""

    class Meta:
        model = models.SupportProgramme
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"支援制度{n}")
    kind = models.SupportProgramme.Kind.MONEY
    description = "活動にかかる費用の一部が助成されます。"
    operator = "みなと市"
    phone = "045-000-0002"

    @factory.post_generation
    def for_fields(
        self, create: bool, extracted: list[models.ActivityField] | None, **kwargs: object
    ) -> None:
        if extracted:
            self.fields.set(extracted)


class ActivityFieldFactory(DjangoModelFactory):
    class Meta:
        model = models.ActivityField

    code = factory.Sequence(lambda n: f"field-{n}")
    kind = models.ActivityField.Kind.PRIMER
    name = factory.Sequence(lambda n: f"分野{n}")
    short_name = factory.SelfAttribute("name")
    position = factory.Sequence(lambda n: n + 1)


class HistoryEntryFactory(DjangoModelFactory):
    class Meta:
        model = models.HistoryEntry

    year = 2020
    month = 6
    side = models.HistoryEntry.Side.ADMINISTRATION
    text = "センターが開く"


class NewsItemFactory(DjangoModelFactory):
    class Meta:
        model = models.NewsItem

    title = factory.Sequence(lambda n: f"お知らせ{n}")


class OpeningHoursFactory(DjangoModelFactory):
    """A layer; `times={Day.MONDAY: (9, 20), Day.HOLIDAY: None}` says its hours, None for closed."""

    class Meta:
        model = models.OpeningHours
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"層{n}")

    @factory.post_generation
    def times(
        self, create: bool, extracted: dict[int, tuple[int, int] | None] | None, **kwargs: object
    ) -> None:
        for day, hours in (extracted or {}).items():
            opens, closes = (time(hours[0]), time(hours[1])) if hours else (None, None)
            models.OpeningTime.objects.create(layer=self, day=day, opens=opens, closes=closes)


def usual_week() -> models.OpeningHours:
    days = models.OpeningTime.Day
    weekdays = (days.MONDAY, days.TUESDAY, days.WEDNESDAY, days.THURSDAY, days.FRIDAY)
    short = (days.SATURDAY, days.SUNDAY, days.HOLIDAY)
    return OpeningHoursFactory(
        name="通常", times=dict.fromkeys(weekdays, (9, 20)) | dict.fromkeys(short, (9, 17))
    )


def new_year() -> models.OpeningHours:
    return OpeningHoursFactory(
        name="年末年始",
        begins_on=date(2020, 12, 29),
        ends_on=date(2021, 1, 3),
        is_yearly=True,
        note="年末年始のため休館します。",
        times={models.OpeningTime.Day.EVERY_DAY: None},
    )
