from kyodo.centre.models.centre import Centre
from kyodo.centre.models.fields import ActivityField
from kyodo.centre.models.history import HistoryEntry
from kyodo.centre.models.hours import Closure, OpeningHours, OpeningTime
from kyodo.centre.models.loading import LoadedRow
from kyodo.centre.models.news import NewsItem
from kyodo.centre.models.places import SupportOrganisation, Ward, WardCentre
from kyodo.centre.models.programmes import SupportProgramme

__all__ = [
    "ActivityField",
    "Centre",
    "Closure",
    "HistoryEntry",
    "LoadedRow",
    "NewsItem",
    "OpeningHours",
    "OpeningTime",
    "SupportOrganisation",
    "SupportProgramme",
    "Ward",
    "WardCentre",
]
