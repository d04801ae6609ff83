"""Whom and what the demo's consultations were told of; what came of it stands there once a story is over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Group, User
from consultations.models import Consultation, Introduction
from kyodo.centre.models import SupportProgramme

Result = Introduction.Result


@dataclass(frozen=True)
class Told:
    consultation: Consultation
    by: User
    at: datetime

    def group(self, group: Group) -> None:
        self._introduce(
            Result.TOGETHER,
            "いっしょに始めることになった。",
            group=group,
            name=group.name,
            reason="活動分野と区が同じです。",
        )

    def programme(self, name: str, reason: str) -> None:
        programme = SupportProgramme.objects.get(name=name)
        self._introduce(Result.USED, "申し込みをすませた。", programme=programme, name=name, reason=reason)

    def _introduce(self, result: Result, words: str, **what: Any) -> None:
        is_over = self.consultation.closed_at is not None
        Introduction.objects.create(
            consultation=self.consultation,
            by=self.by,
            introduced_at=self.at,
            result=result if is_over else Result.PENDING,
            result_text=words if is_over else "",
            result_at=self.consultation.closed_at,
            **what,
        )
