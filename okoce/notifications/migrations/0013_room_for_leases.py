"""Half of each page of messages stays free when they are queued.

A message is leased before it goes and written down after it went. Where its page has room, the lease changes
no index (a "heap-only" update): that is half of what a letter costs the database. What is old fills half a
page; its space is what the dead copies of every index would have taken.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notifications", "0012_own_numbers_for_tests")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE notifications_message SET (fillfactor = 50)",
            "ALTER TABLE notifications_message RESET (fillfactor)",
        )
    ]
