from kyodo.centre.commands import LoadProfile
from spaces import profiles


class Command(LoadProfile):
    help = "Load a centre's spaces and rules of use. Can run again; never doubles, never overwrites staff's changes."
    profiles = profiles
