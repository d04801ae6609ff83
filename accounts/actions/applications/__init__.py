"""Every step in the life of an application, for every door: the wizard, the admin, the window."""

from accounts.actions.applications.deciding import (
    Finding,
    approve_application,
    check_criteria,
    confirm_criteria,
    reject_application,
    return_application,
)
from accounts.actions.applications.drafting import (
    save_step,
    start_application,
    submit_application,
    withdraw_application,
)
from accounts.actions.applications.hearing import fix_hearing
from accounts.actions.applications.paper import correct_paper_application, enter_paper_application
from accounts.actions.applications.papers import add_documents, add_to_sent, remove_document
from accounts.actions.applications.renewal import start_change, start_renewal

__all__ = [
    "add_documents",
    "add_to_sent",
    "approve_application",
    "Finding",
    "check_criteria",
    "confirm_criteria",
    "correct_paper_application",
    "enter_paper_application",
    "fix_hearing",
    "reject_application",
    "remove_document",
    "return_application",
    "save_step",
    "start_application",
    "start_change",
    "start_renewal",
    "submit_application",
    "withdraw_application",
]
