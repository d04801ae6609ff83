"""Readings in katakana become hiragana, as forms keep them now: one name sorts in one place."""

from django.db import migrations
from django.db.models import F, Func, TextField, Value

KATAKANA = "".join(chr(code) for code in range(ord("ァ"), ord("ヶ") + 1))
HIRAGANA = "".join(chr(code) for code in range(ord("ぁ"), ord("ゖ") + 1))
MODELS = ("User", "Group", "Application")


def into_hiragana(apps, schema_editor):
    kept = Func(
        F("name_kana"), Value(KATAKANA), Value(HIRAGANA), function="translate", output_field=TextField()
    )
    for name in MODELS:
        rows = apps.get_model("accounts", name)._base_manager.annotate(kept=kept)
        rows.exclude(name_kana=F("kept")).update(name_kana=kept)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_user_at_work")]

    operations = [migrations.RunPython(into_hiragana, migrations.RunPython.noop)]
