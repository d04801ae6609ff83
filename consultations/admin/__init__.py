"""Imported so that Django finds them."""

from consultations.admin import consultations, inbound, oversight, referrals

__all__ = ["consultations", "inbound", "oversight", "referrals"]
