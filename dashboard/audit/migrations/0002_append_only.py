"""The database itself refuses to change or delete an event.

A later migration that alters the table on SQLite makes it anew, without its triggers: it has to
set them again.
"""

from django.db import migrations

from dashboard.audit.triggers import LIFTING, SETTING


def set_triggers(apps, editor):
    for statement in SETTING[editor.connection.vendor]:
        editor.execute(statement)


def lift_triggers(apps, editor):
    for statement in LIFTING[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(set_triggers, lift_triggers)]
