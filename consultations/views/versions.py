from django.http import HttpRequest

from kyodo import numbers

LARGEST = 2**31 - 1


def posted_version(request: HttpRequest) -> int:
    """0, which none has, for what was never given out; a column of ours could not even hold it."""
    version = numbers.typed(request.POST.get("version", "")) or 0
    return version if version <= LARGEST else 0
