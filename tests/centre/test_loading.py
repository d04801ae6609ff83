"""`load_centre`: what it brings, that it never doubles, and that staff's own words stay."""

from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from kyodo.centre import hours, loading, profiles
from kyodo.centre.models import (
    ActivityField,
    Centre,
    HistoryEntry,
    OpeningHours,
    OpeningTime,
    SupportOrganisation,
    Ward,
    WardCentre,
)
from tests.factories.centre import WardFactory

pytestmark = pytest.mark.django_db

MODELS = [kind.model for kind in profiles.KINDS] + [OpeningTime]
WARD_KIND = loading.Kind("wards.toml", Ward, key=("code",))
CENTRE_KIND = loading.Kind("centres.toml", WardCentre, key=("ward",), references={"ward": (Ward, "code")})


@pytest.fixture
def yokohama() -> None:
    call_command("load_centre", "yokohama", verbosity=0)


def write_wards(folder: Path, *rows: str) -> Path:
    (folder / "wards.toml").write_text(f"rows = [{', '.join(rows)}]", encoding="utf-8")
    return folder


def ward(name: str = "港の区", kana: str = "みなとのく", code: str = "14199") -> str:
    return f'{{ code = "{code}", name = "{name}", kana = "{kana}" }}'


def load_wards(folder: Path) -> loading.Report:
    return loading.load(folder, [WARD_KIND])["centre.ward"]


@pytest.mark.usefixtures("yokohama")
def test_yokohama_has_its_address_and_numbers() -> None:
    centre = Centre.objects.get()

    assert centre.name == "横浜市市民協働推進センター"
    assert centre.full_address == "〒231-0005 神奈川県横浜市中区本町6丁目50-10 横浜市庁舎1階"
    assert (centre.phone, centre.fax) == ("045-671-4732", "045-223-2888")
    assert len(centre.access_lines) == 2


@pytest.mark.usefixtures("yokohama")
def test_yokohama_has_eighteen_wards_each_with_a_centre_and_a_council() -> None:
    wards = Ward.objects.all()

    assert sorted(one.code for one in wards) == [f"{code}" for code in range(14101, 14119)]
    # As the city names them, not by their codes.
    assert [one.name for one in wards][4:8] == ["南区", "港南区", "保土ケ谷区", "旭区"]
    assert all(one.centres.count() == 1 for one in wards)
    assert all(one.support_organisations.count() == 1 for one in wards)
    assert all(one.name in one.centres.get().address for one in wards)
    assert all(one.support_organisations.get().name.startswith(one.name) for one in wards)


@pytest.mark.usefixtures("yokohama")
def test_every_everyday_field_stands_for_fields_of_the_law() -> None:
    primer = ActivityField.objects.primer()

    assert primer.count() == 8
    assert ActivityField.objects.npo_law().count() == 20
    assert all(one.law_fields.npo_law().exists() for one in primer)
    assert list(ActivityField.objects.all()[:8]) == list(primer)


@pytest.mark.usefixtures("yokohama")
def test_yokohama_history_runs_from_1997_to_2020() -> None:
    years = [entry.year for entry in HistoryEntry.objects.all()]

    assert (years[0], years[-1], len(years)) == (1997, 2020, 17)


@pytest.mark.usefixtures("yokohama")
def test_second_run_changes_nothing() -> None:
    before = {model: list(model.objects.order_by("pk").values()) for model in MODELS}

    reports = loading.load(profiles.FOLDER / "yokohama", profiles.KINDS)

    assert {model: list(model.objects.order_by("pk").values()) for model in MODELS} == before
    assert all((one.created, one.updated, one.kept) == (0, 0, []) for one in reports.values())


@pytest.mark.usefixtures("yokohama")
def test_what_staff_changed_stays_changed() -> None:
    Centre.objects.update(phone="045-000-1111")
    usual = OpeningHours.objects.get(name="通常")
    usual.times.filter(day=OpeningTime.Day.FRIDAY).update(closes="21:00")
    ActivityField.objects.get(code="kankyo").law_fields.clear()

    reports = loading.load(profiles.FOLDER / "yokohama", profiles.KINDS)

    assert Centre.objects.get().phone == "045-000-1111"
    assert usual.times.get(day=OpeningTime.Day.FRIDAY).closes.hour == 21
    assert not ActivityField.objects.get(code="kankyo").law_fields.exists()
    assert reports["centre.centre"].kept == ["phone"]
    assert reports["centre.openinghours"].kept == ["通常 times"]
    assert reports["centre.activityfield"].kept == ["kankyo law_fields"]


