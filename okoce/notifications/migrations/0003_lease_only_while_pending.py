from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0002_queue_by_priority'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('lease_owner__isnull', True), ('state', 'pending'), _connector='OR'), name='notifications_message_lease_only_while_pending'),
        ),
    ]
