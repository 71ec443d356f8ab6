from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bazaars', '0009_stalls_may_be_exchanged'),
    ]

    operations = [
        migrations.AddField(
            model_name='stall',
            name='depth',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name='stall',
            name='has_water',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='stall',
            name='is_corner',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='stall',
            name='is_shaded',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='stall',
            name='kind',
            field=models.CharField(choices=[('vendor', 'Vendor, in the draw'), ('partner', 'Partner (BUMD, food supply)'), ('service', 'Service (permits, packaging, halal, bank)'), ('reserved', 'Kept free (stage, entrance, store)')], db_default='vendor', default='vendor', max_length=8),
        ),
        migrations.AddField(
            model_name='stall',
            name='label',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='stall',
            name='tent',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='stall',
            name='tent_half',
            field=models.PositiveSmallIntegerField(blank=True, help_text='1 or 2', null=True),
        ),
        migrations.AddField(
            model_name='stall',
            name='width',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
    ]
