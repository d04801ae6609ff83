"""Django's sessions in the database, read together with the person who is signed in: one query of every request, not two."""

from datetime import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import User
from kyodo import clock, memo
from kyodo.statements import Statement


@Statement
def _alive(key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


@Statement
def _alive_with_person(key: str, now: datetime) -> QuerySet[User]:
    session = Session.objects.filter(session_key=OuterRef("usersession__session_key"), expire_date__gt=now)
    return User.objects.filter(usersession__session_key=key).annotate(
        session_data=Subquery(session.values("session_data")),
        session_ends=Subquery(session.values("expire_date")),
    )


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        key, now = self.session_key or "", clock.now()
        session = _with_person(key, now) or _alive.first(key, now)
        if session is None:
            self._session_key = None
        return session


def _with_person(key: str, now: datetime) -> Session | None:
    """None where nobody is signed in, or for the moment between signing in and the first page."""
    person = _alive_with_person.first(key, now)
    if person is None:
        return None
    data, ends = person.__dict__.pop("session_data"), person.__dict__.pop("session_ends")
    if data is None:
        return None
    memo.keep((User, person.pk), person)
    return Session(session_key=key, session_data=data, expire_date=ends)
