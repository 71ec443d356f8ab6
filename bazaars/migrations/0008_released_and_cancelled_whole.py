from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bazaars", "0007_fill_when_stalls_were_released")]

    operations = [
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('released_at__isnull', False), ('state', 'released'), models.Q(('release_kind', ''), _negated=True)), models.Q(models.Q(('state', 'released'), _negated=True), ('release_kind', ''), ('release_reason', ''), ('released_at__isnull', True)), _connector='OR'), name='bazaars_allocation_released_whole'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'confirmed'), _negated=True), ('confirmed_at__isnull', False), _connector='OR'), name='bazaars_allocation_confirmed_with_its_moment'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('release_kind', 'taken_back'), _negated=True), models.Q(('release_reason', ''), _negated=True), _connector='OR'), name='bazaars_allocation_taken_back_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'offered'), _negated=True), models.Q(('answer_by__isnull', False), ('replaces__isnull', False)), _connector='OR'), name='bazaars_allocation_offer_replaces'),
        ),
        migrations.AddConstraint(
            model_name='site',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at__isnull', False), ('state', 'cancelled'), models.Q(('cancel_reason', ''), _negated=True)), models.Q(models.Q(('state', 'cancelled'), _negated=True), ('cancel_reason', ''), ('cancelled_at__isnull', True)), _connector='OR'), name='bazaars_site_cancelled_whole'),
        ),
    ]
