from django.utils.translation import gettext as _

from kyodo.centre.models import Centre
from kyodo.memo import once_a_request


@once_a_request
def current_centre() -> Centre:
    """The centre of this site; before `load_centre` has run, one that has nothing but a name."""
    return Centre.objects.first() or Centre(name=_("市民協働推進センター"))
