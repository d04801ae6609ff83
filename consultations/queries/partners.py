"""Partner finding (相手さがし): who or what could help, by field, ward, kind and words; each with the reason in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Group, User
from accounts.queries.directory import searchable_texts
from consultations.models import Consultation, Introduction
from consultations.queries import programmes
from consultations.queries.similar import any_of, said, words_of
from kyodo.centre.models import SupportOrganisation, SupportProgramme

MOST_GROUPS = 12
MOST_ORGANISATIONS = 8
MOST_PROGRAMMES = 8
Kind = Consultation.Kind
Office = SupportOrganisation.Kind

# What an organisation of each kind is for, by what the person wants.
HELPS: Mapping[str, Mapping[str, Any]] = {
    Kind.START: {
        Office.SOCIAL_WELFARE_COUNCIL: gettext_lazy("地域の活動の始め方を支える"),
        Office.INTERMEDIARY: gettext_lazy("団体の立ち上げを支える"),
    },
    Kind.RUN: {
        Office.INTERMEDIARY: gettext_lazy("団体の運営を支える"),
        Office.SOCIAL_WELFARE_COUNCIL: gettext_lazy("助成金と場所の相談にのる"),
    },
    Kind.PARTNER: {
        Office.SOCIAL_WELFARE_COUNCIL: gettext_lazy("地域の団体とつながりがある"),
        Office.INTERNATIONAL_LOUNGE: gettext_lazy("外国につながる人の団体を知っている"),
        Office.INTERMEDIARY: gettext_lazy("団体どうしを引き合わせる"),
    },
    Kind.PROPOSE: {Office.PUBLIC_OFFICE: gettext_lazy("市の担当窓口")},
}


@dataclass(frozen=True)
class Partner:
    """A group, an organisation or a programme, with why it is named here."""

    name: str
    reasons: Sequence[str]
    is_introduced: bool
    note: str = ""
    group: Group | None = None
    organisation: SupportOrganisation | None = None
    programme: SupportProgramme | None = None

    @property
    def reason(self) -> str:
        return "・".join(self.reasons)


@dataclass(frozen=True)
class Partners:
    words: Sequence[str]
    groups: Sequence[Partner]
    organisations: Sequence[Partner]
    programmes: Sequence[Partner]


def partners_for(consultation: Consultation, user: User, asked: str = "") -> Partners:
    """By what the question says; or by the words that staff ask with."""
    words = asked.split()[:6] if asked.strip() else words_of(consultation.subject, consultation.text)
    fields = list(consultation.fields.values_list("pk", flat=True))
    introduced = list(consultation.introductions.values_list("group", "organisation", "programme"))
    return Partners(
        words=words,
        groups=_groups(consultation, user, words, fields, {one[0] for one in introduced}),
        organisations=_organisations(consultation, words, {one[1] for one in introduced}),
        programmes=_programmes(consultation, words, fields, {one[2] for one in introduced}),
    )


def _groups(
    consultation: Consultation,
    user: User,
    words: Sequence[str],
    fields: Sequence[int],
    introduced: set[int | None],
) -> list[Partner]:
    """Registered and in force; best match first. The person's own group is none."""
    same_field = Group.fields.through.objects.filter(group=OuterRef("pk"), activityfield__in=fields)
    same_ward = Group.wards.through.objects.filter(group=OuterRef("pk"), ward=consultation.ward_id)
    query = any_of(words)
    says = Q(search=query) if query else Q(pk__in=[])
    rows = (
        Group.objects.visible_to(user)
        .current()
        .exclude(pk=consultation.group_id or 0)
        .annotate(
            field_names=ArraySubquery(same_field.values("activityfield__short_name")),
            is_near=Exists(same_ward),
            says=Case(When(says, then=Value(1)), default=Value(0), output_field=IntegerField()),
            met=_met("group"),
        )
        .filter(Q(Exists(same_field)) | Q(is_near=True) | Q(says=1))
        .annotate(
            score=Case(When(says, then=Value(4)), default=Value(0), output_field=IntegerField())
            + Case(When(Exists(same_field), then=Value(3)), default=Value(0), output_field=IntegerField())
            + Case(When(is_near=True, then=Value(2)), default=Value(0), output_field=IntegerField())
        )
        .defer("search")
        .order_by("-score", "name_kana", "pk")[:MOST_GROUPS]
    )
    return [_group(row, consultation, words, introduced) for row in rows]


