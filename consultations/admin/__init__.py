"""Imported so that Django finds them."""

from consultations.admin import consultations, inbound, network, oversight, referrals, replies, specialists

__all__ = ["consultations", "inbound", "network", "oversight", "referrals", "replies", "specialists"]
