from spaces.models.bookings import Booking, BookingSeries, RuleOverride
from spaces.models.feeds import Feed
from spaces.models.lottery import LotteryEntry, LotteryRound
from spaces.models.occupancy import Hold, Occupancy
from spaces.models.spaces import BookingPolicy, Space, SpacePhoto, Unit
from spaces.models.visits import Visit
from spaces.models.waiting import WaitingEntry

__all__ = [
    "Booking",
    "BookingPolicy",
    "BookingSeries",
    "Feed",
    "Hold",
    "LotteryEntry",
    "LotteryRound",
    "Occupancy",
    "RuleOverride",
    "Space",
    "SpacePhoto",
    "Unit",
    "Visit",
    "WaitingEntry",
]