@pytest.mark.usefixtures("yokohama")
def test_what_staff_took_out_stays_out() -> None:
    SupportOrganisation.objects.filter(ward__code="14101").delete()

    reports = loading.load(profiles.FOLDER / "yokohama", profiles.KINDS)

    assert SupportOrganisation.objects.count() == 17
    assert reports["centre.supportorganisation"].kept == ["shakyo 14101"]


@pytest.mark.usefixtures("yokohama")
def test_what_staff_renamed_is_still_the_same_row() -> None:
    OpeningHours.objects.filter(name="年末年始").update(name="冬休み")

    loading.load(profiles.FOLDER / "yokohama", profiles.KINDS)

    assert sorted(OpeningHours.objects.values_list("name", flat=True)) == ["冬休み", "通常"]


def test_news_in_the_profile_reach_rows_staff_left_alone(tmp_path: Path) -> None:
    load_wards(write_wards(tmp_path, ward()))

    report = load_wards(write_wards(tmp_path, ward(kana="みなとく")))

    assert Ward.objects.get().kana == "みなとく"
    assert report.updated == 1


def test_a_row_changed_by_staff_still_gets_the_rest_of_the_news(tmp_path: Path) -> None:
    load_wards(write_wards(tmp_path, ward()))
    Ward.objects.update(name="みなと区")

    report = load_wards(write_wards(tmp_path, ward(name="新しい区", kana="あたらしいく")))

    assert Ward.objects.values_list("name", "kana").get() == ("みなと区", "あたらしいく")
    assert report.kept == ["14199 name"]


def test_staff_going_back_to_the_loaded_words_lets_news_through_again(tmp_path: Path) -> None:
    load_wards(write_wards(tmp_path, ward()))
    Ward.objects.update(kana="べつのよみ")
    load_wards(tmp_path)
    Ward.objects.update(kana="みなとのく")

    load_wards(write_wards(tmp_path, ward(kana="みなとく")))

    assert Ward.objects.get().kana == "みなとく"


def test_row_that_staff_entered_first_is_left_to_them(tmp_path: Path) -> None:
    WardFactory(code="14199", name="手で入れた区")

    report = load_wards(write_wards(tmp_path, ward()))

    assert Ward.objects.get().name == "手で入れた区"
    assert (report.created, report.kept) == (0, ["14199"])


def test_row_gone_from_the_profile_is_left_alone(tmp_path: Path) -> None:
    load_wards(write_wards(tmp_path, ward(), ward("山の区", "やまのく", "14198")))

    load_wards(write_wards(tmp_path, ward()))

    assert Ward.objects.count() == 2


def test_profile_without_a_file_of_a_kind_loads_the_others(tmp_path: Path) -> None:
    reports = loading.load(write_wards(tmp_path, ward()), [WARD_KIND, CENTRE_KIND])

    assert list(reports) == ["centre.ward"]


def test_same_row_twice_in_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(loading.BadProfile, match="14199"):
        load_wards(write_wards(tmp_path, ward(), ward()))

    assert not Ward.objects.exists()


def test_code_that_nothing_has_is_refused_and_nothing_stays(tmp_path: Path) -> None:
    write_wards(tmp_path, ward())
    (tmp_path / "centres.toml").write_text(
        'rows = [{ ward = "99999", name = "どこかのセンター", phone = "045-000-0000", address = "横浜市" }]'
    )

    with pytest.raises(loading.BadProfile, match="99999"):
        loading.load(tmp_path, [WARD_KIND, CENTRE_KIND])

    assert not Ward.objects.exists()


def test_value_the_model_refuses_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        load_wards(write_wards(tmp_path, ward(code="abc")))


def test_unknown_profile_is_refused_by_name() -> None:
    with pytest.raises(CommandError, match="yokohama"):
        call_command("load_centre", "atlantis")


def test_command_says_what_it_kept(capsys: pytest.CaptureFixture[str], yokohama: None) -> None:
    Centre.objects.update(phone="045-000-1111")

    call_command("load_centre", "yokohama")

    assert "kept as staff have it: phone" in capsys.readouterr().out


@pytest.mark.usefixtures("yokohama")
def test_loaded_hours_answer_as_published() -> None:
    days = hours.opening_days(date(2026, 12, 25), date(2027, 1, 4))

    closes = [day.hours.closes.hour if day.hours else None for day in days.values()]
    assert closes == [20, 17, 17, 20, None, None, None, None, None, None, 20]


def test_command_names_what_is_wrong_with_a_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    atlantis = tmp_path / "atlantis"
    atlantis.mkdir()
    write_wards(atlantis, ward(), ward())
    (atlantis / "centre.toml").write_text("rows = []")
    monkeypatch.setattr(profiles, "FOLDER", tmp_path)

    with pytest.raises(CommandError, match="wards.toml"):
        call_command("load_centre", "atlantis")
