"""Imported so that Django finds them."""

from consultations.admin import consultations, oversight, referrals

__all__ = ["consultations", "oversight", "referrals"]
