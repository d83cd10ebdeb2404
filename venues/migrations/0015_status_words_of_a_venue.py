from django.db import migrations, models

import venues.status_words


class Migration(migrations.Migration):
    dependencies = [
        ("venues", "0014_planned_changes_of_a_category"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalvenue",
            name="words_accepted",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=140,
                validators=[venues.status_words.validate_status_words],
                verbose_name="being made",
            ),
        ),
        migrations.AddField(
            model_name="historicalvenue",
            name="words_brought",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=140,
                validators=[venues.status_words.validate_status_words],
                verbose_name="brought, or collected",
            ),
        ),
        migrations.AddField(
            model_name="historicalvenue",
            name="words_cancelled",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=140,
                validators=[venues.status_words.validate_status_words],
                verbose_name="taken back",
            ),
        ),
        migrations.AddField(
            model_name="historicalvenue",
            name="words_ready",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=140,
                validators=[venues.status_words.validate_status_words],
                verbose_name="on its way",
            ),
        ),
        migrations.AddField(
            model_name="historicalvenue",
            name="words_rejected",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=140,
                validators=[venues.status_words.validate_status_words],
                verbose_name="not accepted",
            ),
        ),
        migrations.AddField(
            model_name="historicalvenue",
            name="words_sent",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=140,
                validators=[venues.status_words.validate_status_words],
                verbose_name="sent",
            ),
        ),
        migrations.AddField(
            model_name="historicalvenue",
            name="words_to_go",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=140,
                validators=[venues.status_words.validate_status_words],
                verbose_name="ready, to take away",
            ),
        ),
        migrations.AddField(
            model_name="venue",
            name="words_accepted",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=140,
                validators=[venues.status_words.validate_status_words],
                verbose_name="being made",
            ),
        ),
        migrations.AddField(
            model_name="venue",
            name="words_brought",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=140,
                validators=[venues.status_words.validate_status_words],
                verbose_name="brought, or collected",
            ),
        ),
        migrations.AddField(
            model_name="venue",
            name="words_cancelled",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=140,
                validators=[venues.status_words.validate_status_words],
                verbose_name="taken back",
            ),
        ),
        migrations.AddField(
            model_name="venue",
            name="words_ready",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=140,
                validators=[venues.status_words.validate_status_words],
                verbose_name="on its way",
            ),
        ),
        migrations.AddField(
            model_name="venue",
            name="words_rejected",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=140,
                validators=[venues.status_words.validate_status_words],
                verbose_name="not accepted",
            ),
        ),
        migrations.AddField(
            model_name="venue",
            name="words_sent",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=140,
                validators=[venues.status_words.validate_status_words],
                verbose_name="sent",
            ),
        ),
        migrations.AddField(
            model_name="venue",
            name="words_to_go",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=140,
                validators=[venues.status_words.validate_status_words],
                verbose_name="ready, to take away",
            ),
        ),
    ]
