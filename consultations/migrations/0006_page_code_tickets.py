from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0005_mails_know_their_consultation"),
    ]

    operations = [
        migrations.AddField(
            model_name="pagecode",
            name="ticket_hash",
            field=models.CharField(blank=True, max_length=64),
        ),
        # Counted beside the code from now on, where strangers can't use up the person's tries.
        migrations.RemoveField(model_name="pagecode", name="wrong_tries"),
    ]
