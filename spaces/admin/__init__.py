"""The spaces in the admin site: rows to edit, and the work of the day as pages of its own."""

from spaces.admin import bookings, feeds, holds, lottery, spaces, waiting

__all__ = ["bookings", "feeds", "holds", "lottery", "spaces", "waiting"]
