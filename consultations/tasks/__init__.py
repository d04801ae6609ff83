"""The jobs of consultations; each module registers its own."""

from consultations.tasks import clock, drafts, inbound, people, retention, surveys

__all__ = ["clock", "drafts", "inbound", "people", "retention", "surveys"]
