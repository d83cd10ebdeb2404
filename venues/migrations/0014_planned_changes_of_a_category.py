from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import venues.constraints


class Migration(migrations.Migration):
    dependencies = [
        ("venues", "0013_history_of_own_things"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangedProduct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("former_price", models.DecimalField(decimal_places=2, max_digits=8, null=True)),
                ("former_on", models.BooleanField(null=True)),
                ("price", models.DecimalField(decimal_places=2, max_digits=8, null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="scheduledchange",
            name="change_is_of_one_value",
        ),
        migrations.AddField(
            model_name="scheduledchange",
            name="category",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                help_text="In place of one product: all that is in it when the change begins.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="planned_changes",
                to="venues.category",
            ),
        ),
        migrations.AddField(
            model_name="scheduledchange",
            name="percent",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                help_text="Of a category's prices: -20 is 20 % off, 5 is 5 % more.",
                max_digits=5,
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(Decimal("-100")),
                    django.core.validators.MaxValueValidator(Decimal("900")),
                ],
                verbose_name="percent",
            ),
        ),
        migrations.AddField(
            model_name="scheduledchange",
            name="step",
            field=models.PositiveSmallIntegerField(
                choices=[(1, "pence"), (5, "5 pence"), (10, "10 pence")],
                db_default=1,
                default=1,
                verbose_name="rounded to",
            ),
        ),
        migrations.AlterField(
            model_name="scheduledchange",
            name="product",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="planned_changes",
                to="venues.product",
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduledchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("on", None),
                        ("percent", None),
                        ("price__gte", 0),
                        ("price__isnull", False),
                        ("product__isnull", False),
                        ("what", "price"),
                    ),
                    models.Q(
                        ("category__isnull", False),
                        ("on", None),
                        ("percent__gte", -100),
                        ("percent__isnull", False),
                        ("percent__lte", 900),
                        ("price", None),
                        ("what", "price"),
                    ),
                    models.Q(
                        ("on__isnull", False),
                        ("percent", None),
                        ("price", None),
                        ("venue__isnull", False),
                        ("what", "available"),
                    ),
                    models.Q(
                        ("on__isnull", False), ("percent", None), ("price", None), ("venue", None), ("what", "active")
                    ),
                    _connector="OR",
                ),
                name="change_is_of_one_value",
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduledchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("category", None), ("product__isnull", False)),
                    models.Q(("category__isnull", False), ("product", None)),
                    _connector="OR",
                ),
                name="change_of_a_product_or_a_category",
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduledchange",
            constraint=models.CheckConstraint(condition=models.Q(("step__in", [1, 5, 10])), name="change_step"),
        ),
        migrations.AddConstraint(
            model_name="scheduledchange",
            constraint=venues.constraints.SameOwner(
                name="change_category_of_operator",
                owner="operator",
                thing="category",
                to="venues.Category",
                to_owner="operator",
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduledchange",
            constraint=models.UniqueConstraint(fields=("operator", "id"), name="change_operator_id"),
        ),
        migrations.AddField(
            model_name="changedproduct",
            name="change",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="changed",
                to="venues.scheduledchange",
            ),
        ),
        migrations.AddField(
            model_name="changedproduct",
            name="operator",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="venues.operator"
            ),
        ),
        migrations.AddField(
            model_name="changedproduct",
            name="product",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="venues.product"
            ),
        ),
        migrations.AddConstraint(
            model_name="changedproduct",
            constraint=models.UniqueConstraint(fields=("change", "product"), name="changed_once"),
        ),
        migrations.AddConstraint(
            model_name="changedproduct",
            constraint=venues.constraints.SameOwner(
                name="changed_by_operators_own",
                owner="operator",
                thing="change",
                to="venues.ScheduledChange",
                to_owner="operator",
            ),
        ),
        migrations.AddConstraint(
            model_name="changedproduct",
            constraint=venues.constraints.SameOwner(
                name="changed_product_of_operator",
                owner="operator",
                thing="product",
                to="venues.Product",
                to_owner="operator",
            ),
        ),
    ]
