"""Sessions with a specialist (士業相談): which step may follow which, and what may be said to whom."""

from consultations.models import SpecialistSession
from kyodo import clock

Status = SpecialistSession.Status

EDGES: dict[str, tuple[str, ...]] = {
    Status.REQUESTED: (Status.HEARD, Status.CANCELLED),
    # Heard again: what was written is put right.
    Status.HEARD: (Status.HEARD, Status.MATCHED, Status.CANCELLED),
    # Back to heard: the specialist declined, fell silent, or another one is asked.
    Status.MATCHED: (Status.HEARD, Status.FIXED, Status.CANCELLED),
    # Fixed again: another time or place.
    Status.FIXED: (Status.HEARD, Status.FIXED, Status.HELD, Status.CANCELLED),
    Status.HELD: (),
    Status.CANCELLED: (),
}


def may_follow(before: str, after: str) -> bool:
    return after in EDGES[before]


def has_begun(session: SpecialistSession) -> bool:
    """Its time has come, so that there is something to tell of it."""
    return (
        session.status == Status.FIXED and session.begins_at is not None and session.begins_at <= clock.now()
    )
