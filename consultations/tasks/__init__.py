"""The jobs of consultations; each module registers its own."""

from consultations.tasks import inbound, people, surveys

__all__ = ["inbound", "people", "surveys"]
