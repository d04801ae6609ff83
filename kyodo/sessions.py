"""Django's sessions in the database, asked for with a statement that is not built anew at every request."""

from datetime import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from kyodo.statements import Statement


@Statement
def _alive(key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        session = _alive.first(self.session_key or "", timezone.now())
        if session is None:
            self._session_key = None
        return session
