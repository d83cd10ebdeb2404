from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import venues.constraints


class Migration(migrations.Migration):
    dependencies = [
        ("venues", "0010_menu_imports"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScheduledChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("price", "Price"),
                            ("available", "Available at the venue"),
                            ("active", "Active on the menu"),
                        ],
                        default="price",
                        max_length=9,
                    ),
                ),
                (
                    "price",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=8,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                    ),
                ),
                ("on", models.BooleanField(blank=True, null=True)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                (
                    "weekly",
                    models.BooleanField(
                        default=False, help_text="The same again seven days later, until it is withdrawn."
                    ),
                ),
                ("made_at", models.DateTimeField(editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("applied", "applied"),
                            ("ended", "ended"),
                            ("failed", "failed"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="planned",
                        editable=False,
                        max_length=9,
                    ),
                ),
                ("why", models.CharField(blank=True, editable=False, max_length=200)),
                ("former_price", models.DecimalField(decimal_places=2, editable=False, max_digits=8, null=True)),
                ("former_on", models.BooleanField(editable=False, null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "operator",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="venues.operator",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="planned_changes",
                        to="venues.product",
                    ),
                ),
                (
                    "venue",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Empty: in the menu itself, for all venues that share it.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="planned_changes",
                        to="venues.venue",
                    ),
                ),
            ],
            options={
                "verbose_name": "planned change",
                "ordering": ["-starts_at", "-id"],
                "indexes": [models.Index(fields=["state", "starts_at"], name="change_by_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("on", None), ("price__gte", 0), ("price__isnull", False), ("what", "price")),
                            models.Q(
                                ("on__isnull", False), ("price", None), ("venue__isnull", False), ("what", "available")
                            ),
                            models.Q(("on__isnull", False), ("price", None), ("venue", None), ("what", "active")),
                            _connector="OR",
                        ),
                        name="change_is_of_one_value",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at", None), ("ends_at__gt", models.F("starts_at")), _connector="OR"),
                        name="change_ends_after_it_starts",
                        violation_error_message="It ends after it starts.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weekly", False), ("ends_at__isnull", False), _connector="OR"),
                        name="change_weekly_has_an_end",
                        violation_error_message="What comes again every week also ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["planned", "applied", "ended", "failed", "withdrawn"])),
                        name="change_state",
                    ),
                    venues.constraints.SameOwner(
                        name="change_venue_of_operator",
                        owner="operator",
                        thing="venue",
                        to="venues.Venue",
                        to_owner="operator",
                    ),
                    venues.constraints.SameOwner(
                        name="change_product_of_operator",
                        owner="operator",
                        thing="product",
                        to="venues.Product",
                        to_owner="operator",
                    ),
                ],
            },
        ),
    ]
