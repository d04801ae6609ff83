"""Addresses of our own pages, where a list asks for hundreds of them."""

from functools import lru_cache

from django.urls import reverse

MOST_KNOWN = 8192


@lru_cache(maxsize=MOST_KNOWN)
def link(name: str, *arguments: object) -> str:
    """As `reverse`, which looks through all patterns again for each line of a list that was shown a moment ago."""
    return reverse(name, args=arguments)
