from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from kyodo.portal import demo
from spaces.models import Space


class Command(BaseCommand):
    help = "Fill an empty site with fictional people, groups and bookings around today. Not for production."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo has accounts with a known password; it isn't for production.")
        if User.objects.exists():
            # The demo of an earlier run, perhaps changed since, or people of the site's own: theirs in both cases.
            if verbosity:
                self.stdout.write("There are people here already; nothing done.")
            return
        if not Space.objects.exists():
            raise CommandError("Load the centre first: load_centre yokohama, then load_spaces yokohama.")
        demo.load()
        if verbosity:
            self.stdout.write(
                "Loaded. Accounts such as aoba@example.jp and manager@example.jp, password kyodo-demo."
            )
