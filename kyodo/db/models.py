"""Stands in for django.db.models (`from kyodo.db import models`), as django.contrib.gis.db.models does.

The columns are Django's, and so are the migrations. What differs is the form field that a ModelForm and the admin ask
with: those of kyodo.forms, which make plain what was typed. Ruff refuses django.db.models elsewhere in models.
"""

from functools import cached_property, partialmethod
from typing import Any, TypeVar

from django.db import models as django_models
from django.db.models import *  # noqa: F403 - it stands in for it

from kyodo import addresses, forms

_ST = TypeVar("_ST", contravariant=True)
_GT = TypeVar("_GT", covariant=True)


class _AsDjango:
    """A field whose column and migration are those of its Django parent."""

    form_class: Any

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        parent = next(cls for cls in type(self).__mro__ if cls.__module__.startswith("django.db.models"))
        return name, f"django.db.models.{parent.__name__}", args, kwargs

    def formfield(self, **options: Any) -> Any:
        return super().formfield(**{"form_class": self.form_class, **options})  # type: ignore[misc]


class CharField(_AsDjango, django_models.CharField[_ST, _GT]):  # type: ignore[no-redef]
    form_class = forms.CharField

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if self.choices is not None and f"get_{name}_display" in cls.__dict__:
            setattr(cls, f"get_{name}_display", partialmethod(_display, self))

    @cached_property
    def labels(self) -> dict[str, Any]:
        """Of its choices, each by its value. Django makes this anew for every word that it shows."""
        return dict(self.flatchoices)


def _display(row: Any, field: Any) -> str:
    value = getattr(row, field.attname)
    return str(field.labels.get(value, value))


class TextField(_AsDjango, django_models.TextField[_ST, _GT]):  # type: ignore[no-redef]
    form_class = forms.CharField


class EmailField(_AsDjango, django_models.EmailField[_ST, _GT]):  # type: ignore[no-redef]
    form_class = forms.EmailField
    default_validators = [addresses.validate]


class URLField(_AsDjango, django_models.URLField[_ST, _GT]):  # type: ignore[no-redef]
    form_class = forms.URLField


class SlugField(_AsDjango, django_models.SlugField[_ST, _GT]):  # type: ignore[no-redef]
    form_class = forms.SlugField


class KanaField(CharField[_ST, _GT]):
    """A reading (ふりがな), kept in hiragana."""

    form_class = forms.KanaField


class PhoneField(CharField[_ST, _GT]):
    form_class = forms.PhoneField


class PostalCodeField(CharField[_ST, _GT]):
    form_class = forms.PostalCodeField
