"""What reception types on the day sheet: how many came."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from spaces.models import Visit

MOST_PEOPLE = 999


def people_field(**options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=_("来館した人数"), min_value=1, max_value=MOST_PEOPLE, **options)


class PeopleForm(forms.Form):
    """One line of the sheet; its prefix is the booking's reference. Empty where nobody counted."""

    people = people_field(required=False)

    @property
    def number(self) -> int | None:
        """Raises ValidationError "people" where something else than a number of people was typed."""
        if self.is_valid():
            number: int | None = self.cleaned_data["people"]
            return number
        raise ValidationError(
            _("人数は、1から%(most)dまでの数で入れてください。"), code="people", params={"most": MOST_PEOPLE}
        )


class VisitForm(forms.Form):
    people = people_field(initial=1)
    purpose = forms.ChoiceField(label=_("目的"), choices=Visit.Purpose.choices, initial=Visit.Purpose.LOOK)
