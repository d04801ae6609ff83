"""The demo: fictional people, groups, applications and bookings around today. Loaded by `load_demo`, never in production."""

from kyodo.portal.demo.load import load

__all__ = ["load"]
