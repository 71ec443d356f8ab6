from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('notifications', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='priority',
            field=models.PositiveSmallIntegerField(default=5, help_text='smaller goes first: a sign-in code does not wait behind reminders'),
        ),
        migrations.AlterField(
            model_name='message',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0, help_text='tries begun: one that killed its worker counts too'),
        ),
        migrations.AlterField(
            model_name='message',
            name='channel',
            field=models.CharField(choices=[('email', 'E-mail'), ('ready_text', 'WhatsApp by hand'), ('sms', 'SMS')], max_length=12),
        ),
        migrations.AlterField(
            model_name='message',
            name='state',
            field=models.CharField(choices=[('pending', 'Waiting'), ('ready', 'To be sent by hand'), ('sent', 'Sent'), ('held', 'Held'), ('cancelled', 'Not needed any more'), ('expired', 'Too late'), ('dead', 'Given up')], default='pending', max_length=10),
        ),
        migrations.AlterField(
            model_name='deliveryevent',
            name='actor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RemoveIndex(
            model_name='message',
            name='notifications_message_due',
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['channel', 'priority', 'due_at', 'id'], name='notifications_message_queue'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('expires_at__isnull', False), ('state__in', ['pending', 'ready', 'held'])), fields=['expires_at'], name='notifications_message_expiry'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state__in', ['pending', 'ready', 'held', 'dead'])), fields=['state', 'channel', 'created_at'], name='notifications_message_open'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state', 'sent')), fields=['finished_at'], name='notifications_message_done'),
        ),
    ]
