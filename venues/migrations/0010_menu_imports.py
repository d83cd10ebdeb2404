import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("venues", "0009_printed_codes_table_plan_and_guests_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="MenuImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True)),
                ("name", models.CharField(max_length=100)),
                ("content", models.BinaryField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "menu",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="venues.menu"),
                ),
            ],
        ),
    ]
