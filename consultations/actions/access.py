"""Which office sees how much: worked out anew from the owner and the referrals, whenever one of them changed."""

from consultations.models import Access, Consultation, Referral

Level = Access.Level
_RANK = (Level.OWNER, Level.FULL, Level.READ_ONLY, Level.SUMMARY)


def begin(consultation: Consultation) -> None:
    """Of one just made: nobody but its own office sees it."""
    Access.objects.create(
        consultation=consultation, ward_centre_id=consultation.ward_centre_id, level=Level.OWNER
    )


def refresh(consultation: Consultation) -> None:
    """Call with the consultation's row locked, after the change. Who sent it on or finished it reads on for good."""
    wanted: dict[int | None, Level] = {}

    def see(office: int | None, level: Level) -> None:
        before = wanted.get(office)
        if before is None or _RANK.index(level) < _RANK.index(before):
            wanted[office] = level

    see(consultation.ward_centre_id, Level.OWNER)
    for referral in consultation.referrals.filter(to_kind__in=Referral.OFFICES):
        level = _of_receiver(referral)
        if level is not None:
            see(referral.to_ward_centre_id, level)
        if referral.status in (Referral.Status.ACCEPTED, Referral.Status.DONE):
            see(referral.from_ward_centre_id, Level.READ_ONLY)
    _write(consultation, wanted)


def _of_receiver(referral: Referral) -> Level | None:
    if referral.status == Referral.Status.SENT:
        return Level.SUMMARY
    if referral.status == Referral.Status.ACCEPTED:
        return Level.FULL
    return Level.READ_ONLY if referral.status == Referral.Status.DONE else None


def _write(consultation: Consultation, wanted: dict[int | None, Level]) -> None:
    known = {row.ward_centre_id: row for row in consultation.accesses.all()}
    gone = [row.pk for office, row in known.items() if office not in wanted]
    if gone:
        Access.objects.filter(pk__in=gone).delete()
    # The owner last: two owners at once are refused by the database.
    for office, level in sorted(wanted.items(), key=lambda item: item[1] == Level.OWNER):
        row = known.get(office)
        if row is None:
            Access.objects.create(consultation=consultation, ward_centre_id=office, level=level)
        elif row.level != level:
            row.level = level
            row.save(update_fields=["level"])
