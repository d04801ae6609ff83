"""Mails about draws: an entry noted, and the results, one mail for all entries of a group."""

from collections.abc import Sequence

from accounts.queries import recipients
from kyodo.mail.actions import queue_template
from spaces.emails.bookings import page, when
from spaces.models import LotteryEntry, LotteryRound


def lottery_entered(entry: LotteryEntry) -> None:
    for recipient in recipients.of_group(entry.group, entry.user):
        queue_template(
            to=recipient.address,
            kind="spaces/lottery_entered",
            context={
                "entry": entry,
                "lottery": entry.round,
                "name": recipient.name,
                "when": when(entry.begins_at),
                "lottery_url": page("lottery", entry.round_id),
            },
            about_label=str(entry),
            about_url=entry.round.get_absolute_url(),
        )


def lottery_results(lottery: LotteryRound, entries: Sequence[LotteryEntry]) -> None:
    """All entries of one group. Those who entered for it hear of it, each once."""
    group = entries[0].group
    people = {entry.user_id: entry.user for entry in entries}.values()
    reached = {
        recipient.address.lower(): recipient
        for person in people
        for recipient in recipients.of_group(group, person)
    }
    wins = [entry for entry in entries if entry.status == LotteryEntry.Status.WON]
    for recipient in reached.values():
        queue_template(
            to=recipient.address,
            kind="spaces/lottery_won" if wins else "spaces/lottery_lost",
            context={
                "lottery": lottery,
                "group": group,
                "wins": wins,
                "losses": [entry for entry in entries if entry not in wins],
                "name": recipient.name,
                "lottery_url": page("lottery", lottery.pk),
                "space_url": page("space", lottery.space.slug),
            },
            about_label=str(lottery),
            about_url=lottery.get_absolute_url(),
        )
