"""`{{ centre.phone }}` in every template: read when a page first asks, at most once a page.

The row isn't kept between requests. It is one read by primary key (about 0.2 ms here), and a kept copy would have to be
forgotten in every server process and every test when staff change the phone number.
"""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from kyodo.centre.queries import current_centre


def centre(request: HttpRequest) -> dict[str, object]:
    return {"centre": SimpleLazyObject(current_centre)}
