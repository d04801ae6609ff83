from kyodo.centre import profiles
from kyodo.centre.commands import LoadProfile


class Command(LoadProfile):
    help = "Load a centre's own data from its profile. Can run again; never doubles, never overwrites staff's changes."
    profiles = profiles
