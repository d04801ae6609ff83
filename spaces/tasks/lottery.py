"""The clock of the draws: what is due is drawn, what was not claimed lapses, what is over is closed."""

import logging

from django.core.exceptions import ValidationError
from procrastinate.contrib.django import app

from spaces.actions import lottery
from spaces.queries import lottery as queries

logger = logging.getLogger(__name__)


@app.periodic(cron="*/5 * * * *")
@app.task(name="spaces.run_lotteries", queueing_lock="spaces.run_lotteries")
def run_lotteries(timestamp: int) -> None:
    """Each on its own: one that can't be done now is tried again at the next tick, and keeps nobody waiting."""
    for due in queries.rounds_to_draw():
        try:
            lottery.draw_lottery(lottery=due)
        except ValidationError as refusal:
            logger.warning("Draw %s waits for the next tick: %s", due.pk, refusal.error_list[0].code)
    for win in queries.wins_to_settle():
        lottery.settle_win(entry=win)
    for over in queries.rounds_to_close():
        lottery.close_claims(lottery=over)
