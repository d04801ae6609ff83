"""`{% load kyodo %}`: the house's dates in templates. Nothing in, nothing out, as with Django's own date filter."""

from datetime import date, datetime

from django import template
from django.conf import settings

from kyodo import dates

register = template.Library()


@register.simple_tag
def absolute(path: str) -> str:
    """`{% absolute picture %}`: the address as another site has to be given it."""
    return path if "://" in path else f"{settings.BASE_URL}{path}"


@register.filter
def day(value: date | None) -> str:
    return dates.day(value) if value else ""


@register.filter
def short_day(value: date | None) -> str:
    return dates.short_day(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    return dates.moment(value) if value else ""


@register.filter
def period(begins: datetime | None, ends: datetime | None) -> str:
    """`{{ booking.begins_at|period:booking.ends_at }}`"""
    return dates.period(begins, ends) if begins and ends else ""


@register.filter
def span(days: int | None) -> str:
    return dates.span(days) if days else ""


@register.filter
def fiscal_year(value: date | int | None) -> str:
    return dates.fiscal_year(value) if value else ""
