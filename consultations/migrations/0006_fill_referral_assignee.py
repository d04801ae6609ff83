from typing import Any

from django.db import migrations
from django.db.models import F


def whoever_accepted(apps: Any, schema_editor: Any) -> None:
    """What an office has taken on already is with the one who said yes."""
    taken_on = apps.get_model("consultations", "Referral").objects.filter(
        status="accepted", to_kind__in=["centre", "ward_centre"], assignee=None
    )
    taken_on.update(assignee=F("answered_by"))


class Migration(migrations.Migration):
    dependencies = [("consultations", "0005_referral_assignee")]

    operations = [migrations.RunPython(whoever_accepted, migrations.RunPython.noop)]
