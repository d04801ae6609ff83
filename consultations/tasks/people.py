"""What is done for the person who asked, outside the page they look at."""

from procrastinate.contrib.django import app

from consultations.actions import page_codes
from consultations.models import Consultation


@app.task(name="consultations.send_page_code")
def send_page_code(consultation_id: int, ticket: str = "") -> None:
    """A page defers it whether what was typed fits anything or not (0), so that its answer takes the same time."""
    consultation = Consultation.objects.filter(pk=consultation_id).first()
    if consultation is not None:
        page_codes.send_code(consultation=consultation, ticket=ticket)
