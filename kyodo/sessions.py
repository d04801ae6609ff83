"""Django's sessions in the database, asked for with a statement that is not built anew at every request."""

from datetime import UTC, datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from kyodo.statements import RowStatement

_alive = RowStatement(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now),
    "",
    datetime.min.replace(tzinfo=UTC),
)


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        session = _alive.first(self.session_key, timezone.now())
        if session is None:
            self._session_key = None
        return session
