"""A code is for a phone, which several participants may share. Codes live five minutes: the old rows are dropped."""

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("participants", "0002_seed_sectors")]

    operations = [
        migrations.DeleteModel(name="SignInCode"),
        migrations.CreateModel(
            name="SignInCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phone_lookup", models.BinaryField(max_length=32)),
                ("code_lookup", models.BinaryField(max_length=32)),
                (
                    "browser",
                    models.CharField(
                        help_text="digest of the browser that asked: a code works only there", max_length=64
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["browser", "-id"], name="participants_code_browser")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("tries__lte", 3)), name="participants_signincode_three_tries"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", django.db.models.expressions.F("created_at"))),
                        name="participants_signincode_lives_a_while",
                    ),
                ],
            },
        ),
    ]
