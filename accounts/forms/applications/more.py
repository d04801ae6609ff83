"""What may be added once an application was sent."""

from datetime import datetime
from typing import Any

from accounts.forms.applications.steps import HearingForm, WithPapers
from accounts.models import Application


class MorePapersForm(WithPapers):
    """Papers alone: a renewal or a change has no hearing."""

    def wishes(self) -> list[datetime]:
        return []


class MoreForm(HearingForm, MorePapersForm):
    """Papers, and other times for the hearing: all three or none, so that their order is clear."""

    field_order = ("bylaws", "plan", "report", "other", "wish_1", "wish_2", "wish_3")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["hearing_way"]
        chosen = any(self.data.get(f"{name}_0") or self.data.get(f"{name}_1") for name in self.WISHES)
        for name in self.WISHES:
            self.fields[name].required = chosen

    def wishes(self) -> list[datetime]:
        return [self.cleaned_data[name] for name in self.WISHES if self.cleaned_data.get(name)]


def form_for(application: Application) -> type[MorePapersForm]:
    return MoreForm if application.type == Application.Type.NEW else MorePapersForm
