from django.db import transaction

from kyodo.portal.demo import applications, bookings, consultations, groups, people, special


@transaction.atomic
def load() -> None:
    """Everything or nothing. What a person would do goes through the actions; the past is written as rows."""
    accounts = people.load()
    registered = groups.load(accounts)
    applications.load(accounts, registered)
    special.load(accounts, registered)
    bookings.load(accounts, registered)
    consultations.load(accounts, registered)
