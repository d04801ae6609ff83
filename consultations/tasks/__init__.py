"""The jobs of consultations; each module registers its own."""

from consultations.tasks import clock, inbound, people, retention, surveys

__all__ = ["clock", "inbound", "people", "retention", "surveys"]
