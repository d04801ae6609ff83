"""Who changed what, beside each row of history: by whom, and on which page. Addresses that are keys are cut."""

from typing import Any

from django.http import HttpRequest
from pghistory import middleware

from kyodo import logs


class HistoryMiddleware(middleware.HistoryMiddleware):
    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        """A link that opens something without signing in is kept as a hash only; its page's address would be the link."""
        return {**super().get_context(request), "url": logs.without_values(request.path)}
