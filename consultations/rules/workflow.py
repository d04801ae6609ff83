"""The way of a consultation (相談の流れ): which step may follow which. Who may take a step stands in rules.rights."""

from consultations.models import Consultation

Status = Consultation.Status

EDGES: dict[str, tuple[str, ...]] = {
    # A question answered at once on the phone is closed by whoever wrote it down.
    Status.RECEIVED: (Status.ASSIGNED, Status.CLOSED),
    # Given back to the common inbox, or begun.
    Status.ASSIGNED: (Status.RECEIVED, Status.IN_PROGRESS, Status.WAITING, Status.CLOSED),
    Status.IN_PROGRESS: (Status.RECEIVED, Status.WAITING, Status.CLOSED),
    Status.WAITING: (Status.RECEIVED, Status.IN_PROGRESS, Status.CLOSED),
    # Reopened, when the person asks or staff see that it is not over; back to the common inbox where the one who had
    # it in hand has left.
    Status.CLOSED: (Status.IN_PROGRESS,),
}


def may_follow(before: str, after: str) -> bool:
    return after in EDGES[before]
