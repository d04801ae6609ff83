from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('kyodo', '0001_initial'),
    ]

    operations = [
        # A count of attempts is no record of anything: whoever presses a button need not wait for the disk to hold it.
        # After a crash all counts begin anew.
        migrations.RunSQL(
            "ALTER TABLE kyodo_attempts SET UNLOGGED",
            "ALTER TABLE kyodo_attempts SET LOGGED",
        ),
    ]
