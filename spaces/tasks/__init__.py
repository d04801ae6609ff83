"""Background work of the spaces; Procrastinate finds the jobs through these imports."""

from spaces.tasks import lottery, reminders, waiting

__all__ = ["lottery", "reminders", "waiting"]
