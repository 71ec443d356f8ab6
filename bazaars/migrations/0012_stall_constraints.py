import django.contrib.postgres.constraints
import django.db.models.constraints
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bazaars', '0011_fill_kinds_of_stalls'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='stall',
            name='bazaars_stall_number_once',
        ),
        migrations.RemoveConstraint(
            model_name='stall',
            name='bazaars_stall_place_once',
        ),
        migrations.RemoveField(
            model_name='stall',
            name='is_partner',
        ),
        migrations.AddConstraint(
            model_name='stall',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], fields=('site', 'number'), name='bazaars_stall_number_once'),
        ),
        migrations.AddConstraint(
            model_name='stall',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[('site', '='), (models.Func(models.F('row'), django.db.models.expressions.CombinedExpression(models.F('row'), '+', models.F('depth')), function='int4range'), '&&'), (models.Func(models.F('column'), django.db.models.expressions.CombinedExpression(models.F('column'), '+', models.F('width')), function='int4range'), '&&')], name='bazaars_stall_place_once'),
        ),
        migrations.AddConstraint(
            model_name='stall',
            constraint=models.CheckConstraint(condition=models.Q(('depth__gte', 1), ('width__gte', 1)), name='bazaars_stall_has_a_size'),
        ),
        migrations.AddConstraint(
            model_name='stall',
            constraint=models.CheckConstraint(condition=models.Q(('column__gte', 1), ('row__gte', 1), ('column__lte', django.db.models.expressions.CombinedExpression(models.Value(41), '-', models.F('width'))), ('row__lte', django.db.models.expressions.CombinedExpression(models.Value(61), '-', models.F('depth')))), name='bazaars_stall_on_the_plan'),
        ),
        migrations.AddConstraint(
            model_name='stall',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'vendor'), _negated=True), ('label', ''), _connector='OR'), name='bazaars_stall_of_vendor_without_label'),
        ),
        migrations.AddConstraint(
            model_name='stall',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('tent__isnull', True), ('tent_half__isnull', True)), models.Q(('tent__isnull', False), ('tent_half__in', [1, 2]), ('tent_half__isnull', False)), _connector='OR'), name='bazaars_stall_tent_whole'),
        ),
        migrations.AddConstraint(
            model_name='stall',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], fields=('site', 'tent', 'tent_half'), name='bazaars_stall_two_in_a_tent'),
        ),
    ]