def _met(column: str) -> Any:
    """How often an introduction of theirs led somewhere."""
    rows = Introduction.objects.filter(
        **{column: OuterRef("pk")}, result__in=Introduction.WENT_WELL
    ).order_by()
    return ArraySubquery(rows.values(column).annotate(times=Count("pk")).values("times"))


def _group(
    row: Any, consultation: Consultation, words: Sequence[str], introduced: set[int | None]
) -> Partner:
    reasons = []
    if row.field_names:
        reasons.append(_("分野が同じ：%(fields)s") % {"fields": "・".join(row.field_names)})
    if row.is_near and consultation.ward:
        reasons.append(_("%(ward)sで活動") % {"ward": consultation.ward})
    if row.says:
        named = said(words, " ".join(line for lines in searchable_texts(row).values() for line in lines))
        reasons.append(
            _("ことばが合う：%(words)s") % {"words": "・".join(named)} if named else _("ことばが合う")
        )
    if row.met:
        reasons.append(_("これまでの紹介が%(times)s件つながった") % {"times": row.met[0]})
    note = "" if row.is_listed else _("団体一覧に載せていない団体です。先に団体にたずねてから紹介します。")
    return Partner(row.name, reasons, row.pk in introduced, note, group=row)


def _organisations(
    consultation: Consultation, words: Sequence[str], introduced: set[int | None]
) -> list[Partner]:
    """A few dozen rows: those of the ward and of the whole city, as far as something speaks for them."""
    near = Q(ward__isnull=True) | Q(ward=consultation.ward_id)
    found = []
    for row in (
        SupportOrganisation.objects.filter(near).select_related("ward").annotate(met=_met("organisation"))
    ):
        reasons = []
        if row.ward_id and row.ward_id == consultation.ward_id:
            reasons.append(_("%(ward)sの窓口") % {"ward": row.ward})
        helps = HELPS.get(consultation.kind, {}).get(row.kind)
        if helps:
            reasons.append(str(helps))
        if named := said(words, f"{row.name} {row.description}"):
            reasons.append(_("ことばが合う：%(words)s") % {"words": "・".join(named)})
        if row.met:
            reasons.append(_("これまでの紹介が%(times)s件つながった") % {"times": row.met[0]})
        if reasons:
            partner = Partner(row.name, reasons, row.pk in introduced, row.description, organisation=row)
            found.append((len(reasons), partner))
    found.sort(key=lambda one: -one[0])
    return [partner for _count, partner in found[:MOST_ORGANISATIONS]]


def _programmes(
    consultation: Consultation, words: Sequence[str], fields: Sequence[int], introduced: set[int | None]
) -> list[Partner]:
    """Those whose last day has passed, or that the person can't apply for yet, are named with a caution."""
    asked = programmes.Asked(
        kind=consultation.kind,
        audience=consultation.audience,
        group=consultation.group,
        ward=consultation.ward,
        fields=fields,
        words=words,
    )
    found = []
    for fit in programmes.fitting(asked, SupportProgramme.objects.active().annotate(met=_met("programme"))):
        row, reasons = fit.programme, list(fit.reasons)
        if row.met:
            reasons.append(_("これまでに%(times)s件の利用につながった") % {"times": row.met[0]})
        found.append(Partner(row.name, reasons, row.pk in introduced, "".join(fit.cautions), programme=row))
    return found[:MOST_PROGRAMMES]
