"""Background work of the spaces; Procrastinate finds the jobs through these imports."""

from spaces.tasks import waiting

__all__ = ["waiting"]
