from django.apps import AppConfig


class PeerConfig(AppConfig):
    name = "benchmarks.helpdesk"
    # "helpdesk" is the label of the program itself.
    label = "peer"
