"""Every text field of every form makes plain what was typed, before its length or its shape is judged."""

import importlib
import pkgutil
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from allauth.core import context
from django import forms as django_forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.forms import SimpleArrayField
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.db import models as django_models
from django.test import RequestFactory
from django.utils.module_loading import import_string

from accounts.forms.signing_in import OurFields
from kyodo import forms
from kyodo.db import models

OURS = ("kyodo", "accounts", "spaces", "events", "consultations", "cases")
TEXT = (forms.CharField, forms.URLField, forms.SlugField)
# Written by the page, or ticked there.
NOT_TYPED = (django_forms.UUIDField, django_forms.JSONField, SimpleArrayField)
SAMPLES = {
    forms.EmailField: "taro@example.jp",
    forms.URLField: "https://example.jp/",
    forms.SlugField: "room-1",
    forms.KanaField: "やまだ",
    forms.PhoneField: "045-123-4567",
    forms.PostalCodeField: "231-0005",
    forms.CodeField: "2026-001",
    forms.CharField: "山田NPO",
}
# As a telephone's address book, a web page or a Japanese keyboard gives them.
TYPED = {
    forms.EmailField: "taro＠ｅｘａｍｐｌｅ.jp",
    forms.URLField: "ｈｔｔｐｓ：／／example.jp/",
    forms.SlugField: "ｒｏｏｍ-1",
    forms.KanaField: "ﾔﾏﾀﾞ",
    forms.PhoneField: "０４５ー１２３−4567",
    forms.PostalCodeField: "〒２３１ー０００５",
    forms.CodeField: "２０２６－００１",
    forms.CharField: "山田ＮＰＯ",
}


def form_classes() -> Iterator[type[django_forms.BaseForm]]:
    for app in OURS:
        package = importlib.import_module(app)
        for module in pkgutil.walk_packages(package.__path__, f"{app}."):
            if ".forms" in module.name or ".admin" in module.name:
                importlib.import_module(module.name)
    waiting = [django_forms.BaseForm]
    while waiting:
        below = waiting.pop().__subclasses__()
        waiting += below
        # Forms of allauth get their fields when they are made: fields_of_allauth.
        yield from (
            form for form in below if form.__module__.startswith(OURS) and not issubclass(form, OurFields)
        )


def fields_of_classes() -> Iterator[tuple[str, django_forms.Field]]:
    for form in form_classes():
        for name, field in getattr(form, "base_fields", {}).items():
            if not issubclass(form, django_forms.models.BaseModelForm) or name in form.declared_fields:
                yield f"{form.__module__}.{form.__name__}.{name}", field


def fields_of_admin() -> Iterator[tuple[str, django_forms.Field]]:
    request = RequestFactory().get("/admin/")
    request.user = AnonymousUser()
    for model_admin in admin.site._registry.values():
        if not model_admin.__module__.startswith(OURS):
            continue
        names = [
            field.name for field in model_admin.opts.fields if field.editable and field.name != "password"
        ]
        given = [name for name in names if model_admin.opts.get_field(name).formfield() is not None]
        asked = [
            model_admin.formfield_for_dbfield(model_admin.opts.get_field(name), request) for name in given
        ]
        for inline_class in model_admin.inlines:
            inline = inline_class(model_admin.model, model_admin.admin_site)
            for field in inline.opts.fields:
                given.append(f"{inline_class.__name__}.{field.name}")
                asked.append(inline.formfield_for_dbfield(field, request) if field.editable else None)
        yield from (
            (f"{model_admin}.{name}", field) for name, field in zip(given, asked, strict=True) if field
        )


def fields_of_allauth() -> Iterator[tuple[str, django_forms.Field]]:
    with_user = ("add_email", *settings.MFA_FORMS)
    request = RequestFactory().get("/")
    request.session = SessionBase()
    for name, path in (settings.ACCOUNT_FORMS | settings.MFA_FORMS).items():
        with context.request_context(request):
            form = import_string(path)(**({"user": AnonymousUser()} if name in with_user else {}))
        yield from ((f"{path}.{field_name}", field) for field_name, field in form.fields.items())


def text_fields() -> list[tuple[str, Any]]:
    every = (*fields_of_classes(), *fields_of_admin(), *fields_of_allauth())
    return [
        (name, field)
        for name, field in every
        if isinstance(field, django_forms.CharField)
        and not isinstance(field, NOT_TYPED)
        and not isinstance(field.widget, django_forms.PasswordInput)
    ]


def test_every_text_field_is_one_of_ours(db: None, rf: RequestFactory) -> None:
    fields = text_fields()

    assert len(fields) > 150
    assert [name for name, field in fields if not isinstance(field, TEXT)] == []


def test_every_column_of_text_asks_with_a_field_of_ours() -> None:
    columns = [
        field
        for model in apps.get_models()
        if model.__module__.startswith(OURS) and not hasattr(model, "pgh_tracked_model")
        for field in model._meta.local_fields
        if isinstance(field, (django_models.CharField, django_models.TextField)) and field.name != "password"
    ]
    ours = (models.CharField, models.TextField, models.EmailField, models.URLField, models.SlugField)

    assert len(columns) > 150
    assert [str(column) for column in columns if not isinstance(column, ours)] == []


def test_every_counted_text_counts_the_end_of_a_line_once(db: None) -> None:
    counted = [
        (name, field)
        for name, field in text_fields()
        if field.max_length and isinstance(field.widget, django_forms.Textarea)
    ]
    refused = {}
    for name, field in counted:
        # As long as the browser lets one type, and as the browser sends it.
        typed = ("あ\n" * field.max_length)[: field.max_length - 1] + "あ"
        try:
            cleaned = deepcopy(field).clean(typed.replace("\n", "\r\n"))
        except ValidationError as error:
            refused[name] = error
            continue
        assert cleaned == typed, name
        with pytest.raises(ValidationError):
            deepcopy(field).clean("あ" + typed.replace("\n", "\r\n"))

    assert len(counted) > 30
    assert refused == {}


def test_every_field_for_an_address_takes_those_of_carriers(db: None) -> None:
    addresses = [(name, field) for name, field in text_fields() if isinstance(field, forms.EmailField)]

    assert len(addresses) > 15
    for name, field in addresses:
        for typed in ("taro..yamada@docomo.ne.jp", "hanako.@ezweb.ne.jp"):
            assert deepcopy(field).clean(typed) == typed, name


def test_every_short_field_is_made_plain_before_it_is_judged(db: None) -> None:
    short = [
        (name, field)
        for name, field in text_fields()
        if not isinstance(field.widget, (django_forms.Textarea, django_forms.HiddenInput))
    ]
    other = {}
    for name, field in short:
        kind = next(kind for kind in SAMPLES if isinstance(field, kind))
        read = deepcopy(field).to_python(f"\ufeff \u202a{TYPED[kind]}\u202c\u200b\u3000")
        if read != SAMPLES[kind]:
            other[name] = read

    assert len(short) > 100
    assert other == {}
