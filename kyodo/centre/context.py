"""`{{ centre.phone }}` and `{% for line in usual_week %}` in every template: read when a page first asks, once a page.

The rows aren't kept between requests: a kept copy would have to be forgotten in every server process and every test
when staff change the phone number. Within one request they are read once (kyodo.memo).
"""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from kyodo.centre import hours
from kyodo.centre.queries import closures_on_show, current_centre


def centre(request: HttpRequest) -> dict[str, object]:
    return {
        "centre": SimpleLazyObject(current_centre),
        "closures_on_show": SimpleLazyObject(closures_on_show),
        "usual_week": SimpleLazyObject(hours.usual_week),
    }
